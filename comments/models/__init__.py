"""The conversation’s rows."""

from comments.models.known_readers import KnownReader
from comments.models.moderation import Ban, Decision, Pick, Rule, Verdict
from comments.models.notices import Notice
from comments.models.opening import ConversationSettings
from comments.models.privacy import Shortening
from comments.models.readers import Edit, Reaction, Report, Standing
from comments.models.thoughts import DEEPEST_LEVEL, ReplyRefused, SiteComment, comments_on
from comments.models.waiting import Confirmation

__all__ = [
    "DEEPEST_LEVEL",
    "Ban",
    "Confirmation",
    "ConversationSettings",
    "Decision",
    "Edit",
    "KnownReader",
    "Notice",
    "Pick",
    "Reaction",
    "ReplyRefused",
    "Report",
    "Rule",
    "Shortening",
    "SiteComment",
    "Standing",
    "Verdict",
    "comments_on",
]
