"""The conversation in templates."""

import re
from typing import Any

from django import template
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString, mark_safe

from articles.models import Article
from comments import forms, threads
from comments.models import SiteComment

register = template.Library()
_ADDRESS = re.compile(r"(https?://[^\s<>\"“”'’]+[^\s<>\"“”'’.,;:!?)\]])")


@register.simple_tag
def thread(article: Article) -> list[threads.Step]:
    return threads.thread(article)


@register.simple_tag(takes_context=True)
def answered(context: dict[str, Any], steps: list[threads.Step]) -> SiteComment | None:
    """The comment that ?reply_to= names, if it stands in this conversation: no query of its own."""
    number = context["request"].GET.get("reply_to", "")
    return next((step.comment for step in steps if str(step.comment.pk) == number and is_open(step)), None)


def is_open(step: threads.Step) -> bool:
    return not step.node.is_tombstone


@register.filter
def prose(text: str) -> SafeString:
    """Plain text as paragraphs, addresses as links that no search engine follows. Nothing else is markup."""
    parts = _ADDRESS.split(text)
    for index, part in enumerate(parts):
        safe = escape(part)
        parts[index] = f'<a href="{safe}" rel="ugc nofollow noopener">{safe}</a>' if index % 2 else safe
    # Every part was escaped above.
    return mark_safe(linebreaks("".join(parts), autoescape=False))


@register.simple_tag
def badge(comment: SiteComment, article: Article) -> str:
    """“Author” for who wrote the story, “Staff” for the rest of the newsroom, nothing for readers."""
    if comment.user is None:
        return ""
    writer = getattr(comment.user, "author", None)
    if writer and writer.pk in {byline.author_id for byline in article.bylines.all()}:
        return "Author"
    return "Staff" if comment.user.is_staff or writer else ""


@register.simple_tag
def longest_comment() -> int:
    return int(forms.ThoughtForm.base_fields["comment"].max_length or 0)  # type: ignore[attr-defined]


@register.filter
def words(text: str) -> list[str]:
    return text.split()


@register.filter
def get(data: Any, name: str) -> str:
    """A field as it was sent, for the form that comes back."""
    value = data.get(name)
    return "" if value is None else str(value)
