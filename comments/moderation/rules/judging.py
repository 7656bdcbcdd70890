"""The flag of the rules on a comment: the strictest that fits, and of those the first in
order.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from comments.models import Rule
from comments.models.moderation import LONGEST_FOUND
from comments.moderation.rules.detectors import DETECTORS
from comments.moderation.rules.drafts import Draft
from pagecache import table_tag
from pagecache.cached import cached_by_tags

# Refusing goes before holding, holding before marking.
_STRICT = {Rule.Action.REFUSE: 0, Rule.Action.HOLD: 1, Rule.Action.FLAG: 2}


@dataclass(frozen=True)
class Judgement:
    rule: Rule
    found: str

    @property
    def action(self) -> str:
        return self.rule.action


def judge(draft: Draft, rules: Iterable[Rule] | None = None) -> Judgement | None:
    """The rule that fits `draft`, or None. Detectors that must ask the database run only if no
    stricter rule fits.
    """
    asked = rules if rules is not None else rules_in_force()
    for rule in sorted(
        asked, key=lambda rule: (_STRICT[Rule.Action(rule.action)], rule.position, rule.pk or 0)
    ):
        if found := fits(rule, draft):
            return Judgement(rule, found)
    return None


@cached_by_tags(table_tag(Rule))
def rules_in_force() -> list[Rule]:
    return list(Rule.objects.filter(is_on=True))


def fits(rule: Rule, draft: Draft) -> str:
    """Return what `rule` sees in `draft`; empty where it does not fit."""
    return DETECTORS[rule.kind](rule, draft)[:LONGEST_FOUND]
