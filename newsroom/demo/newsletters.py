"""The demo’s newsletters: what can be chosen, who reads them, and a week of issues with what became
of them.
"""

import random
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Max
from django.utils import timezone

from advertising.campaigns import review
from advertising.delivery.slots import NEWSLETTER_SLOT
from advertising.measurement import invalid_traffic, ledger
from advertising.models import Action, Advertiser, Creative, Placement, Product
from articles.models import Article, Section
from audience import robots
from newsletter.composing import contents, drafts, rendering
from newsletter.composing.schedule import is_on, next_turn
from newsletter.models import Delivery, Issue, Item, Link, Newsletter, Subscriber, Subscription
from newsletter.subscribing.signing_up import CONSENT
from ticker.models import Coin

DAILY = {
    "name": "The daily newsletter",
    "description": "Six stories, before the market has coffee.",
    "carries_placement": True,
    "position": 10,
}
WEEKLY = {
    "name": "The Friday newsletter",
    "description": "The week on one screen, for those who have a life besides.",
    "rhythm": Newsletter.Rhythm.WEEKLY,
    "weekday": Newsletter.Weekday.FRIDAY,
    "send_at": time(15, 0),
    "is_automatic": True,
    "position": 20,
}
COINS = ("BTC", "ETH", "SOL")
NAMES = (
    *(
        "hollis",
        "maren",
        "wren",
        "tamsin",
        "ottoline",
        "bram",
        "ines",
        "callum",
        "liesbeth",
        "gustavo",
        "teodora",
    ),
    *(
        "anselm",
        "philippa",
        "joost",
        "adaeze",
        "corwin",
        "minna",
        "rafe",
        "sunniva",
        "dorian",
        "elke",
        "fintan",
    ),
)
READERS_OF_EACH = 6  # families of addresses
ISSUES = 5
STORIES = 6
FEWEST = 2  # when there was less that was new, older stories fill up
SPONSORED_AGO = 2  # working days: the issue whose paid place was sold
SPONSORED = {
    "headline": "What an auditor wants to see in a custody report",
    "text": "Ten questions to ask before the year-end newsletter is signed, and what a good answer to each looks like.",
    "target_url": "https://palisade.example/audit",
    "disclosure": "Palisade Custody paid $620 for this place.",
}


def load(now: datetime) -> None:
    """Newsletters, readers, past issues and a draft for today. Run again, it doubles nothing."""
    if Issue.objects.exists():
        return
    daily, _ = Newsletter.objects.update_or_create(slug="daily", defaults=DAILY)
    weekly, _ = Newsletter.objects.update_or_create(slug="friday", defaults=WEEKLY)
    followed = [*_about_sections(), *_about_coins()]
    subscribe(daily, [weekly, *followed], now)
    days = working_days(daily, now)
    book(days[SPONSORED_AGO - 1].date())
    book(now.date())
    for number, turn in enumerate(reversed(days), start=1):
        load_issue(daily, turn, number)
    drafts.draft(daily)
    for newsletter in [weekly, *followed]:
        leave_out_turn(newsletter, now)


def leave_out_turn(newsletter: Newsletter, now: datetime) -> None:
    """Of the hours before the demo began: nobody was here to read it, and nothing is made up
    for.
    """
    turn = next_turn(newsletter, now - drafts.MADE_UP_WITHIN)
    if turn <= now:
        note = "The demo began after its hour."
        Issue.objects.create(
            newsletter=newsletter,
            day=turn.date(),
            turn_at=turn,
            status=Issue.Status.SKIPPED,
            note=note,
        )


def _about_sections() -> list[Newsletter]:
    found = []
    for number, section in enumerate(Section.objects.all()):
        values = {
            "name": f"{section.name}, weekly",
            "description": f"What we wrote on {section.name.lower() if section.name != 'DeFi' else 'DeFi'} in a week.",
            "section": section,
            "rhythm": Newsletter.Rhythm.WEEKLY,
            "weekday": number % 5,
            "is_automatic": True,
            "position": 30 + number,
        }
        found.append(Newsletter.objects.update_or_create(slug=section.slug, defaults=values)[0])
    return found


def _about_coins() -> list[Newsletter]:
    found = []
    for number, coin in enumerate(Coin.objects.filter(symbol__in=COINS)):
        values = {
            "name": f"{coin.name}, weekly",
            "description": f"Its price, and every story that we wrote about {coin.name}.",
            "coin": coin,
            "rhythm": Newsletter.Rhythm.WEEKLY,
            "weekday": Newsletter.Weekday.MONDAY,
            "is_automatic": True,
            "position": 50 + number,
        }
        found.append(Newsletter.objects.update_or_create(slug=coin.slug, defaults=values)[0])
    return found


def subscribe(daily: Newsletter, others: list[Newsletter], now: datetime) -> None:
    dice = random.Random(8)
    for number, name in enumerate(
        [f"{name}{n or ''}" for n in range(READERS_OF_EACH) for name in NAMES]
    ):
        then = now - timedelta(days=dice.randrange(20, 500), seconds=dice.randrange(86_400))
        subscriber = Subscriber.objects.create(
            email=f"{name}@subscribers.example",
            key=f"demo-{number}-{dice.getrandbits(64):x}",
            asked_at=then - timedelta(minutes=dice.randrange(1, 90)),
            confirmed_at=then,
        )
        for newsletter in [daily, *dice.sample(others, dice.randrange(3))]:
            Subscription.objects.create(
                subscriber=subscriber,
                newsletter=newsletter,
                key=f"demo-{number}-{newsletter.slug}-{dice.getrandbits(64):x}",
                status=Subscription.Status.CONFIRMED,
                source=dice.choice(("strip", "front", "section", "page")),
                consent_text=CONSENT,
                asked_at=subscriber.asked_at,
                confirmed_at=then,
            )


