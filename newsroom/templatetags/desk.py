"""The desk in templates."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles.admin.transitions import label
from articles.publishing.word_diff import DiffPart, Kind

register = template.Library()
MARKS = {Kind.SAME: "{}", Kind.GONE: "<del>{}</del>", Kind.NEW: "<ins>{}</ins>"}


@register.filter
def marked(line: list[DiffPart]) -> SafeString:
    """A line of a difference: what went is struck, what came is underlined."""
    return format_html_join(
        "", "{}", ((format_html(MARKS[part.kind], part.text),) for part in line)
    )


@register.filter
def field_label(name: str) -> str:
    return label(name) if name != "bylines" else "Bylines"
