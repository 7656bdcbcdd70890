"""The state of a reader in a line of a subscribers’ file, in the words of the program that wrote it:
ours, Mailchimp’s, Substack’s, Ghost’s or listmonk’s.
"""

from enum import Enum


class LineState(Enum):
    SUBSCRIBED = "subscribed"
    LEFT = "left"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNKNOWN = "unknown"


_WORDS = {
    LineState.SUBSCRIBED: (
        "", "subscribed", "confirmed", "active", "enabled", "yes", "free", "paid", "comped", "trialing",
    ),
    LineState.LEFT: (
        "unsubscribed", "left", "opted out", "opted-out", "inactive", "disabled", "unsub", "canceled",
        "cancelled", "no",
    ),
    LineState.BOUNCED: ("cleaned", "bounced", "invalid"),
    LineState.COMPLAINED: ("complained", "blocklisted", "blacklisted", "spam", "abuse"),
}  # fmt: skip
_BY_WORD = {word: state for state, words in _WORDS.items() for word in words}
_NO = frozenset({"false", "no", "0"})
_YES = frozenset({"true", "yes", "1"})


def state_of(values: dict[str, str]) -> LineState:
    """What weighs most decides: a reader who complained is not written to, whatever else is said."""
    told = {_BY_WORD.get(values.get("status", "").strip().lower(), LineState.UNKNOWN)}
    told.add(_BY_WORD.get(values.get("not_written_to", "").strip().lower(), LineState.SUBSCRIBED))
    if values.get("left_at"):
        told.add(LineState.LEFT)
    if values.get("cleaned_at"):
        told.add(LineState.BOUNCED)
    if values.get("wants_mail", "").lower() in _NO or values.get("mail_is_off", "").lower() in _YES:
        told.add(LineState.LEFT)
    by_weight = (
        LineState.COMPLAINED,
        LineState.BOUNCED,
        LineState.LEFT,
        LineState.UNKNOWN,
        LineState.SUBSCRIBED,
    )
    return next(state for state in by_weight if state in told)