def working_days(newsletter: Newsletter, now: datetime) -> list[datetime]:
    """The last turns of a newsletter before today, the newest first."""
    days = (now.date() - timedelta(days=ago) for ago in range(1, 30))
    turns = [
        datetime.combine(day, newsletter.send_at, tzinfo=UTC)
        for day in days
        if is_on(newsletter, day.weekday())
    ]
    return turns[:ISSUES]


def book(day: date) -> None:
    """The newsletter’s paid place of a day, sold and approved."""
    placement = Placement.objects.create(
        advertiser=Advertiser.objects.get(name="Palisade Custody"),
        product=Product.NEWSLETTER,
        title=f"Ten questions for an auditor, {day:%d %B}",
        starts_on=day,
        ends_on=day,
    )
    Creative.objects.create(placement=placement, version=1, **SPONSORED)
    review.submit(placement, by=None)
    review.approve(placement, by=None)


def load_issue(newsletter: Newsletter, turn: datetime, number: int) -> None:
    """One that went out, with the stories that were new then."""
    chosen = stories_of(newsletter, turn)
    issue = Issue.objects.create(
        newsletter=newsletter,
        day=turn.date(),
        subject=chosen[0].title,
        preheader=f"{len(chosen)} stories. {chosen[1].title}." if len(chosen) > 1 else "",
        turn_at=turn,
        send_at=turn,
    )
    for place, story in enumerate(chosen, start=1):
        words = {"headline": story.title, "text": story.standfirst[:400]}
        Item.objects.create(issue=issue, article=story, position=place * 10, **words)
    sponsor = contents.sponsor_of(issue)
    prices = contents.prices_for(newsletter)
    Issue.objects.filter(pk=issue.pk).update(
        status=Issue.Status.SENT,
        number=number,
        started_at=turn,
        finished_at=turn + timedelta(minutes=3),
        prices=prices.as_json() if prices else [],
        placement=sponsor.placement if sponsor else None,
        creative=sponsor.creative if sponsor else None,
    )
    send_as_of_then(Issue.objects.select_related("newsletter", "creative").get(pk=issue.pk), turn)


def stories_of(newsletter: Newsletter, turn: datetime) -> list[Article]:
    """Return stories that were new since the issue before; the first has what there was. A few are
    always left for the next.
    """
    told = Item.objects.filter(issue__newsletter=newsletter).values("article")
    stories = (
        Article.objects.published()
        .journalism()
        .stories()
        .filter(published_at__lt=turn)
        .exclude(pk__in=told)
    )
    last = Issue.objects.filter(newsletter=newsletter).aggregate(at=Max("turn_at"))["at"]
    number = stories.filter(published_at__gte=last).count() if last else STORIES
    newest = stories.select_related("section").newest_first()[: STORIES * 2]
    return drafts.balanced(list(newest))[: min(STORIES, max(FEWEST, number))]


def send_as_of_then(issue: Issue, turn: datetime) -> None:
    """Its mails and clicks: invented, and adding up like everything that is counted."""
    dice = random.Random(issue.day.toordinal())
    readers = list(
        Subscription.objects.to_be_sent().filter(newsletter=issue.newsletter, confirmed_at__lt=turn)
    )
    refused = set(dice.sample(range(len(readers)), 2)) if len(readers) > 10 else set()
    Delivery.objects.bulk_create(
        Delivery(
            issue=issue,
            subscription=reader,
            status=Delivery.Status.REFUSED if number in refused else Delivery.Status.SENT,
            answer="552 5.2.2 mailbox full" if number in refused else "",
            sent_at=None if number in refused else turn + timedelta(seconds=number),
        )
        for number, reader in enumerate(readers)
    )
    sent = len(readers) - len(refused)
    rendering.render(contents.contents_of(issue), counts_clicks=True)  # Stores its links.
    share = 0.24
    for link in issue.links.all():
        if link.kind == Link.Kind.TRAP:
            Link.objects.filter(pk=link.pk).update(machines=dice.randrange(2, 6))
            continue
        people = int(sent * share * dice.uniform(0.8, 1.1))
        share = max(share * 0.7, 0.02)
        Link.objects.filter(pk=link.pk).update(people=people, machines=dice.randrange(3, 9))
        if link.kind == Link.Kind.PLACEMENT:
            count_place(issue, sent, people, dice)
    Issue.objects.filter(pk=issue.pk).update(
        recipients=len(readers), sent_count=sent, offered_count=sent
    )


def count_place(issue: Issue, sent: int, people: int, dice: random.Random) -> None:
    placement, day = issue.placement_id or 0, (issue.started_at or timezone.now()).date()
    clicked = Action.CLICKED.value
    ledger.add(
        {
            (placement, NEWSLETTER_SLOT, day, Action.OFFERED.value, ""): sent,
            (placement, NEWSLETTER_SLOT, day, clicked, ""): people,
            (placement, NEWSLETTER_SLOT, day, clicked, invalid_traffic.SCANNER): dice.randrange(
                3, 9
            ),
            (placement, NEWSLETTER_SLOT, day, clicked, robots.ROBOT): dice.randrange(1, 4),
        }
    )
    page = issue.get_absolute_url()
    ledger.add_to_pages(
        {(placement, page, Action.OFFERED.value): sent, (placement, page, clicked): people}
    )
