"""An issue as a mail: valid, readable without pictures and as text, labelled where somebody paid,
and not too heavy.
"""

import re

import pytest
from django.utils import timezone

from advertising.campaigns import review, running
from advertising.models import Placement, Product
from articles.models import ArticleCoin, Holding
from newsletter.composing import contents, rendering
from newsletter.models import Link
from newsletter.sending import issue_status

from ..factories import (
    AdvertiserFactory,
    CoinFactory,
    DraftBannerFactory,
    PublishedArticleFactory,
    QuoteFactory,
    add_version,
    member_of,
)
from .conftest import begin, issue_of, reader, send
from .mail_html import PLACE, validate

pytestmark = pytest.mark.django_db


def booked(day=None, **values) -> Placement:
    """The newsletter’s paid place of today, approved."""
    day = day or timezone.now().date()
    placement = DraftBannerFactory(
        advertiser=AdvertiserFactory(name="Palisade Custody"),
        product=Product.NEWSLETTER,
        slot="",
        starts_on=day,
        ends_on=day,
        title="Ten questions",
    )
    words = {
        "headline": "Ten questions for a custodian",
        "text": "Ask them before the year ends.",
        "disclosure": "Palisade Custody paid $620 for this place.",
    }
    add_version(placement, **{**words, **values})
    review.submit(placement, None)
    editor = member_of("Chief editors")
    review.approve(placement, editor, placement.newest_sent.version, has_looked=True)
    return placement


def full_issue(newsletter, **values):
    """With everything that can stand in one."""
    coin = CoinFactory()
    QuoteFactory(coin=coin)
    booked()
    return issue_of(newsletter, intro="<p>Good morning.</p><p>A quiet day.</p>", **values)


def test_the_html_is_valid_and_fit_for_mail_programs(newsletter):
    issue = full_issue(newsletter)
    validate(rendering.preview(issue).html)
    begin(issue)
    counted = rendering.render(contents.contents_of(issue), counts_clicks=True)
    validate(counted.html)


def test_styles_are_in_the_elements_and_those_for_dark_stay(newsletter):
    html = rendering.preview(full_issue(newsletter)).html
    assert html.count("<style") == 1
    assert "@media (prefers-color-scheme:dark)" in html
    assert "@media (min-width:621px)" in html
    assert 'class="h1 ink" style="' in html


def test_both_parts_say_the_same(newsletter):
    issue = full_issue(newsletter)
    rendered = rendering.preview(issue)
    for words in (
        "Policy makes a clause",
        "Markets makes a clause",
        "Good morning.",
        "$97,412",
        "Ten questions for a custodian",
        "Paid for by Palisade Custody",
        "Palisade Custody paid $620 for this place.",
        "https://palisade.example/report",
        "Nothing here is advice to trade",
        rendered.places.leave,
        rendered.places.preferences,
    ):
        assert words in rendered.html, words
        assert words in rendered.text, words
    assert "<" not in rendered.text
    assert "&" not in rendered.text
    text = rendered.sample("hollis@readers.example")[1]
    assert not [line for line in text.splitlines() if len(line) > 78 and "http" not in line]


def test_what_somebody_paid_for_is_labelled_before_its_words(newsletter):
    html = rendering.preview(full_issue(newsletter)).html
    label, headline = (
        html.index("<b>Sponsored.</b> Paid for by"),
        html.index("Ten questions for a custodian"),
    )
    assert 0 < headline - label < 600
    links = re.findall(r'<a [^>]*href="https://palisade\.example/report"[^>]*>', html)
    assert len(links) == 2
    assert all('rel="sponsored nofollow noopener"' in link for link in links)
    text = rendering.preview(full_issue_again(newsletter)).text
    assert text.index("SPONSORED. Paid for by Palisade Custody") < text.index(
        "Ten questions for a custodian"
    )


def full_issue_again(newsletter):
    from newsletter.models import Issue

    return Issue.objects.filter(newsletter=newsletter).first()


def test_the_paid_place_stands_in_the_newsletter_that_carries_it_and_on_its_day_alone(newsletter):
    from newsletter.models import Newsletter

    booked()
    issue = issue_of(newsletter)
    assert contents.contents_of(issue).sponsor is not None
    other = Newsletter.objects.create(name="Weekly", slug="weekly", description="Weekly.")
    assert contents.sponsor_of(issue_of(other, stories=0)) is None
    issue.day = issue.day.replace(year=2030)
    assert contents.sponsor_of(issue) is None


def test_a_copy_that_differs_from_the_approved_one_is_in_no_newsletter(newsletter):
    placement = booked()
    issue = issue_of(newsletter)
    creative = placement.approved_creative
    type(creative).objects.filter(pk=creative.pk).update(headline="Guaranteed returns")
    assert contents.contents_of(issue).sponsor is None


