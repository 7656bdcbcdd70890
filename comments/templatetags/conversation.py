"""The conversation in templates."""

from typing import Any

from django import template

from articles.models import Article
from comments.posting import comments_open, forms
from comments.reading import paging, plain_text_html, rendering, structured_data, threads

register = template.Library()


@register.simple_tag
def first_part(article: Article) -> threads.ConversationPage:
    """The threads that stand under the story itself."""
    return threads.conversation_page(article)


@register.simple_tag
def orders(article: Article, part: threads.ConversationPage) -> list[dict[str, Any]]:
    """Links to the orders of a conversation, where there is something to order."""
    if article.comment_count < 2:
        return []
    return [
        {
            "name": name,
            "address": paging.first_page(article, order),
            "is_current": order == part.order,
        }
        for order, name in paging.ORDERS.items()
    ]


@register.simple_tag(takes_context=True)
def answered(context: dict[str, Any], steps: list[threads.Step]) -> threads.CommentView | None:
    """The comment that ?reply_to= names, if it stands in this conversation: no query of its own."""
    number = context["request"].GET.get("reply_to", "")
    if not number:
        return None
    published = (step.comment for step in steps if not step.comment.is_tombstone)
    return next((comment for comment in published if str(comment.pk) == number), None)


register.filter("prose", plain_text_html.prose)
register.filter("marking", plain_text_html.marking)
register.filter("opening", comments_open.open_state)
register.simple_tag(rendering.conversation)
register.simple_tag(structured_data.comments_json_ld)


@register.simple_tag
def longest_comment() -> int:
    return int(forms.CommentForm.base_fields["comment"].max_length or 0)


@register.filter
def words(text: str) -> list[str]:
    return text.split()


@register.filter
def get(data: Any, name: str) -> str:
    """A field as it was sent, for the form that comes back."""
    value = data.get(name)
    return "" if value is None else str(value)
