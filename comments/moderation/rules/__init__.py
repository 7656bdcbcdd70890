"""Rules of moderation: what they look for, what they say of a comment, what they would have said of
earlier ones.
"""

from comments.moderation.rules.drafts import Draft
from comments.moderation.rules.judging import Judgement, judge

__all__ = ["Draft", "Judgement", "judge"]