def test_a_copy_that_somebody_changes_after_the_newsletter_began_is_in_no_mail_from_then_on(
    newsletter,
):
    placement = booked()
    reader("hollis")
    issue = begin(issue_of(newsletter))
    type(placement.approved_creative).objects.update(headline="Guaranteed returns")
    issue.refresh_from_db()
    assert contents.contents_of(issue).sponsor is None


def test_a_place_that_is_taken_off_after_the_newsletter_began_is_in_no_mail_from_then_on(
    newsletter,
):
    placement = booked()
    reader("hollis")
    issue = begin(issue_of(newsletter))
    assert contents.contents_of(issue).sponsor is not None
    running.stop(placement, member_of("Chief editors"), "It is not what it says.", take_down=True)
    assert contents.contents_of(issue).sponsor is None


def test_a_place_is_sent_once_though_the_day_has_two_issues(newsletter, sink):
    booked()
    reader("hollis")
    send(issue_of(newsletter))
    assert contents.contents_of(issue_of(newsletter, stories=0)).sponsor is None


def test_a_place_of_an_issue_that_nobody_got_may_be_sent_with_another(newsletter, sink):
    booked()
    reader("hollis")
    issue = begin(issue_of(newsletter))
    issue_status.cancel(issue)
    other = issue_of(newsletter, stories=1)
    assert contents.contents_of(other).sponsor is not None
    assert send(other).placement is not None


def test_holdings_are_told_as_they_were_declared(newsletter):
    from articles.models import Author
    from articles.publishing import holdings

    coin = CoinFactory()
    story = PublishedArticleFactory(title="About a coin")
    ArticleCoin.objects.create(article=story, coin=coin)
    Holding.objects.create(author=Author.objects.get(), coin=coin)
    holdings.record_at_publication(story)
    issue = issue_of(newsletter, stories=0)
    rendered = rendering.preview(issue)
    assert "holds Bitcoin, as declared when this was published." in rendered.html
    assert "holds Bitcoin" in " ".join(rendered.text.split())


def test_each_reader_gets_their_own_links_and_nobody_elses(newsletter, sink):
    hollis, maren = reader("hollis"), reader("maren")
    send(full_issue(newsletter))
    for mine, other in ((hollis, maren), (maren, hollis)):
        mail = sink.mail_to(mine.subscriber.email)
        for part in mail.iter_parts():
            words = part.get_content()
            assert f"/newsletter/leave/{mine.key}/" in words
            assert other.key not in words
            assert mine.subscriber.email in words
            assert not PLACE.search(words)


def test_clicks_lead_by_us_or_straight_as_the_reader_wants(newsletter, sink):
    reader("hollis")
    reader("maren", counts_clicks=False)
    send(full_issue(newsletter))
    counted = sink.mail_to("hollis@readers.example").get_body(("html",)).get_content()
    straight = sink.mail_to("maren@readers.example").get_body(("html",)).get_content()
    assert "/newsletter/go/" in counted
    assert "https://palisade.example/report" not in counted
    assert "/newsletter/go/" not in straight
    assert "https://palisade.example/report" in straight
    assert Link.objects.get(kind="placement").url == "https://palisade.example/report"


def test_copy_that_names_the_places_of_readers_gets_nothing_of_them(newsletter, sink):
    """Neither the words of today nor those of another rendering: each has its own."""
    other = rendering.Places()
    booked(
        target_url=f"https://palisade.example/?a=@@email@@&b={other.email}&c={other.preferences}"
    )
    reader("hollis", counts_clicks=False)
    send(issue_of(newsletter))
    html = sink.mail_to("hollis@readers.example").get_body(("html",)).get_content()
    link = re.search(r'href="(https://palisade\.example/[^"]*)"', html)[1]
    assert "hollis" not in link
    assert "preferences/" not in link


def test_no_picture_tells_us_that_a_newsletter_was_opened(newsletter, sink):
    reader("hollis")
    send(full_issue(newsletter))
    html = sink.mail_to("hollis@readers.example").get_body(("html",)).get_content()
    pictures = re.findall(r"<img [^>]*>", html)
    assert len(pictures) == 1
    assert 'alt="A portico"' in pictures[0]
    assert "hollis" not in pictures[0]


def test_words_that_look_like_html_are_words(newsletter):
    issue = issue_of(
        newsletter, intro="<p>&lt;b&gt;Not bold&lt;/b&gt; &amp; so on</p>", subject="1 < 2 & 3 > 2"
    )
    rendered = rendering.preview(issue)
    assert "&lt;b&gt;Not bold&lt;/b&gt; &amp; so on" in rendered.html
    assert "<b>Not bold</b> & so on" in rendered.text
    assert rendered.subject == "1 < 2 & 3 > 2"
    validate(rendered.html)


def test_the_weight_of_a_full_newsletter_is_far_from_where_gmail_cuts(newsletter):
    assert rendering.preview(full_issue(newsletter)).weight < 60_000
