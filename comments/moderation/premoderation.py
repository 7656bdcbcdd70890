"""Pre-moderation: where a moderator reads every comment before it is published."""

from articles.models import Article
from comments.models import Rule
from comments.moderation.rules.judging import Judgement
from comments.posting.comments_open import site_settings

NAME = "Pre-moderation"
REASON = "A moderator reads every comment here before it is published."


def asked_by(article: Article) -> str:
    """The level that asks for it, in a word: the site, the section or the story. Empty where nothing does."""
    if article.holds_comments:
        return "story"
    if article.section.holds_comments:
        return "section"
    return "site" if site_settings().holds_all else ""


def judge(article: Article, of_rules: Judgement | None) -> Judgement | None:
    """Hold what the rules would publish, where pre-moderation is asked for. A rule that holds it
    anyway says more, and goes before.
    """
    asks = asked_by(article)
    if not asks or (of_rules is not None and of_rules.action == Rule.Action.HOLD):
        return of_rules
    rule = Rule(name=NAME, action=Rule.Action.HOLD, reason=REASON)
    found = f"{of_rules.rule.name}: {of_rules.found}" if of_rules else f"every comment: {asks}"
    return Judgement(rule, found)
