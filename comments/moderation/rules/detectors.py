"""Detectors, one for each kind of rule. Each returns what it saw in a few words for the moderator,
or nothing.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache

from django.contrib.auth import get_user_model

from articles.models import Author
from comments.models import Rule, SiteComment
from comments.moderation.rules.drafts import Draft
from comments.posting.commenters import STAFF
from core import links as web_links
from core.fraud_signs import scams, wallets
from core.fraud_signs.lookalikes import as_letters, plain, skeleton
from pagecache import table_tag
from pagecache.cached import cached_by_tags

_SITE = re.compile(r"(?:https?:[/\\]+)?(?:[^\s/\\@]{0,200}@)?([\w.-]+)")
MOST_COMPARED = 500
SHORTEST_REPEATED = 20  # letters: many people may say “Thank you”
FEWEST_FOR_A_SHARE = 3
WRITERS_OF_A_NETWORK = 5
_SCHEME = re.compile(r"https?:[/\\]+")
# Whatever could be a host, with a scheme before it or not. Of plain text.
_HOST = re.compile(r"(?<![\w./\\-])[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}")
# Single letters with a sign between each two. Not over the end of a line.
_SPELLED_OUT = re.compile(r"(?<!\w)\w(?:[^\w\n]\w(?!\w)){2,}")
_OFFICE = (
    "admin",
    "administrator",
    "moderator",
    "editor",
    "support",
    "staff",
    "newsroom",
    "official",
)


def newcomer(rule: Rule, draft: Draft) -> str:
    """Somebody is new until as many comments of theirs stand on the pages."""
    published = sum(past.is_public and not past.is_removed for past in draft.history)
    return f"{published} earlier comments" if published < (rule.number or 0) else ""


def links(rule: Rule, draft: Draft) -> str:
    number = web_links.count(f"{draft.name}\n{draft.text}")
    return f"{number} links" if number > (rule.number or 0) else ""


def words(rule: Rule, draft: Draft) -> str:
    """A word of the list as it stands, with digits for letters (“1d1ot”), or spelled out
    (“i d i o t”).
    """
    text = plain(f"{draft.name}\n{draft.text}")
    for read in (text, _SPELLED_OUT.sub(_joined, text)):
        if found := _phrases(rule.words).search(as_letters(read)):
            return f"“{read[found.start() : found.end()]}”"
    return ""


def _joined(letters: re.Match[str]) -> str:
    return "".join(letter for letter in letters[0] if letter.isalnum())


@lru_cache(64)
def _phrases(lines: str) -> re.Pattern[str]:
    """One pattern for a list. What is typed there is words, never a pattern of its own."""
    found = []
    for line in lines.splitlines():
        parts = [
            re.escape(part.rstrip("*")) + (r"\w*" if part.endswith("*") else "")
            for part in as_letters(plain(line)).split()
        ]
        if any(parts):
            found.append(r"\W+".join(parts))
    return re.compile(rf"(?<!\w)(?:{'|'.join(found)})(?!\w)") if found else re.compile(r"(?!)")


def domains(rule: Rule, draft: Draft) -> str:
    listed = {
        _host(line.strip().lstrip(".")).removeprefix("www.") for line in rule.words.splitlines()
    } - {""}
    text = _SCHEME.sub(" ", plain(f"{draft.name}\n{draft.text}"))
    for host in [*_HOST.findall(text), _host(draft.url)]:
        parents = {host.split(".", cut)[-1] for cut in range(host.count(".") + 1)}
        if listed & parents:
            return host
    return ""


def _host(address: str) -> str:
    """The site that an address or a bare name leads to, without what a sentence puts behind it."""
    found = _SITE.match(plain(address))
    return found[1].strip(".") if found else ""


def repeated(rule: Rule, draft: Draft) -> str:
    """The same words, whatever their capitals and spaces, among the newest of the whole site."""
    since = draft.at - timedelta(minutes=rule.period or 0)
    same = _squeezed(draft.text)
    if len(same) < SHORTEST_REPEATED:
        return ""
    earlier = SiteComment.objects.filter(submit_date__gte=since, submit_date__lt=draft.at)
    newest = earlier.order_by("-submit_date").values_list("comment", flat=True)[:MOST_COMPARED]
    number = sum(_squeezed(text) == same for text in newest)
    return f"said {number} times before" if number else ""


@lru_cache(2 * MOST_COMPARED)
def _squeezed(text: str) -> str:
    return "".join(letter for letter in plain(text) if letter.isalnum())


def speed(rule: Rule, draft: Draft) -> str:
    """One writer’s comments; and a network’s, where it sends as much as several writers may: many
    people share an address.
    """
    since = draft.at - timedelta(minutes=rule.period or 0)
    limit = rule.number or 0
    number = sum(past.at >= since for past in draft.history)
    if number >= limit:
        return f"{number + 1} comments in {rule.period} minutes"
    number = draft.count_of_network(since, limit * WRITERS_OF_A_NETWORK)
    if number >= limit * WRITERS_OF_A_NETWORK:
        return f"{number + 1} comments of one network in {rule.period} minutes"
    return ""


def rejected(rule: Rule, draft: Draft) -> str:
    since = draft.at - timedelta(minutes=rule.period or 0)
    recent = [past for past in draft.history if past.at >= since]
    removed = sum(past.is_removed for past in recent)
    if len(recent) < FEWEST_FOR_A_SHARE or removed * 100 < len(recent) * (rule.number or 0):
        return ""
    return f"{removed} of {len(recent)} removed"


def wallet(rule: Rule, draft: Draft) -> str:
    return next(wallets.find(f"{draft.text}\n{draft.name}"), "")


def seed_phrase(rule: Rule, draft: Draft) -> str:
    return _seen(scams.SEED_PHRASE, draft)


def recovery(rule: Rule, draft: Draft) -> str:
    return _seen(scams.RECOVERY, draft)


def messenger(rule: Rule, draft: Draft) -> str:
    return _seen(scams.MESSENGER, draft)


def _seen(pattern: re.Pattern[str], draft: Draft) -> str:
    found = pattern.search(plain(f"{draft.text}\n{draft.name}"))
    return f"“{found[0]}”" if found else ""


def lookalike(rule: Rule, draft: Draft) -> str:
    """Somebody who is not of the newsroom signs as if they were."""
    shape = skeleton(draft.name)
    for name in (*_OFFICE, *_newsroom_names()):
        if shape and shape == skeleton(name):
            return f"looks like “{name}”"
    return ""


@cached_by_tags(table_tag(Author), STAFF)
def _newsroom_names() -> list[str]:
    names = list(Author.objects.values_list("name", flat=True))
    for first, last, username in (
        get_user_model()
        .objects.filter(is_staff=True)
        .values_list("first_name", "last_name", "username")
    ):
        names += [username, f"{first} {last}".strip()]
    return [name for name in names if name]


DETECTORS: dict[str, Callable[[Rule, Draft], str]] = {
    Rule.Kind.NEWCOMER: newcomer,
    Rule.Kind.LINKS: links,
    Rule.Kind.WORDS: words,
    Rule.Kind.DOMAINS: domains,
    Rule.Kind.REPEATED: repeated,
    Rule.Kind.SPEED: speed,
    Rule.Kind.REJECTED: rejected,
    Rule.Kind.WALLET: wallet,
    Rule.Kind.SEED_PHRASE: seed_phrase,
    Rule.Kind.RECOVERY: recovery,
    Rule.Kind.MESSENGER: messenger,
    Rule.Kind.LOOKALIKE: lookalike,
}
