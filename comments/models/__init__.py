"""The conversation’s rows."""

from comments.models.comments import (
    DEEPEST_LEVEL,
    AnswerBeside,
    ReplyRefused,
    SiteComment,
    comments_on,
)
from comments.models.confirmations import Confirmation
from comments.models.conversation_settings import ConversationSettings
from comments.models.ip_anonymisation import IpAnonymisationRun
from comments.models.moderation import (
    Ban,
    BulkModeration,
    CommenterNote,
    FeaturedComment,
    Flag,
    ModerationDecision,
    RemovalReason,
    Rule,
)
from comments.models.reader_actions import CommentStats, Edit, Reaction, Report
from comments.models.reply_notifications import ReplyNotification
from comments.models.verified_commenters import VerifiedCommenter

__all__ = [
    "DEEPEST_LEVEL",
    "AnswerBeside",
    "Ban",
    "BulkModeration",
    "CommentStats",
    "CommenterNote",
    "Confirmation",
    "ConversationSettings",
    "Edit",
    "FeaturedComment",
    "Flag",
    "IpAnonymisationRun",
    "ModerationDecision",
    "Reaction",
    "RemovalReason",
    "ReplyNotification",
    "ReplyRefused",
    "Report",
    "Rule",
    "SiteComment",
    "VerifiedCommenter",
    "comments_on",
]
