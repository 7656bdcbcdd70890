"""A new SECRET_KEY forgets nothing that was digested with the one before, while that is known."""

import pytest

from comments.models import Ban
from comments.moderation import bans
from core import keyed_digests, mailboxes, verp
from core.models import Mailbox
from newsletter.statistics import tracking_codes

ADDRESS = "hollis@readers.example"


@pytest.fixture
def rotated(settings):
    """Call it to change the key, with or without keeping the old one."""

    def rotate(*, keeps_old: bool) -> None:
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if keeps_old else []
        settings.SECRET_KEY = "another-key-of-fifty-letters-and-more-than-that-too"

    return rotate


@pytest.fixture(autouse=True)
def _bounces(settings):
    settings.BOUNCE_ADDRESS = "bounces@finality.example"


def is_known(before: dict) -> dict[str, bool]:
    return {
        "mailbox": not mailboxes.may_mail(ADDRESS, asked=False),
        "ban": bans.of_writer(None, ADDRESS, None) is not None,
        "bounce": verp.recipient_of(before["bounce"]) == ADDRESS,
        "click": tracking_codes.read(before["click"]) == 7,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("keeps_old", [True, False])
def test_what_was_known_is_known(rotated, keeps_old):
    mailboxes.note_complaint(ADDRESS)
    Ban.objects.create(kind=Ban.Kind.ADDRESS, value=bans.veiled(ADDRESS))
    before = {"bounce": verp.address_for(ADDRESS), "click": tracking_codes.code_for(7)}
    assert set(is_known(before).values()) == {True}
    rotated(keeps_old=keeps_old)
    assert set(is_known(before).values()) == {keeps_old}


@pytest.mark.django_db
def test_a_mailbox_stays_one(rotated):
    mailboxes.note_soft(ADDRESS)
    rotated(keeps_old=True)
    mailboxes.note_soft(ADDRESS)
    assert Mailbox.objects.get().soft_bounces == 2
    mailboxes.revive(ADDRESS)
    assert not Mailbox.objects.exists()


@pytest.mark.parametrize("value", ["", "0", "f" * 64, "x"])
def test_what_is_no_digest(value):
    assert not keyed_digests.is_digest(value, "purpose", "text")


def test_purposes_do_not_mix():
    found = keyed_digests.digest("one", "text")
    assert keyed_digests.is_digest(found, "one", "text")
    assert not keyed_digests.is_digest(found, "two", "text")
