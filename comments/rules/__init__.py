"""Rules of moderation: what they look for, what they say of a thought, what they would have said of earlier ones."""

from comments.rules.drafts import Draft
from comments.rules.judging import Judgement, judge

__all__ = ["Draft", "Judgement", "judge"]
