"""The desk’s side of advertising: messages, the calendar, odd traffic, and the copy on its page."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advertising.billing import slot_calendar
from advertising.campaigns import review
from advertising.measurement import anomalies, ledger
from advertising.models import Creative, DailyAudience, Message, Placement, TrafficAnomaly

from ..factories import (
    AdvertiserFactory,
    DraftBannerFactory,
    PublishedArticleFactory,
    UserFactory,
    member_of,
    running_banner,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _noon(noon):
    """It is noon."""


# --- Messages -------------------------------------------------------------------------------------


def test_an_advertiser_asks_and_the_desk_answers(client, committed):
    placement = running_banner()
    user = UserFactory()
    placement.advertiser.members.add(user)
    client.force_login(user)
    check = f"/partners/placements/{placement.pk}/check/"
    client.post(check, {"do": "message", "text": "Could it begin on Monday? <b>Please</b>"})
    desk = member_of("Ad desk")
    client.force_login(desk)
    assert "<b>1</b> advertisers wait for an answer" in client.get("/admin/").content.decode()
    address = f"/admin/advertising/placement/{placement.pk}/review/"
    page = client.get(address).content.decode()
    assert "Could it begin on Monday? &lt;b&gt;Please&lt;/b&gt;" in page
    with committed():
        client.post(address, {"decision": "message", "text": "It can."})
    assert {message.to[0] for message in mail.outbox} == {user.email, "desk@palisade.example"}
    assert "It can." in mail.outbox[0].body
    assert "wait for an answer" not in client.get("/admin/").content.decode()
    client.force_login(user)
    assert "It can." in client.get(check).content.decode()


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_a_message_that_says_nothing_or_too_much_is_not_sent(client, text):
    placement = running_banner()
    user = UserFactory()
    placement.advertiser.members.add(user)
    client.force_login(user)
    client.post(f"/partners/placements/{placement.pk}/check/", {"do": "message", "text": text})
    assert not Message.objects.exists()


def test_nobody_writes_about_what_belongs_to_others_or_without_end(client):
    placement = running_banner()
    client.force_login(UserFactory())
    check = f"/partners/placements/{placement.pk}/check/"
    assert client.post(check, {"do": "message", "text": "Hello"}).status_code == 404
    user = UserFactory()
    placement.advertiser.members.add(user)
    client.force_login(user)
    for _ in range(25):
        client.post(check, {"do": "message", "text": "Hello"})
    assert Message.objects.count() == 20


# --- The calendar
# ----------------------------------------------------------------------------------


def viewable(placement, day, number):
    ledger.add({(placement.pk, placement.slot, day, "viewable", ""): number})


def test_the_calendar_shows_what_is_booked_and_what_is_sold_twice(client):
    seen = running_banner()
    viewable(seen, YESTERDAY, 1_000)
    days = {"starts_on": TODAY + timedelta(days=2), "ends_on": TODAY + timedelta(days=3)}
    running_banner(goal=1_200, **days)
    row = slot_calendar.coming().rows[2]
    assert [day.share for day in row.days[:5]] == [0, 0, 60, 60, 0]
    running_banner(goal=1_200, **days)
    running_banner(goal=9_000, advertiser=AdvertiserFactory(is_house=True), **days)  # gives way
    row = slot_calendar.coming().rows[2]
    assert [day.day for day in row.conflicts] == [
        TODAY + timedelta(days=2),
        TODAY + timedelta(days=3),
    ]
    client.force_login(member_of("Ad desk"))
    page = client.get("/admin/advertising/placement/calendar/").content.decode()
    assert page.count('class="calendar__conflict"') == 2


def test_the_calendar_takes_the_same_queries_however_much_is_booked():
    for number in (1, 5):
        for _ in range(number):
            running_banner(goal=1_000)
        with CaptureQueriesContext(connection) as queries:
            slot_calendar.coming()
        assert len(queries) == 8


def test_the_review_says_when_more_is_asked_than_is_free(client):
    seen = running_banner()
    viewable(seen, YESTERDAY, 100)
    placement = DraftBannerFactory(goal=50_000)
    review.submit(placement, None)
    client.force_login(member_of("Ad desk"))
    page = client.get(f"/admin/advertising/placement/{placement.pk}/review/").content.decode()
    assert "more than is free" in page


def test_the_review_frames_the_real_page_with_the_version_that_was_sent(client):
    PublishedArticleFactory()
    placement = DraftBannerFactory()
    review.submit(placement, None)
    client.force_login(member_of("Ad desk"))
    address = f"/admin/advertising/placement/{placement.pk}/preview/1/"
    answer = client.get(address)
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert 'alt="Concentric rings"' in answer.content.decode()
    assert "data-position" not in answer.content.decode()
    assert client.get(address.replace("/1/", "/9/")).status_code == 404
    client.force_login(member_of("Moderators"))
    assert client.get(address).status_code == 403


# --- Odd traffic
# -----------------------------------------------------------------------------------


def counted(placement, **numbers):
    lines = {}
    for name, number in numbers.items():
        action, _, reason = name.partition("_")
        lines[placement.pk, placement.slot, YESTERDAY, action, reason] = number
    ledger.add(lines)


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [
        ({"rendered": 500, "rendered_robot": 400}, "filtered"),
        ({"viewable": 500, "clicked": 60}, "clicks"),
        ({"rendered": 900, "rendered_forged": 100}, "forged"),
    ],
)
def test_odd_counts_are_told_once(client, numbers, kind):
    placement = running_banner()
    counted(placement, **numbers)
    anomalies.look.func()
    anomalies.look.func()
    found = TrafficAnomaly.objects.get(kind=kind)
    client.force_login(member_of("Ad desk"))
    assert str(found) in client.get("/admin/").content.decode()
    client.force_login(member_of("Moderators"))
    assert str(found) not in client.get("/admin/").content.decode()


def test_usual_counts_are_not_odd():
    placement = running_banner()
    counted(placement, rendered=10_000, rendered_robot=900, viewable=6_000, clicked=40)
    anomalies.look.func()
    assert not TrafficAnomaly.objects.exists()


def test_what_runs_and_nobody_sees_is_told():
    running_banner()
    anomalies.look.func()
    assert TrafficAnomaly.objects.get().kind == "silent"


def test_a_copy_that_is_not_what_was_approved_is_told():
    placement = running_banner()
    counted(placement, rendered=10)
    Creative.objects.filter(pk=placement.approved_creative_id).update(headline="Swapped")
    anomalies.look.func()
    assert TrafficAnomaly.objects.get().kind == "changed"


# --- The media kit
# ---------------------------------------------------------------------------------


def test_the_rate_card_tells_only_what_was_counted(client):
    assert "Who sees it" not in client.get("/advertise/").content.decode()
    for ago in range(1, 5):
        DailyAudience.objects.create(day=TODAY - timedelta(days=ago), browsers=1_000 + ago)
    placement = running_banner()
    ledger.add({(placement.pk, "rectangle", TODAY - timedelta(days=4), "viewable", ""): 800})
    ledger.add({(placement.pk, "rectangle", TODAY - timedelta(days=4), "rendered", ""): 1_000})
    page = client.get("/advertise/").content.decode()
    for words in (
        "1,002",
        "Rectangle, in and beside stories, viewable a day",
        ">200<",
        "80 of 100 shown",
    ):
        assert words in page


def test_house_placements_have_limits_on_the_desk(client):
    placement = running_banner()
    client.force_login(member_of("Ad desk"))
    page = client.get(f"/admin/advertising/placement/{placement.pk}/change/").content.decode()
    for name in ("goal", "daily_cap", "weight", "device"):
        assert f'name="{name}"' in page
    assert Placement.objects.count() == 1


def test_the_words_of_the_rate_card_are_edited_on_the_desk(client):
    page = client.get("/advertise/").content.decode()
    assert "Reach the people who read the contract" in page
    assert "<h3>Review</h3>" in page
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    words = {
        "headline": "Be read by those who sign",
        "steps": "Write: Send us <b>words</b>.\n\nPay\n",
        "labelling": "Paid work is labelled.",
        "refusals": "Nothing that promises returns.",
    }
    assert client.post("/admin/advertising/ratecardtext/add/", words).status_code == 302
    client.logout()
    page = client.get("/advertise/").content.decode()
    assert all(words[name] in page for name in ("headline", "labelling", "refusals"))
    assert "<h3>Write</h3>" in page
    assert "Send us &lt;b&gt;words&lt;/b&gt;." in page
    assert "<h3>Pay</h3>" in page
