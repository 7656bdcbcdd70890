"""The conversation’s rows."""

from comments.models.moderation import Ban, Decision, Rule, Verdict
from comments.models.readers import Edit, Reaction, Report, Standing
from comments.models.thoughts import DEEPEST_LEVEL, ReplyRefused, SiteComment, comments_on
from comments.models.waiting import Confirmation

__all__ = [
    "DEEPEST_LEVEL",
    "Ban",
    "Confirmation",
    "Decision",
    "Edit",
    "Reaction",
    "ReplyRefused",
    "Report",
    "Rule",
    "SiteComment",
    "Standing",
    "Verdict",
    "comments_on",
]
