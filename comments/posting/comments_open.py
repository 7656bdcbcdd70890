"""The open state of comments on a story: open or closed, why, and until when that is so."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from articles.models import Article
from comments.models import ConversationSettings
from pagecache import add_tags, changes_at, table_tag
from pagecache.cached import cached_by_tags
from pagecache.context import render_began_at

CLOSED = "This conversation is closed."


@dataclass(frozen=True)
class OpenState:
    why_closed: str = ""  # a sentence for readers
    changes_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return not self.why_closed


@cached_by_tags(table_tag(ConversationSettings))
def site_settings() -> ConversationSettings:
    add_tags(table_tag(ConversationSettings))
    return ConversationSettings.objects.first() or ConversationSettings()


def open_state(article: Article, now: datetime | None = None) -> OpenState:
    """The one place that decides it: by story, site, age and hours. A page that asks lives until it
    changes.
    """
    found = _of(article, site_settings(), now or render_began_at())
    changes_at(found.changes_at)
    return found


def _of(article: Article, site: ConversationSettings, now: datetime) -> OpenState:
    if not article.comments_open:
        return OpenState(CLOSED)
    if not site.is_open:
        return OpenState(site.closed_note or "Conversations are closed for now.")
    ends = _ends(article, site)
    if ends and now >= ends:
        days = site.closes_after_days
        return OpenState(
            f"Conversations close {days} day{'' if days == 1 else 's'} after a story is published."
        )
    if site.opens_at is None or site.closes_at is None:
        return OpenState(changes_at=ends)
    opens, closes = _next(site.opens_at, now), _next(site.closes_at, now)
    if closes < opens:
        return OpenState(changes_at=min(filter(None, (closes, ends))))
    return OpenState(
        f"Conversations are open from {site.opens_at:%H:%M} to {site.closes_at:%H:%M} UTC.", opens
    )


def _ends(article: Article, site: ConversationSettings) -> datetime | None:
    if site.closes_after_days is None or article.published_at is None:
        return None
    return article.published_at + timedelta(days=site.closes_after_days)


def _next(at: time, now: datetime) -> datetime:
    """Return the next moment at which the clock shows `at`, in UTC."""
    today = datetime.combine(now.astimezone(UTC).date(), at, UTC)
    return today if today > now else today + timedelta(days=1)
