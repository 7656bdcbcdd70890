"""Booked campaigns: paused, resumed, stopped and settled. Charged is only what ran."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError

from advertising.billing import orders
from advertising.campaigns import campaign_mails, review, running
from advertising.delivery import run_time, serving
from advertising.models import Credit, Order, Placement, Rate, ReviewDecision, SalesTerms
from articles.models import Article

from ..factories import (
    AdvertiserFactory,
    DraftPaidStoryFactory,
    UserFactory,
    add_version,
    member_of,
    running_banner,
)
from .billing.conftest import TODAY, viewable

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rate_card(noon: Any) -> None:
    Rate.objects.create(product="banner", price="14", basis="thousand", unit="per 1,000")
    Rate.objects.create(product="sponsored", price="1800", unit="for 30 days")
    Rate.objects.create(product="press_release", price="450", unit="a release")
    SalesTerms.objects.create(seller="Finality Press Ltd", tax_percent="20")


def story(days: int = 30, starts: int = 0, **kwargs: Any) -> Placement:
    """Submitted; beginning so many days from now."""
    first = TODAY + timedelta(days=starts)
    placement = DraftPaidStoryFactory(
        starts_on=first, ends_on=first + timedelta(days=days - 1), **kwargs
    )
    add_version(placement, text="word " * 130, headline="What an auditor wants")
    review.submit(placement, None)
    return placement


def banner(**kwargs: Any) -> Placement:
    return running_banner(**{"goal": 10_000, **kwargs})


def ordered(placement: Placement) -> Order:
    return orders.place(placement.advertiser, [placement.pk], None)


# --- Charged is what ran --------------------------------------------------------------------------


@pytest.mark.parametrize("product", ["sponsored", "press_release"])
@pytest.mark.parametrize("days", [0, 9, 28, 60])
def test_what_was_never_approved_owes_nothing_whenever_it_is_rejected(noon, product, days):
    placement = story(product=product)
    order = ordered(placement)
    noon.shift(timedelta(days=days))
    review.reject(placement, None, "No.")
    assert Order.objects.get(pk=order.pk).balance == 0


def test_what_is_never_decided_on_is_credited_when_its_days_are_over(noon):
    placement = story()
    order = ordered(placement)
    noon.shift(timedelta(days=29))
    assert running.settle_what_ended.func() == 0
    noon.shift(timedelta(days=3))
    assert running.settle_what_ended.func() == 1
    assert running.settle_what_ended.func() == 0
    assert Order.objects.get(pk=order.pk).balance == 0
    placement.refresh_from_db()
    assert placement.state == ("cancelled", "Cancelled")
    with pytest.raises(ValidationError, match="cancelled meanwhile"):
        review.approve(placement, None)


@pytest.mark.parametrize("left", ["sent back", "withdrawn"])
def test_ordered_and_never_sent_again_it_is_credited_or_cancelled(noon, left):
    waiting, cancelled = story(), story()
    first, second = ordered(waiting), ordered(cancelled)
    for placement in (waiting, cancelled):
        if left == "withdrawn":
            review.withdraw(placement, UserFactory())
        else:
            review.request_changes(placement, None, "Another headline, please.")
    running.stop(cancelled, None, "At the client’s wish.")
    assert Order.objects.get(pk=second.pk).balance == 0
    noon.shift(timedelta(days=32))
    assert running.settle_what_ended.func() == 1
    assert Order.objects.get(pk=first.pk).balance == 0


def test_taken_off_again_at_once_it_never_ran(noon):
    placement = story()
    order = ordered(placement)
    review.approve(placement, None)
    noon.shift(timedelta(minutes=1))
    running.stop(placement, None, "By mistake.")
    assert Order.objects.get(pk=order.pk).balance == 0


def test_stopped_after_a_third_of_its_days_two_thirds_are_credited(noon):
    placement = story()
    order = ordered(placement)
    review.approve(placement, None)
    noon.shift(timedelta(days=9))
    running.stop(placement, None, "At the client’s wish.")
    assert Order.objects.get(pk=order.pk).balance == Decimal("720.00")
    assert Credit.objects.get().reason == f"{placement.title}: it ran on 10 of 30 days"


def test_paused_days_are_not_charged(noon):
    placement = story()
    order = ordered(placement)
    review.approve(placement, None)
    noon.shift(timedelta(days=5))
    running.pause(placement, None)
    noon.shift(timedelta(days=10))
    running.resume(placement, None)
    noon.shift(timedelta(days=17))
    assert run_time.days_ran(placement) == 21  # Half a day at each end of the pause is a day.
    assert running.settle_what_ended.func() == 1
    assert Order.objects.get(pk=order.pk).balance == Decimal("2160.00") * 21 / 30


def test_read_too_late_it_runs_as_many_days_as_were_bought(noon):
    placement = story()
    noon.shift(timedelta(days=9))
    review.approve(placement, None)
    placement.refresh_from_db()
    assert placement.run == (TODAY + timedelta(days=9), TODAY + timedelta(days=38))


def test_a_press_release_that_is_out_is_delivered(noon):
    placement = story(product="press_release")
    order = ordered(placement)
    review.approve(placement, None)
    noon.shift(timedelta(hours=2))
    running.stop(placement, None, "At the client’s wish.")
    assert not Credit.objects.exists()
    assert Order.objects.get(pk=order.pk).balance == order.total


def test_stopped_before_it_was_ordered_what_ran_is_invoiced(noon):
    placement = story()
    review.approve(placement, None)
    noon.shift(timedelta(days=2))
    running.stop(placement, None, "At the client’s wish.")
    assert Order.objects.get().balance == Decimal("216.00")  # Three of thirty days.


def test_a_banner_that_is_stopped_is_charged_by_its_impressions(noon):
    placement = banner(ends_on=TODAY + timedelta(days=5))
    order = ordered(placement)
    viewable(placement, 2_500)
    noon.shift(timedelta(hours=2))
    running.stop(placement, None, "At the client’s wish.")
    assert Order.objects.get(pk=order.pk).balance == Decimal("42.00")


# --- Pausing and stopping -------------------------------------------------------------------------


def test_paused_it_is_on_no_page_and_resumed_on_all_again():
    placement = banner(ends_on=TODAY + timedelta(days=5))
    running.pause(placement, None)
    placement.refresh_from_db()
    assert placement.state == ("paused", "Paused")
    assert not Placement.objects.live().exists()
    assert serving._approved_banners() == {}
    with pytest.raises(ValidationError):
        running.pause(placement, None)
    running.resume(placement, None)
    assert list(Placement.objects.live()) == [placement]
    with pytest.raises(ValidationError, match="not paused"):
        running.resume(placement, None)


def test_stopped_it_is_over_for_good():
    placement = banner(ends_on=TODAY + timedelta(days=5))
    running.stop(placement, None, "At the client’s wish.")
    placement.refresh_from_db()
    assert placement.state == ("cancelled", "Cancelled")
    assert not Placement.objects.approved().exists()
    for act in (
        lambda: running.stop(placement, None, "Again"),
        lambda: running.pause(placement, None),
        lambda: running.resume(placement, None),
        lambda: review.submit(placement, None),
    ):
        with pytest.raises(ValidationError):
            act()


def test_both_sides_pause_and_stop_and_nobody_else():
    placement = banner(ends_on=TODAY + timedelta(days=5))
    colleague, reader = UserFactory(), UserFactory()
    placement.advertiser.members.add(colleague, through_defaults={"role": "member"})
    placement.advertiser.members.add(reader, through_defaults={"role": "reader"})
    for person in (reader, UserFactory(), member_of("Moderators"), member_of("Finance")):
        for act in (running.pause, running.resume, running.stop):
            with pytest.raises(PermissionDenied):
                act(placement, person)
    running.pause(placement, colleague)
    running.resume(placement, member_of("Ad desk"))
    with pytest.raises(ValidationError, match="Write a reason"):
        running.stop(placement, member_of("Ad desk"))
    running.stop(placement, colleague)


def test_the_other_side_is_told(committed):
    placement = banner(ends_on=TODAY + timedelta(days=5))
    colleague, seller = UserFactory(email="mia@palisade.example"), member_of("Ad desk")
    seller.email = "ads@finality.example"
    seller.save()
    placement.advertiser.members.add(colleague, through_defaults={"role": "member"})
    with committed():
        running.pause(placement, colleague)
    assert {each.to[0] for each in mail.outbox} == {
        "ads@finality.example",
        "desk@palisade.example",
        "mia@palisade.example",
    }
    to_desk = next(each for each in mail.outbox if each.to[0] == "ads@finality.example")
    assert f"{placement.advertiser.name} paused" in to_desk.body
    mail.outbox.clear()
    with committed():
        running.stop(placement, seller, "The landing page is gone.")
    assert {each.to[0] for each in mail.outbox} == {"desk@palisade.example", "mia@palisade.example"}
    assert "The landing page is gone." in mail.outbox[0].body


def test_the_portal_asks_before_it_stops_and_says_what_is_credited(client, advertiser):
    placement = story(advertiser=advertiser)
    review.approve(placement, None)
    order = ordered(placement)
    address = f"/partners/placements/{placement.pk}/check/"
    assert "would be credited" in " ".join(client.get(address).content.decode().split())
    page = client.post(address, {"do": "stop"}).content.decode()
    assert "$2,160.00" in page
    assert Placement.objects.get(pk=placement.pk).stopped_at is None
    client.post(address, {"do": "pause"})
    assert Placement.objects.get(pk=placement.pk).paused_at
    client.post(address, {"do": "resume"})
    assert client.post(address, {"do": "stop", "sure": "yes"}).status_code == 302
    assert Placement.objects.get(pk=placement.pk).stopped_at
    assert Order.objects.get(pk=order.pk).balance == 0
    assert "Cancelled" in client.get(address).content.decode()


@pytest.mark.parametrize("do", ["pause", "resume", "stop", "withdraw", "copy"])
def test_a_reader_of_the_company_changes_nothing(client, do):
    placement = banner(ends_on=TODAY + timedelta(days=5))
    reader = UserFactory()
    placement.advertiser.members.add(reader, through_defaults={"role": "reader"})
    client.force_login(reader)
    address = f"/partners/placements/{placement.pk}/check/"
    assert client.post(address, {"do": do, "sure": "yes"}).status_code == 404
    assert ReviewDecision.objects.exclude(new_status__in=("submitted", "approved")).count() == 0


# --- Updates of what runs -------------------------------------------------------------------------


def updated() -> Placement:
    placement = banner(ends_on=TODAY + timedelta(days=5))
    add_version(placement, headline="Other keys")
    review.submit(placement, None)
    placement.refresh_from_db()
    return placement


def test_with_an_update_in_review_it_is_running():
    placement = updated()
    assert placement.state == ("running", "Running")
    assert placement.update_state == "Update in review"


@pytest.mark.parametrize("end_update", ["reject", "withdraw"])
def test_an_update_that_is_not_taken_leaves_what_runs(end_update):
    placement = updated()
    if end_update == "reject":
        review.reject(placement, None, "Not this one.")
    else:
        review.withdraw(placement, UserFactory())
    placement.refresh_from_db()
    assert placement.state == ("running", "Running")
    assert placement.update_state == ""
    assert placement.approved_creative.version == 1
    assert list(Placement.objects.live()) == [placement]


def test_what_waits_is_taken_back_and_is_a_draft_again():
    placement = story()
    review.withdraw(placement, UserFactory())
    placement.refresh_from_db()
    assert placement.state == ("draft", "Draft")
    with pytest.raises(ValidationError, match="in review"):
        review.withdraw(placement, UserFactory())


def test_a_copy_is_a_draft_with_the_same_words_and_pictures_and_no_days(client, advertiser):
    placement = running_banner(advertiser=advertiser, goal=10_000)
    running.stop(placement, None, "At the client’s wish.")
    answer = client.post(f"/partners/placements/{placement.pk}/check/", {"do": "copy"})
    made = Placement.objects.order_by("-pk").first()
    assert answer["Location"] == f"/partners/placements/{made.pk}/"
    assert (made.status, made.starts_on, made.goal) == ("draft", None, 10_000)
    was, now = placement.approved_creative, made.latest_creative
    assert (now.version, now.headline, now.submitted_at) == (1, was.headline, None)
    assert [each.file.name for each in now.pictures.all()] == [
        each.file.name for each in was.pictures.all()
    ]


# --- On the front page ----------------------------------------------------------------------------


def seen_in_an_hour(client: Any, noon: Any) -> set[str]:
    seen = set()
    for _ in range(8):
        page = client.get("/").content.decode()
        seen |= {title for title in ("First", "Second", "Third") if f"{title} paid story" in page}
        noon.shift(timedelta(minutes=15))
    return seen


def approved(title: str, **kwargs: Any) -> Placement:
    placement = DraftPaidStoryFactory(
        starts_on=TODAY, ends_on=TODAY + timedelta(days=kwargs.pop("days", 30) - 1), **kwargs
    )
    add_version(placement, text="word " * 130, headline=f"{title} paid story")
    review.submit(placement, None)
    review.approve(placement, None)
    return placement


def test_all_that_were_sold_take_turns_and_leave_at_their_end(client, noon):
    approved("First"), approved("Second"), approved("Third", days=1)
    assert seen_in_an_hour(client, noon) == {"First", "Second", "Third"}
    noon.shift(timedelta(days=1))
    assert seen_in_an_hour(client, noon) == {"First", "Second"}
    noon.shift(timedelta(days=30))
    assert seen_in_an_hour(client, noon) == set()
    for article in Article.objects.published():
        assert "Sponsored" in client.get(article.get_absolute_url()).content.decode()


def test_paused_and_stopped_it_takes_no_turn(client, noon):
    first, second = approved("First"), approved("Second")
    running.pause(first, None)
    running.stop(second, None, "At the client’s wish.")
    assert seen_in_an_hour(client, noon) == set()
    running.resume(first, None)
    assert seen_in_an_hour(client, noon) == {"First"}


def test_a_place_that_is_full_is_not_sold():
    Rate.objects.filter(product="sponsored").update(places=2)
    approved("First"), approved("Second", days=5)
    late = DraftPaidStoryFactory(
        starts_on=TODAY + timedelta(days=3), ends_on=TODAY + timedelta(days=8)
    )
    add_version(late, text="word " * 130, headline="Third paid story")
    with pytest.raises(ValidationError, match="From 27 November on there is one"):
        review.submit(late, None)
    late.starts_on += timedelta(days=2)
    late.save()
    review.submit(late, None)


@pytest.mark.parametrize(
    ("days", "price"), [(1, "60.00"), (7, "420.00"), (30, "1800.00"), (366, "21960.00")]
)
def test_a_sponsored_article_costs_its_days(days, price):
    assert ordered(story(days)).subtotal == Decimal(price)


# --- The start ------------------------------------------------------------------------------------


def test_that_it_is_live_is_mailed_once_with_its_address(committed, noon):
    placement = story(starts=2)
    review.approve(placement, None)
    mail.outbox.clear()
    assert campaign_mails.tell_what_began.func() == 0
    noon.shift(timedelta(days=2))
    with committed():
        assert campaign_mails.tell_what_began.func() == 1
        assert campaign_mails.tell_what_began.func() == 0
    article = Placement.objects.get(pk=placement.pk).article
    assert [each.subject for each in mail.outbox] == [f"{placement.title} is live"]
    assert article.get_absolute_url() in mail.outbox[0].body


def test_the_house_is_told_of_nothing(committed):
    with committed():
        banner(advertiser=AdvertiserFactory(is_house=True))
        assert campaign_mails.tell_what_began.func() == 0
