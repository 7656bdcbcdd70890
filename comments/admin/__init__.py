"""The conversation on the desk."""

from comments.admin.bans import BanAdmin
from comments.admin.comments import SiteCommentAdmin
from comments.admin.conversation_settings import ConversationSettingsAdmin, ShorteningAdmin
from comments.admin.rules import RuleAdmin

__all__ = [
    "BanAdmin",
    "ConversationSettingsAdmin",
    "RuleAdmin",
    "ShorteningAdmin",
    "SiteCommentAdmin",
]
