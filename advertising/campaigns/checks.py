"""
Checks that a program makes of a placement before a person reads it.

Each check gives a reason in plain words. The advertiser sees them before submitting; the desk sees
them again, and cannot approve a version with one that holds without saying that it was looked at.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

from advertising.campaigns import landing_pages
from advertising.models import Creative, Product
from advertising.organisations import names
from articles import body
from core.fraud_signs import scams, wallets
from core.fraud_signs.lookalikes import plain

HOLD, NOTE = "hold", "note"
MOST_LINKS = 3
LARGEST_LEVERAGE = 5
EXCERPT = 60  # characters
LONGEST_PART, OVERLAP = 1_000, 120  # characters

PROMISE = re.compile(
    r"\bguarantee[ds]?\b|\brisk[- ]free\b|\bno risk\b|\bcan(?:no|['’])?t lose\b"
    r"|\bassured (?:returns?|profits?|income)\b"
    r"|\b(?:double|triple|\d+x) your (?:money|investment|coins?|bitcoins?|crypto)\b|\bpassive income\b"
    r"|\bget rich\b|\bfinancial freedom\b|\bto the moon\b"
)
RATE_OF_RETURN = re.compile(
    r"\b\d[\d.,]{0,12}\s*(?:%|per ?cent)\s*(?:a|per|each|every)?\s*"
    r"(?:day|daily|week|weekly|month|monthly|year|yearly|apy|apr|roi)\b"
    r"|\b(?:apy|apr|roi|yield|returns?) (?:of )?(?:up to )?\d[\d.,]{0,12}\s*%"
)
PRESSURE = re.compile(
    r"\b(?:last chance|only today|today only|ends (?:today|tonight)|act now|hurry|before it['’]?s too late|limited time"
    r"|\d+ (?:hours?|minutes?|spots?|places?) (?:left|only))\b"
)
LEVERAGE = re.compile(
    r"\b(\d{1,4})\s*(?:x|×|times)\s*(?:the\s+)?(?:leverage|margin|book)\b|\bleverage[^.\d]{0,20}(\d{1,4})\s*[x×]"
)
WALLET_ASKED_FOR = re.compile(r"\bconnect (?:your|a) wallet\b|\bsign (?:the|a) transaction\b")
GIVEAWAY = re.compile(
    r"\b(?:airdrop|giveaway|free (?:tokens?|coins?|bitcoin|crypto)|refer a friend|referral bonus)\b"
)
ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Finding:
    """One reason: what was found, where it stands, and whether it holds the placement."""

    rule: str
    sentence: str
    weight: str = HOLD

    @property
    def holds(self) -> bool:
        return self.weight == HOLD


# A version, and its words as `_spoken` gives them: that is long work, and done once.
Check = Callable[[Creative, str], Iterator[Finding]]


def check(creative: Creative) -> list[Finding]:
    """All that the checks find in a version, in the order in which they are listed here."""
    words = _spoken(creative)
    return [finding for look in CHECKS for finding in look(creative, words)]


def as_data(findings: Sequence[Finding]) -> list[dict[str, str]]:
    return [asdict(finding) for finding in findings]


def _spoken(creative: Creative) -> str:
    """All that readers would read of it, as they would read it aloud."""
    text = "\n".join((creative.headline, creative.text, creative.alt))
    return "\n".join(plain(part) for line in text.splitlines() for part in _parts(line))


def _parts(line: str) -> Iterator[str]:
    """A long line in pieces that overlap, so that nothing hides behind its beginning."""
    for start in range(0, max(len(line), 1), LONGEST_PART - OVERLAP):
        yield line[start : start + LONGEST_PART]


def _by_pattern(rule: str, pattern: re.Pattern[str], sentence: str) -> Check:
    def look(_creative: Creative, words: str) -> Iterator[Finding]:
        if found := pattern.search(words):
            yield Finding(rule, sentence.format(words=_excerpt(words, found)))

    return look


def _excerpt(words: str, found: re.Match[str]) -> str:
    return " ".join(words[found.start() : found.end()].split())[:EXCERPT]


def _leverage(_creative: Creative, words: str) -> Iterator[Finding]:
    for found in LEVERAGE.finditer(words):
        if int(found[1] or found[2]) > LARGEST_LEVERAGE:
            yield Finding(
                "leverage", f"It offers leverage over {LARGEST_LEVERAGE}×, which we do not run."
            )
            return


def _names(creative: Creative, _words: str) -> Iterator[Finding]:
    """Readers are told who paid: nobody under our name, or under that of another company."""
    advertiser = creative.placement.advertiser
    for name in filter(None, {advertiser.name, creative.payer}):
        if problem := names.problem_with(name, but=advertiser.pk):
            rule = "our name" if problem == names.OURS else "look-alike name"
            yield Finding(rule, f"“{name}” is our own name, or looks like another company’s.")


def _wallets(creative: Creative, _words: str) -> Iterator[Finding]:
    if found := next(
        wallets.find("\n".join((creative.headline, creative.text, creative.alt))), None
    ):
        yield Finding(
            "wallet address", f"There is a wallet address in it: {found[:8]}…{found[-4:]}."
        )


def _links(creative: Creative, _words: str) -> Iterator[Finding]:
    links = [*ADDRESS.findall(creative.text), *body.links(creative.html)]
    if len(links) > MOST_LINKS:
        yield Finding(
            "links", f"There are {len(links)} links in the text; {MOST_LINKS} are included."
        )
    for link in links:
        host = landing_pages.host_of(link)
        if host.removeprefix(
            "www."
        ) in landing_pages.SHORTENERS or landing_pages.looks_like_another(host):
            yield Finding("links", f"A link in the text hides where it leads: {host}.")


def _destination(creative: Creative, _words: str) -> Iterator[Finding]:
    advertiser = creative.placement.advertiser
    host, own = (
        landing_pages.host_of(creative.target_url),
        landing_pages.host_of(advertiser.website),
    )
    if landing_pages.imitates(host, own):
        yield Finding("look-alike domain", f"{host} looks like {own}, and is another site.")
    elif own and not landing_pages.is_of(host, own):
        yield Finding(
            "other domain", f"It leads to {host}; the advertiser’s own site is {own}.", NOTE
        )
    elif not own:
        yield Finding(
            "no website", "The advertiser has named no website of its own to compare with.", NOTE
        )


def _token(creative: Creative, _words: str) -> Iterator[Finding]:
    if creative.about_token and creative.placement.product in (Product.BANNER, Product.NEWSLETTER):
        yield Finding(
            "token",
            f"It is about {creative.about_token}: the copy itself must carry the risk warning of its markets.",
        )


def _shouting(creative: Creative, _words: str) -> Iterator[Finding]:
    if "!" in creative.headline:
        yield Finding(
            "exclamation mark", "The headline has an exclamation mark; ours have none.", NOTE
        )
    letters = [letter for letter in creative.headline if letter.isalpha()]
    if len(letters) > 8 and sum(map(str.isupper, letters)) > len(letters) * 0.7:
        yield Finding("capitals", "The headline is written in capitals.", NOTE)


CHECKS: Sequence[Check] = (
    _names,
    _by_pattern("promised returns", PROMISE, "It promises a return: “{words}”."),
    _by_pattern("rate of return", RATE_OF_RETURN, "It names a rate of return: “{words}”."),
    _wallets,
    _by_pattern("seed phrase", scams.SEED_PHRASE, "It asks for keys or a seed phrase: “{words}”."),
    _by_pattern("recovery offer", scams.RECOVERY, "It offers to recover what was lost: “{words}”."),
    _by_pattern(
        "wallet connection", WALLET_ASKED_FOR, "It asks readers to connect a wallet: “{words}”."
    ),
    _by_pattern(
        "giveaway", GIVEAWAY, "It gives something away, or rewards bringing others: “{words}”."
    ),
    _by_pattern("pressure", PRESSURE, "It presses readers for time: “{words}”."),
    _by_pattern("messenger", scams.MESSENGER, "It leads to a private chat: “{words}”."),
    _leverage,
    _links,
    _destination,
    _token,
    _shouting,
)
