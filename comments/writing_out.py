"""
A conversation as HTML. The markup of a comment is its template’s, `comments/_comment.html`; but a template costs
0.2 ms, and a page may hold a thousand comments. So it is filled in once for each kind of comment (with a website or
without, by staff or by a reader), with marks where the words go, and the words are then put in their place.
"""

import calendar
import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from articles.models import Article
from articles.templatetags.stories import initials
from comments.threads import Step, Thought

_ADDRESS = re.compile(r"(https?://[^\s<>\"“”'’]+[^\s<>\"“”'’.,;:!?)\]])")
_PARAGRAPHS = re.compile(r"\n{2,}")
# Characters that no text of a template holds.
_MARK = re.compile("\ue000([a-z]+)\ue001")
# strftime costs more than the rest of a date.
MONTHS = ("", *calendar.month_abbr[1:])
WORDS = ("pk", "name", "initials", "url", "moment", "date", "prose", "agreed", "disagreed")


def conversation(steps: Iterable[Step], article: Article) -> SafeString:
    """The nested lists of a whole conversation, in one pass."""
    writers = {byline.author_id for byline in article.bylines.all()}
    parts = []
    for step in steps:
        parts.append("<ol><li>" if step.opens else "<li>")
        parts.append(comment(step.thought, role_of(step.thought, writers), article.comments_open))
        parts.append("</li></ol>" * step.closes)
        if step.closes_item:
            parts.append("</li>")
    # Every word was escaped on its way into the template’s markup.
    return mark_safe("".join(parts))


def comment(thought: Thought, role: str, is_open: bool) -> str:
    if thought.gone:
        return pattern(thought.gone, False, False, "", is_open) % {"pk": thought.pk}
    at = thought.submit_date
    return pattern("", bool(thought.url), thought.is_edited, role, is_open) % {
        "agreed": thought.agreed,
        "disagreed": thought.disagreed,
        "pk": thought.pk,
        "name": escape(thought.name),
        "initials": _initials(thought.name),
        "url": escape(thought.url),
        "moment": at.isoformat(timespec="seconds"),
        "date": f"{at.day} {MONTHS[at.month]} {at.year}, {at.hour:02}:{at.minute:02}",
        "prose": prose(thought.comment),
    }


@lru_cache(2048)
def _initials(name: str) -> str:
    return escape(initials(name))


def role_of(thought: Thought, writers: set[int]) -> str:
    """“Author” for who wrote the story, “Staff” for the rest of the newsroom, nothing for readers."""
    if thought.author_id in writers:
        return "Author"
    return "Staff" if thought.is_staff or thought.author_id else ""


def pattern(gone: str, has_url: bool, is_edited: bool, role: str, is_open: bool) -> str:
    """The template of a comment with its words left out, for the % operator."""
    return (_fill_in if settings.DEBUG else _kept_pattern)(gone, has_url, is_edited, role, is_open)


def _fill_in(gone: str, has_url: bool, is_edited: bool, role: str, is_open: bool) -> str:
    marks = {name: f"\ue000{name}\ue001" for name in WORDS}
    kind = {"gone": gone, "has_url": has_url, "is_edited": is_edited, "role": role, "is_open": is_open}
    markup = render_to_string("comments/_comment.html", kind | marks).strip()
    return _MARK.sub(r"%(\1)s", markup.replace("%", "%%"))


_kept_pattern = lru_cache(64)(_fill_in)


def prose(text: str) -> SafeString:
    """Plain text as paragraphs, addresses as links that no search engine follows. Nothing else is markup."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    safe = _with_links(text) if "://" in text else escape(text)
    paragraphs = (part.replace("\n", "<br>") for part in _PARAGRAPHS.split(safe))
    # Every part was escaped above.
    return mark_safe("\n\n".join(f"<p>{part}</p>" for part in paragraphs))


def _with_links(text: str) -> str:
    parts = _ADDRESS.split(text)
    for index, part in enumerate(parts):
        safe = escape(part)
        parts[index] = f'<a href="{safe}" rel="ugc nofollow noopener">{safe}</a>' if index % 2 else safe
    return "".join(parts)
