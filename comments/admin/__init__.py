"""The conversation on the desk."""

from comments.admin.bans import BanAdmin
from comments.admin.opening import ConversationSettingsAdmin, ShorteningAdmin
from comments.admin.rules import RuleAdmin
from comments.admin.thoughts import SiteCommentAdmin

__all__ = ["BanAdmin", "ConversationSettingsAdmin", "RuleAdmin", "ShorteningAdmin", "SiteCommentAdmin"]
