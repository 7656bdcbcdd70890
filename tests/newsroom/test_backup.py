"""A backup is whole or none, and a restore overwrites nothing."""

import json
import os
import tarfile

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from newsroom.models import Heartbeat
from newsroom.operations import backup, health

from ..factories import CoinFactory, ImageFactory, PublishedArticleFactory, QuoteFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def publication():
    PublishedArticleFactory(title="Kept")
    ImageFactory()


def test_a_backup_says_what_is_in_it_and_is_read_again(publication, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not to be written down")
    call_command("backup", str(tmp_path / "a.tar"))
    said = capsys.readouterr().out
    assert "1  articles_article" in said
    assert "read again and whole" in said
    manifest = backup.check(tmp_path / "a.tar")
    assert manifest["rows"]["articles_article"] == 1
    assert manifest["media"]["files"] >= 1
    assert "SECRET_KEY" in manifest["settings"]
    assert manifest["version"] == "1.0.0"
    assert "not to be written down" not in json.dumps(manifest)
    assert Heartbeat.objects.filter(name=backup.HEARTBEAT).exists()
    assert [path.name for path in tmp_path.glob("*.tar*")] == ["a.tar"]


def test_nobody_else_on_the_machine_reads_it(publication, tmp_path):
    """It holds addresses and digests of passwords."""
    before = os.umask(0o022)
    try:
        backup.make(tmp_path / "a.tar.gz")
        backup.make(tmp_path / "a.tar.gz")
    finally:
        os.umask(before)
    assert (tmp_path / "a.tar.gz").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("place", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("harm", ["cut", "flip"])
def test_a_damaged_backup_is_refused(publication, tmp_path, place, harm):
    path = tmp_path / "a.tar.gz"
    backup.make(path)
    data = bytearray(path.read_bytes())
    at = int(len(data) * place)
    if harm == "cut":
        del data[at:]
    else:
        data[at] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(backup.BackupFailed):
        backup.check(path)


@pytest.mark.parametrize("content", [b"", b"words", None])
def test_what_is_no_backup_is_refused_in_a_sentence(tmp_path, content):
    path = tmp_path / "a.tar"
    if content is None:
        with tarfile.open(path, "w") as archive:
            archive.add(__file__, "something.py")
    else:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=r"backup|cannot be read"):
        call_command("restore", str(path))


def test_a_restore_overwrites_nothing(publication, tmp_path):
    backup.make(tmp_path / "a.tar")
    with pytest.raises(CommandError, match="is not empty"):
        call_command("restore", str(tmp_path / "a.tar"))


def test_a_backup_of_a_later_version_is_refused(publication, tmp_path, monkeypatch):
    backup.make(tmp_path / "a.tar")
    monkeypatch.setattr(backup.connection.introspection, "table_names", list)
    monkeypatch.setattr(backup, "_media_names", lambda: iter(()))
    monkeypatch.setattr(backup, "_known_migrations", lambda: set())
    with pytest.raises(backup.BackupFailed, match="Install that version first"):
        backup.restore(tmp_path / "a.tar")


def test_a_failed_backup_leaves_the_one_before(publication, tmp_path, monkeypatch):
    path = tmp_path / "a.tar"
    backup.make(path)
    before = path.read_bytes()

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_write", fail)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", str(path))
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("a.")] == ["a.tar"]


def test_old_backups_of_a_folder_go(publication, tmp_path):
    for day in range(1, 6):
        (tmp_path / f"newsroom-2026-11-0{day}-000000.tar.gz").touch()
    (tmp_path / "something-else.tar.gz").touch()
    call_command("backup", folder=str(tmp_path), keep=3)
    names = sorted(path.name for path in tmp_path.glob("*.gz"))
    assert len(names) == 4
    assert names[:2] == ["newsroom-2026-11-04-000000.tar.gz", "newsroom-2026-11-05-000000.tar.gz"]
    assert "something-else.tar.gz" in names


@pytest.mark.parametrize("options", [{}, {"file": "a", "folder": "b"}, {"folder": "b", "keep": 0}])
def test_a_backup_needs_one_place(options):
    with pytest.raises(CommandError):
        call_command("backup", *filter(None, [options.pop("file", None)]), **options)


def test_a_backup_that_is_too_old_is_behind(noon, settings):
    settings.PRODUCTION = True
    assert "No backup was ever made." in health.behind(timezone.now())
    Heartbeat.objects.create(name=backup.HEARTBEAT, at=timezone.now())
    assert not [each for each in health.behind(timezone.now()) if "backup" in each]
    noon.shift(health.BACKUP_EVERY.total_seconds() + 1)
    assert "The last backup is of 22 November, 12:00 UTC." in health.behind(timezone.now())


def test_a_site_that_never_had_a_price_is_behind(settings):
    settings.PRODUCTION = True
    coin = CoinFactory()
    sentence = "No price has come yet: see Price sources on the desk."
    assert sentence in health.behind(timezone.now())
    QuoteFactory(coin=coin)
    assert sentence not in health.behind(timezone.now())
