"""Offers are counted once each, whatever process is killed when."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from advertising.measurement import offers
from advertising.models import FoldedJournal

from ..factories import running_banner
from .conftest import ledger

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def placement(db):
    return running_banner()


def test_a_line_is_added_once_however_often_the_journal_is_folded(placement):
    journal = offers.Journal()
    journal.append([(placement.pk, "rectangle", ""), (placement.pk, "rectangle", "robot")])
    offers.fold(journal.path)
    offers.fold(journal.path)
    journal.append([(placement.pk, "rectangle", "")])
    offers.fold(journal.path)
    journal.close()
    assert ledger("offered") == {"": 2, "robot": 1}


def test_a_line_that_is_being_written_waits(placement):
    journal = offers.Journal()
    journal.append([(placement.pk, "rectangle", "")])
    with journal.path.open("ab") as file:
        file.write(f"{placement.pk} rectangle 2026-".encode())
    offers.fold(journal.path)
    assert ledger("offered") == {"": 1}
    with journal.path.open("ab") as file:
        file.write(b"11-22 \n")
    offers.fold(journal.path)
    journal.close()
    assert ledger("offered") == {"": 2}


def test_a_fold_that_fails_adds_nothing_and_is_made_up_for(placement, monkeypatch):
    journal = offers.Journal()
    journal.append([(placement.pk, "rectangle", "")])
    with monkeypatch.context() as broken:
        broken.setattr(FoldedJournal, "save", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            offers.fold(journal.path)
    assert ledger("offered") == {}
    offers.fold(journal.path)
    journal.close()
    assert ledger("offered") == {"": 1}


def test_the_journal_of_a_living_process_is_left_alone(placement):
    journal = offers.Journal()
    journal.append([(placement.pk, "rectangle", "")])
    assert offers.fold_leftovers() == 0
    journal.close()
    assert offers.fold_leftovers() == 1
    assert ledger("offered") == {"": 1}
    assert not journal.path.exists()


def test_what_a_killed_process_offered_is_counted_by_another(placement, tmp_path):
    code = f"""
        import os, django, time
        os.environ["DJANGO_SETTINGS_MODULE"] = "newsroom.settings"
        django.setup()
        from advertising import offers
        journal = offers.Journal()
        for _ in range(500):
            journal.append([({placement.pk}, "rectangle", "")])
        print("written", flush=True)
        time.sleep(60)
    """
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "DEBUG": "1", "DATABASE_URL": ""}
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"written\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 5
    while not offers.fold_leftovers() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ledger("offered") == {"": 500}


def test_a_process_that_serves_offers_without_a_query(placement, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(offers.changes, "listening", lambda: object())
    ours = offers.Offers()
    ours._process, ours._journal = os.getpid(), offers.Journal()
    with django_assert_num_queries(0):
        ours.note([(placement.pk, "rectangle", "")])
    offers.fold(ours._journal.path)
    ours._journal.close()
    assert ledger("offered") == {"": 1}


def test_a_journal_that_others_look_for_is_always_locked(placement, monkeypatch):
    """Between being made and being locked it would be taken for what somebody left behind."""
    found = []
    flock = offers.fcntl.flock
    monkeypatch.setattr(offers.fcntl, "flock", lambda *args: (found.append(offers.fold_leftovers()), flock(*args))[1])
    journal = offers.Journal()
    monkeypatch.undo()
    journal.append([(placement.pk, "rectangle", "")])
    offers.fold(journal.path)
    journal.close()
    assert found == [0]
    assert ledger("offered") == {"": 1}


def test_a_full_disk_leaves_no_half_line(placement, monkeypatch):
    journal = offers.Journal()
    write = os.write
    monkeypatch.setattr(offers.os, "write", lambda file, content: write(file, content[:7]))
    with pytest.raises(OSError, match="space"):
        journal.append([(placement.pk, "rectangle", "")])
    monkeypatch.undo()
    journal.append([(placement.pk, "rectangle", "")])
    offers.fold(journal.path)
    journal.close()
    assert ledger("offered") == {"": 1}


def test_a_line_that_cannot_be_read_stands_in_nobodys_way(placement):
    offers.folder().mkdir(parents=True, exist_ok=True)
    (offers.folder() / "a.offers").write_bytes(b"\xff\xfe nonsense\n")
    (offers.folder() / "b.offers").write_text(f"{placement.pk} rectangle 2026-11-22 \n")
    assert offers.fold_leftovers() == 2
    assert ledger("offered") == {"": 1}


def test_the_journals_of_other_machines_are_left_alone(placement):
    FoldedJournal.objects.create(name="elsewhere.offers", offset=100)
    journal = offers.Journal()
    journal.append([(placement.pk, "rectangle", "")])
    journal.close()
    offers.fold_leftovers()
    assert list(FoldedJournal.objects.values_list("name", flat=True)) == ["elsewhere.offers"]
