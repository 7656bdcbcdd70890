"""A conversation as HTML. The markup of a comment is its template’s, `comments/_comment.html`; but
a template costs 0.2 ms, and a page may hold a thousand comments. So it is filled in once for each
kind of comment (with a website or without, by staff or by a reader), with marks where the words go,
and the words are then put in their place.
"""

import calendar
import re
from functools import lru_cache
from html import escape

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from articles.models import Article
from articles.templatetags.stories import initials
from comments.reading.plain_text_html import prose
from comments.reading.threads import CommentView, ConversationPage

# Characters that no text of a template holds.
_MARK = re.compile("\ue000([a-z]+)\ue001")
# strftime costs more than the rest of a date.
MONTHS = ("", *calendar.month_abbr[1:])
WORDS = (
    *("whole", "pk", "name", "initials", "url", "moment", "date", "prose", "agreed", "disagreed"),
    *("answered", "answeredname"),
)


def conversation(part: ConversationPage, article: Article, is_open: bool) -> SafeString:
    """The nested lists of a whole conversation, in one pass. Replies can be folded away without a
    script.
    """
    writers = {byline.author_id for byline in article.bylines.all()}
    parts, last = [], ""
    for step in part.steps:
        parts.append(_opening(step.opens, last) if step.opens else "<li>")
        last = "" if step.comment.gone else step.comment.name
        parts.append(comment(step.comment, role_of(step.comment, writers), is_open))
        parts.append("</li></ol></details>" * step.closes)
        if step.closes_item:
            parts.append("</li>")
    # Every word was escaped on its way into the template’s markup.
    return mark_safe("".join(parts))


def _opening(replies: int, name: str) -> str:
    number = "1 reply" if replies == 1 else f"{replies} replies"
    to = f'<span class="visually-hidden"> to {escape(name)}</span>' if name else ""
    return f'<details class="replies" open><summary>{number}{to}</summary><ol><li>'


def comment(comment: CommentView, role: str, is_open: bool) -> str:
    if comment.gone:
        return pattern(gone=comment.gone, is_cut=bool(comment.whole)) % {
            "pk": comment.pk,
            "whole": comment.whole,
        }
    at = comment.submit_date
    kind = {
        "has_url": bool(comment.url),
        "is_cut": bool(comment.whole),
        "is_edited": comment.is_edited,
        "is_answering": comment.answers is not None,
    }
    return pattern(**kind, is_pick=comment.is_pick, role=role, is_open=is_open) % {
        "whole": comment.whole,
        "agreed": comment.agreed,
        "disagreed": comment.disagreed,
        "pk": comment.pk,
        "name": escape(comment.name),
        "initials": _initials(comment.name),
        "url": escape(comment.url),
        "answered": comment.answers,
        "answeredname": escape(comment.answers_name),
        "moment": at.isoformat(timespec="seconds"),
        "date": f"{at.day} {MONTHS[at.month]} {at.year}, {at.hour:02}:{at.minute:02}",
        "prose": prose(comment.comment),
    }


@lru_cache(2048)
def _initials(name: str) -> str:
    return escape(initials(name))


def role_of(comment: CommentView, writers: set[int]) -> str:
    """“Author” for who wrote the story, “Staff” for the rest of the newsroom, nothing for
    readers.
    """
    if comment.author_id in writers:
        return "Author"
    return "Staff" if comment.is_staff or comment.author_id else ""


def pattern(**kind: str | bool) -> str:
    """The template of a comment with its words left out, for the % operator."""
    return (_fill_in if settings.DEBUG else _kept_pattern)(**kind)


def _fill_in(**kind: str | bool) -> str:
    marks = {name: f"\ue000{name}\ue001" for name in WORDS}
    markup = render_to_string("comments/_comment.html", kind | marks).strip()
    return _MARK.sub(r"%(\1)s", markup.replace("%", "%%"))


_kept_pattern = lru_cache(128)(_fill_in)
