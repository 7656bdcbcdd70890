"""Rules: what each kind sees, and what it leaves alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments.models import Rule, SiteComment
from comments.moderation.rules import Draft, judge
from comments.moderation.rules.detectors import DETECTORS
from comments.moderation.rules.dry_run import dry_run
from comments.moderation.rules.judging import fits

from ...factories import AuthorFactory, PublishedArticleFactory, UserFactory, comment_on

pytestmark = pytest.mark.django_db
WALLET = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


def draft(text="The banks agreed.", name="Hollis", **values):
    words = {
        "url": "",
        "email": "hollis@readers.example",
        "ip": "203.0.113.9",
        "user_id": None,
        "at": timezone.now(),
    }
    return Draft(text=text, name=name, **{**words, **values})


def rule(kind, **values):
    return Rule(name=kind, kind=kind, reason="Because.", **values)


LONG = [
    "1",
    "+1 ",
    "recover ",
    "@",
    "send ",
    "12 ",
    "0x",
    "bc1q",
    "telegram ",
    "\u202e",
    "Ι",
    "a\u0301",
    "https://",
    "۱",
]


@pytest.mark.parametrize("part", LONG)
def test_no_text_keeps_a_rule_busy(part):
    """The steps of every pattern are bounded. One that goes back and forth over these would not
    come to an end.
    """
    text = part * (3000 // len(part))
    for kind in ("wallet", "seed_phrase", "recovery", "messenger", "words", "domains", "links"):
        assert fits(rule(kind, number=3000, words="send money\nfree coins*"), draft(text)) == ""


def test_every_kind_has_its_detector():
    assert set(DETECTORS) == set(Rule.Kind.values)


@pytest.mark.parametrize(
    ("kind", "text", "seen"),
    [
        ("wallet", f"Try {WALLET}", WALLET),
        ("wallet", f"Try {WALLET[:-1]}D", ""),
        (
            "seed_phrase",
            "Just enter your 12 words on our page to validate the wallet",
            "enter your 12 words",
        ),
        ("seed_phrase", "Your seed phrase must be confirmed.", "seed phrase must be confirm"),
        ("seed_phrase", "Never write a seed phrase down in one place.", ""),
        ("seed_phrase", "Ｓｅｎｄ me your рrivate kеy", "send me your private key"),
        (
            "recovery",
            "Mr. Brank recovered all of my stolen bitcoin",
            "recovered all of my stolen bitcoin",
        ),
        ("recovery", "I know a recovery expert who is honest", "recovery expert"),
        ("recovery", "They helped me get my USDT back", "helped me get my usdt back"),
        ("recovery", "The price recovered after lunch.", ""),
        ("messenger", "Write to @brank_help on Telegram", "@brank_help on telegram"),
        ("messenger", "WhatsApp +44 7700 900123", "whatsapp +44 7700 900123"),
        ("messenger", "see t.me/brank_help", "t.me/brank_help"),
        ("messenger", "Telegram was down for an hour.", ""),
    ],
)
def test_what_swindlers_say(kind, text, seen):
    assert fits(rule(kind), draft(text)).strip("“”") == seen


@pytest.mark.parametrize(
    "name",
    [
        "Admin",
        "Αdmin",
        "аdmіn",
        "A d m i n",
        "adm\u200bin",
        "Maren Oduya",
        "Maгen Oduya",
        "Moderat0r",
        "Ａdmin",
    ],
)
def test_names_like_the_newsrooms(name):
    AuthorFactory(name="Maren Oduya")
    assert fits(rule("lookalike"), draft(name=name))


@pytest.mark.parametrize("name", ["Adminah", "Maren", "Oduya Maren", "李", "😀", "Ada"])
def test_names_of_their_own(name):
    AuthorFactory(name="Maren Oduya")
    assert fits(rule("lookalike"), draft(name=name)) == ""


@pytest.mark.parametrize(
    ("lines", "text", "seen"),
    [
        ("guaranteed profit", "GUARANTEED, profit!", True),
        ("guaranteed profit", "a guaranteed return and a profit", False),
        ("scam*", "Such scammers.", True),
        ("scam", "Such scammers.", False),
        ("pump", "рumр it", True),
        (".*", "anything", False),
        ("(a+)+$", "a" * 5000 + "!", False),
        ("[", "anything [ at all", True),
    ],
)
def test_words_are_words_and_never_patterns(lines, text, seen):
    assert bool(fits(rule("words", words=lines), draft(text))) is seen


@pytest.mark.parametrize(
    ("text", "url", "seen"),
    [
        ("see https://free-coins.example/x", "", True),
        ("see www.free-coins.example", "", True),
        ("see https://a.b.free-coins.example", "", True),
        ("see https://notfree-coins.example", "", False),
        ("nothing", "https://free-coins.example", True),
        ("see https://free-coins.example.", "", True),
        ("(https://free-coins.example), now", "", True),
        ("https://free-coins.example./x", "", True),
        ("https:\\\\free-coins.example\\x https://a@free-coins.example", "", True),
        ("https://bank.example/free-coins.example", "", False),
        ("https://[", "", False),
    ],
)
def test_sites_and_what_is_under_them(text, url, seen):
    assert bool(fits(rule("domains", words="free-coins.example\n"), draft(text, url=url))) is seen


def test_a_site_may_be_listed_as_it_is_copied():
    listed = rule("domains", words="https://www.free-coins.example/page\n.more-coins.example")
    assert fits(listed, draft("https://a.free-coins.example"))
    assert fits(listed, draft("https://more-coins.example"))


def test_links_are_counted():
    assert fits(rule("links", number=1), draft("http://a.example www.b.example")) == "2 links"
    assert fits(rule("links", number=2), draft("http://a.example www.b.example")) == ""


@pytest.fixture
def past(noon):
    """Three comments of Wendeline’s, an hour ago; one of them was removed."""
    article = PublishedArticleFactory()
    for number in range(3):
        at = timezone.now() - timedelta(hours=1)
        comment_on(
            article,
            comment=f"Comment number {number}, which is long enough",
            submit_date=at,
            ip_address="203.0.113.7",
            is_removed=number == 0,
        )
    return draft(email="Wendeline@readers.example", ip="203.0.113.7")


def test_somebody_is_new_until_their_comments_stand(past):
    assert fits(rule("newcomer", number=2), past) == ""
    assert fits(rule("newcomer", number=3), past) == "2 earlier comments"
    assert (
        fits(rule("newcomer", number=1), draft(email="new@readers.example")) == "0 earlier comments"
    )


def test_an_account_is_not_known_by_an_address_that_anybody_may_type(past):
    stranger = draft(email="wendeline@readers.example", user_id=UserFactory().pk)
    assert fits(rule("newcomer", number=1), stranger) == "0 earlier comments"


def test_many_in_a_short_time_by_writer_or_network(past):
    assert fits(rule("speed", number=3, period=90), past) == "4 comments in 90 minutes"
    assert fits(rule("speed", number=3, period=30), past) == ""
    other = draft(email="other@readers.example", ip="203.0.113.7")
    assert fits(rule("speed", number=3, period=90), other) == ""


def test_a_shared_address_is_no_crime_until_it_sends_what_several_writers_may():
    """An office, a campus or a mobile network: many people, one address."""
    article = PublishedArticleFactory()
    for number in range(14):
        comment_on(article, user_email=f"w{number}@readers.example", ip_address="203.0.113.9")
    other = draft(email="other@readers.example", ip="203.0.113.9", at=timezone.now())
    assert fits(rule("speed", number=3, period=90), other) == ""
    comment_on(article, user_email="w14@readers.example", ip_address="203.0.113.9")
    other = replace(other, at=timezone.now())
    assert fits(rule("speed", number=3, period=90), other) == (
        "16 comments of one network in 90 minutes"
    )
    assert fits(rule("speed", number=3, period=90), replace(other, ip=None)) == ""


def test_whose_comments_were_removed(past):
    assert fits(rule("rejected", number=33, period=90), past) == "1 of 3 removed"
    assert fits(rule("rejected", number=34, period=90), past) == ""


def test_the_same_text_again(past):
    again = draft("comment NUMBER 1 — which is long enough!")
    assert fits(rule("repeated", period=90), again) == "said 1 times before"
    assert fits(rule("repeated", period=30), again) == ""
    assert fits(rule("repeated", period=90), draft("Thank you")) == ""


def test_the_strictest_is_named_and_then_the_first():
    rules = [
        rule("links", number=0, action="flag", position=1),
        rule("wallet", action="hold", position=3),
        rule("words", words="bank", action="hold", position=2),
    ]
    text = f"https://a.example bank {WALLET}"
    assert judge(draft(text), rules).rule.kind == "words"
    assert judge(draft("https://a.example"), rules).action == "flag"
    assert judge(draft("Nothing of the kind."), rules) is None
    rules.append(rule("domains", words="a.example", action="refuse", position=9))
    assert judge(draft(text), rules).action == "refuse"


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "links"},
        {"kind": "words", "words": " "},
        {"kind": "speed", "number": 3},
        {"kind": "rejected", "number": 200, "period": 5},
        {"kind": "newcomer", "number": 60},
    ],
)
def test_a_rule_that_lacks_something_says_what(values):
    with pytest.raises(ValidationError):
        Rule(name="x", reason="y", **values).clean()


def test_a_dry_run_says_what_a_rule_would_have_caught_and_changes_nothing():
    article, staff = PublishedArticleFactory(), UserFactory(is_staff=True)
    comment_on(article, comment=f"Send to {WALLET}")
    comment_on(article, comment=f"They sent it to {WALLET}", user=staff)
    comment_on(article, comment=f"Or to {WALLET}", is_removed=True)
    comment_on(article)
    before = list(SiteComment.objects.values())
    run = dry_run(rule("wallet"))
    assert (run.looked_at, len(run.caught), run.published) == (4, 2, 1)
    assert list(SiteComment.objects.values()) == before


def test_a_dry_run_asks_once_for_the_comments():
    article = PublishedArticleFactory()
    for number in range(30):
        comment_on(article, comment=f"Comment {number}", user=UserFactory())
    with CaptureQueriesContext(connection) as queries:
        assert dry_run(rule("wallet")).looked_at == 30
    assert len(queries) == 1


@pytest.mark.parametrize("filler", ["ﷺ" * 230, "…" * 1340, "㎞" * 900, "ﬁ" * 1500, "a\u0301" * 900])
@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("seed_phrase", "Send me your private key"),
        ("recovery", "I know a recovery expert"),
        ("messenger", "Write to @brank_help on Telegram"),
        ("words", "They offer free coins"),
    ],
)
def test_no_filler_in_front_switches_a_rule_off(kind, text, filler):
    found = rule(kind, words="free coins")
    assert fits(found, draft(f"{filler} {text}"))
    assert fits(found, draft(f"{filler[: len(filler) // 2]} {text} {filler[len(filler) // 2 :]}"))
