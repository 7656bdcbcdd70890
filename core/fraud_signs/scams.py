"""Phrases of usual scams, as patterns over plain text (see lookalikes.plain)."""

import re

# Every repetition is bounded: the texts are strangers’, and time must not grow faster than they do.
_KEYS = (
    r"(?:(?:seed|recovery|secret|backup|mnemonic)\s+(?:phrase|words?)"
    r"|private\s+keys?|keystore|(?:12|24|twelve)[\s-]+words?)"
)
_HAND_OVER = r"(?:send|give|share|enter|type|paste|submit|provide|confirm|verify|validate|import|sync\w{0,12}|connect)"
_LOST = r"(?:lost|stolen|scammed|frozen|missing|locked)"
_COINS = r"(?:coins?|crypto\w{0,12}|bitcoins?|btc|eth\w{0,12}|usdt|funds?|money|wallets?|assets?|investments?)"
_HELPERS = r"(?:experts?|agents?|specialists?|hackers?)"
_MESSENGERS = r"(?:telegram|whatsapp|whats\s*app|signal|wechat|discord|viber)"
_HANDLE = r"(?:@\w{3,40}|(?<!\d)\+?\d[\d\s().-]{6,20}\d(?!\d))"


def _within(sentence: int) -> str:
    """So many characters at most, all of one sentence."""
    return rf"\b[^.!?\n]{{0,{sentence}}}\b"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


SEED_PHRASE = _any(
    rf"{_HAND_OVER}{_within(80)}{_KEYS}",
    rf"{_KEYS}{_within(60)}{_HAND_OVER}",
)
RECOVERY = _any(
    rf"recover\w{{0,12}}{_within(50)}(?:{_LOST}{_within(30)})?{_COINS}",
    rf"{_COINS}{_within(30)}recovery\s+(?:{_HELPERS}|service|team|company)",
    rf"recovery\s+{_HELPERS}",
    rf"(?:helped|got|get)\s+(?:me|my){_within(40)}{_COINS}\s+back",
)
MESSENGER = _any(
    r"\b(?:t\.me|wa\.me|telegram\.me|discord\.gg)/\S+",
    rf"\b{_MESSENGERS}\b[^.!?\n]{{0,20}}{_HANDLE}",
    rf"{_HANDLE}[^.!?\n]{{0,20}}\b(?:on|via|by)\s+{_MESSENGERS}\b",
    rf"\b(?:text|message|dm|write|contact|reach)\s+(?:me|him|her|them|us){_within(30)}{_MESSENGERS}\b",
)
