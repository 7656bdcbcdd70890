"""The content of an issue, and the issues that are drafted automatically."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, ArticleCoin, Correction, FrontPick
from articles.publishing import workflow
from newsletter.composing import contents, drafts
from newsletter.models import Issue, Item, Newsletter
from newsletter.sending import issue_status

from ..factories import (
    CoinFactory,
    PublishedArticleFactory,
    QuoteFactory,
    ScheduledArticleFactory,
    SectionFactory,
    SponsoredArticleFactory,
    comment_on,
)
from .conftest import MONDAY, issue_of, reader, send, story

pytestmark = pytest.mark.django_db


def headlines(issue: Issue, kind: str = "story") -> list[str]:
    return [item.article.title for item in issue.items.filter(kind=kind).select_related("article")]


def test_sections_take_turns_under_the_lead(newsletter):
    for number in range(4):
        story("Policy", f"Policy {number}", hours=1 + number, of={"position": 10})
    story("Markets", "Markets 0", hours=8, of={"position": 20})
    story("Technology", "Technology 0", hours=9, of={"position": 30})
    newsletter.most_stories = 5
    newsletter.save()
    issue = drafts.draft(newsletter)
    assert headlines(issue) == ["Policy 0", "Policy 1", "Markets 0", "Technology 0", "Policy 2"]


def test_what_leads_the_front_page_leads_the_newsletter(newsletter):
    story("Policy", "Newest", hours=1)
    chosen = story("Markets", "Chosen", hours=5)
    FrontPick.objects.create(article=chosen, position=1)
    assert headlines(drafts.draft(newsletter))[0] == "Chosen"


def test_a_column_does_not_lead_where_there_is_a_report(newsletter):
    story("Opinion", "I think", hours=1, of={"is_opinion": True})
    story("Policy", "It is so", hours=5)
    assert headlines(drafts.draft(newsletter)) == ["It is so", "I think"]


def test_only_what_is_new_public_and_nobody_paid_for(newsletter, noon):
    story("Policy", "Old", hours=40)
    story("Policy", "New")
    SponsoredArticleFactory(title="Paid")
    ScheduledArticleFactory(title="Later")
    PublishedArticleFactory(title="A brief", kind="brief")
    assert headlines(drafts.draft(newsletter)) == ["New"]


def test_nothing_is_told_twice(newsletter, sink, noon):
    reader("hollis")
    story("Policy", "First")
    send(drafts.draft(newsletter))
    noon.shift(3600)
    story("Policy", "Second", hours=0.5)
    issue = drafts.draft(newsletter)
    assert headlines(issue) == ["Second"]


def test_numbers_are_given_when_issues_go_out_and_none_is_missing(newsletter, sink, noon):
    reader("hollis")
    story("Policy", "First")
    skipped = drafts.draft(newsletter)
    issue_status.skip(skipped, "Not today.")
    first = send(drafts.draft(newsletter))
    noon.shift(3600)
    story("Policy", "Second", hours=0.5)
    second = send(drafts.draft(newsletter))
    skipped.refresh_from_db()
    assert (skipped.number, first.number, second.number) == (None, 1, 2)


def test_what_came_out_between_filling_and_sending_is_in_the_next_issue(newsletter, sink, noon):
    reader("hollis")
    story("Policy", "First")
    issue = drafts.draft(newsletter)
    noon.shift(3600)
    story("Policy", "Between", hours=0.5)
    noon.shift(3600)
    send(issue)
    noon.shift(3600)
    assert headlines(drafts.draft(newsletter)) == ["Between"]


def test_an_issue_that_is_put_off_prints_the_day_on_which_it_goes_out(newsletter, noon):
    """And is that day’s: no second one is made."""
    story("Policy", "First")
    issue = drafts.draft(newsletter)
    issue_status.schedule(issue, MONDAY)
    issue.refresh_from_db()
    assert str(issue.day) == "2026-11-23"
    issue_status.back_to_draft(issue)
    issue.refresh_from_db()
    issue_status.schedule(issue, timezone.now())
    issue.refresh_from_db()
    assert str(issue.day) == "2026-11-22"
    issue_status.back_to_draft(issue)
    issue.refresh_from_db()
    issue_status.schedule(issue, MONDAY)
    noon.move_to(MONDAY - timedelta(minutes=5))
    story("Policy", "Second", hours=0.5)
    assert drafts.compose_due.call() == 0


def test_filling_again_replaces_what_stood_there(newsletter):
    issue = issue_of(newsletter)
    item = issue.items.first()
    item.headline = "By hand"
    item.save()
    workflow.withdraw(Article.objects.get(title="Policy makes a clause"), by=None)
    drafts.fill(issue)
    assert set(headlines(issue)) == {"Markets makes a clause", "Technology makes a clause"}
    assert not issue.items.exclude(headline="").exists()


def test_corrections_are_to_what_readers_of_this_newsletter_were_sent(newsletter, sink, noon):
    reader("hollis")
    told = story("Policy", "Told")
    never = story("Markets", "Never told", hours=60)
    send(drafts.draft(newsletter))
    noon.shift(3600)
    for article in (told, never):
        Correction.objects.create(article=article, text=f"{article.title} was wrong.")
    noon.shift(60)
    issue = drafts.draft(newsletter)
    assert headlines(issue, "correction") == ["Told"]
    assert contents.contents_of(issue).corrections[0].text == "Told was wrong."
    assert contents.contents_of(issue).corrections[0].path.startswith("/policy/")


def test_a_correction_that_found_no_room_is_in_the_next_issue_and_retractions_come_first(
    newsletter, sink, noon
):
    reader("hollis")
    stories = [story("Policy", f"Told {number}") for number in range(7)]
    send(drafts.draft(newsletter))
    noon.shift(3600)
    for number, article in enumerate(stories):
        kind = "retraction" if number == 0 else "update"
        Correction.objects.create(article=article, kind=kind, text="It was wrong.")
        noon.shift(1)
    seen = []
    for hour in range(2):
        story("Markets", f"News {hour}", hours=0)
        issue = drafts.draft(newsletter)
        seen.append(headlines(issue, "correction"))
        kickers = [each.kicker for each in contents.contents_of(issue).corrections]
        assert kickers == ([*["Retraction"], *["Update"] * 4] if hour == 0 else ["Update"] * 2)
        send(issue)
        noon.shift(3600)
    assert seen[0][0] == "Told 0"
    assert sorted([*seen[0], *seen[1]]) == [f"Told {number}" for number in range(7)]
    story("Markets", "News 3", hours=0)
    assert headlines(drafts.draft(newsletter), "correction") == []


def test_what_was_corrected_before_it_was_sent_is_no_news(newsletter, sink, noon):
    reader("hollis")
    article = story("Policy", "Told")
    Correction.objects.create(article=article, text="It was wrong.")
    noon.shift(60)
    send(drafts.draft(newsletter))
    noon.shift(3600)
    story("Markets", "News", hours=0)
    assert headlines(drafts.draft(newsletter), "correction") == []


def test_a_long_correction_and_a_long_headline_are_sent_whole(newsletter, sink, noon):
    reader("hollis")
    article = story("Policy", "T" * 140)
    send(drafts.draft(newsletter))
    noon.shift(3600)
    Correction.objects.create(article=article, text=f"{'It said nine. ' * 70}It was ten.")
    headline = ("A headline that goes on " * 6)[:140]
    story("Markets", headline, hours=0)
    noon.shift(60)
    issue = send(drafts.draft(newsletter))
    mail = sink.mails()[-1]
    assert mail["Subject"] == issue.subject == headline
    assert "It was ten." in mail.get_body(("html",)).get_content()


def test_what_is_discussed_most_and_does_not_stand_there_already(newsletter):
    talked = story("Policy", "Talked about", hours=60)
    for number in range(3):
        comment_on(talked, comment=f"Indeed, {number}.")
    story("Policy", "New")
    issue = drafts.draft(newsletter)
    assert headlines(issue, "discussed") == ["Talked about"]
    assert contents.contents_of(issue).discussed[0].path.endswith("#comments")


def test_a_newsletter_about_a_section_or_a_coin_has_its_stories_alone(db):
    coin = CoinFactory()
    policy = SectionFactory(name="Policy")
    about = story("Markets", "About the coin")
    ArticleCoin.objects.create(article=about, coin=coin)
    story("Policy", "About policy")
    words = {"description": "Weekly.", "rhythm": "weekly"}
    of_section = Newsletter.objects.create(name="Policy", slug="policy", section=policy, **words)
    of_coin = Newsletter.objects.create(name="Bitcoin", slug="bitcoin", coin=coin, **words)
    assert headlines(drafts.draft(of_section)) == ["About policy"]
    assert headlines(drafts.draft(of_coin)) == ["About the coin"]


def test_prices_are_those_of_the_strip_and_first_of_the_coin_that_it_is_about(db):
    for position, symbol in enumerate(("BTC", "ETH", "SOL", "DOGE", "ADA")):
        QuoteFactory(coin=CoinFactory(name=symbol.title(), symbol=symbol, position=position))
    newsletter = Newsletter.objects.create(
        name="Ada", slug="ada", description="Weekly.", coin_id=_coin("ADA")
    )
    assert [row.symbol for row in contents.prices_for(newsletter).rows] == [
        "ADA",
        "BTC",
        "ETH",
        "SOL",
    ]


def _coin(symbol: str) -> int:
    from ticker.models import Coin

    return Coin.objects.get(symbol=symbol).pk


def test_a_price_without_a_change_has_none_in_the_line_after_the_subject(newsletter):
    QuoteFactory(coin=CoinFactory(), change_24h=None)
    issue = issue_of(newsletter)
    assert contents.contents_of(issue).preheader == "3 stories. BTC $97,412."


def test_prices_words_and_subject_are_kept_as_they_were_sent(newsletter, sink):
    reader("hollis")
    quote = QuoteFactory(coin=CoinFactory())
    issue = send(issue_of(newsletter))
    quote.price = 1
    quote.save()
    changed = Article.objects.get(title="Policy makes a clause")
    changed.title = "Policy unmakes a clause"
    changed.save()
    shown = contents.contents_of(Issue.objects.get(pk=issue.pk))
    assert shown.prices.rows[0].price == "$97,412"
    assert "Policy makes a clause" in [each.headline for each in shown.stories]


@pytest.mark.parametrize("number", [3, 30])
def test_composing_takes_the_same_few_queries_however_much_there_is(newsletter, number):
    for each in range(number):
        story(("Policy", "Markets", "Technology")[each % 3], f"Story {each}")
    with CaptureQueriesContext(connection) as queries:
        drafts.draft(newsletter)
    assert len(queries) <= 20


def test_an_issue_without_stories_cannot_be_scheduled(newsletter):
    issue = drafts.draft(newsletter)
    with pytest.raises(Exception, match="no story in it"):
        issue_status.schedule(issue, timezone.now())


def test_a_paid_story_that_somebody_puts_in_is_not_shown(newsletter):
    issue = issue_of(newsletter)
    Item.objects.create(issue=issue, article=SponsoredArticleFactory(title="Paid"), position=1)
    assert "Paid" not in [each.headline for each in contents.contents_of(issue).stories]
