"""The form of a story as a version, and a version as the form."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles import body
from articles.models import Article, Author, Image, Section, Tag
from articles.publishing import merging, revisions
from core import text
from core.numbers import whole_number
from ticker.models import Coin

Content = dict[str, Any]
LONGEST = 500_000  # characters of one field; the form itself takes a few megabytes
MOST_ROWS = 100
# Of the lists in the form: their prefix, and the field that says whom or what.
INLINES = {
    "bylines": ("bylines", "author"),
    "coins": ("article_coins", "coin"),
    "related": ("related_picks", "related"),
}
NAMED = {
    "section": Section,
    "hero": Image,
    "social_picture": Image,
    "bylines": Author,
    "tags": Tag,
    "coins": Coin,
    "related": Article,
}
CHECKBOXES = ("comments_open", "holds_comments")
CHOSEN = ("section", *revisions.PICTURES)  # one row each


def content_of(post: QueryDict) -> Content:
    """Everything that a form of a story says. What it does not have, such as fields that this person
    may not change, is left out.
    """
    content: Content = {}
    for name in revisions.WORDS:
        if name in CHECKBOXES:
            if "title" in post:
                content[name] = name in post
        elif name in post:
            typed = text.clean(str(post[name])[:LONGEST])
            content[name] = body.sanitise(typed) if name == "body" else typed.strip()
            if name == "title":
                content[name] = text.clean_line(typed).strip()
    for name in revisions.MOMENTS:
        if name in post:
            moment = parse_moment(str(post[name]))
            content[name] = moment.astimezone(UTC).isoformat() if moment else None
    for name in CHOSEN:
        if name in post:
            content[name] = _row(post[name])
    if content.get("section", 0) is None:
        del content["section"]  # Nothing is chosen yet.
    if "title" in post:
        content["tags"] = _rows(post.getlist("tags"))
    for name, (prefix, field) in INLINES.items():
        if f"{prefix}-TOTAL_FORMS" in post:
            content[name] = _rows(_inline(post, prefix, field))
    return content


def complete(post: QueryDict) -> QueryDict:
    """`post` of a form that was opened before an upgrade: lists that it did not have yet are left as
    they are.
    """
    missing = [prefix for prefix, _ in INLINES.values() if f"{prefix}-TOTAL_FORMS" not in post]
    if "title" not in post or not missing:
        return post
    post = post.copy()
    for prefix in missing:
        post[f"{prefix}-TOTAL_FORMS"] = post[f"{prefix}-INITIAL_FORMS"] = "0"
    return post


def parse_moment(text: str) -> datetime | None:
    """A time as a field of a form writes it, in the zone of the desk, or None."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None or not 2000 <= moment.year <= 2100:
        return None
    return (
        timezone.make_aware(moment, timezone.get_current_timezone())
        if timezone.is_naive(moment)
        else moment
    )


def _row(key: Any) -> Content | None:
    pk = whole_number(str(key))
    return {"id": pk, "name": ""} if pk is not None else None


def _rows(keys: Iterable[str]) -> list[Content]:
    found = (_row(key) for key in list(keys)[:MOST_ROWS])
    return list({row["id"]: row for row in found if row}.values())


def _inline(post: QueryDict, prefix: str, field: str) -> list[str]:
    """The keys chosen in a list of the form, in its order."""
    total = min(whole_number(post.get(f"{prefix}-TOTAL_FORMS", "")) or 0, MOST_ROWS)
    rows = []
    for number in range(total):
        key = post.get(f"{prefix}-{number}-{field}", "")
        if key and f"{prefix}-{number}-DELETE" not in post:
            place = whole_number(post.get(f"{prefix}-{number}-position", "")) or 0
            rows.append((place, number, key))
    return [key for _, _, key in sorted(rows)]


def initial_of(content: Content) -> Content:
    """`content` as the initial values of a new story’s form; lists of rows are the lists’ own."""
    found = {name: value for name, value in content.items() if name in revisions.WORDS}
    for name in revisions.MOMENTS:
        if content.get(name):
            found[name] = parse_datetime(content[name])
    for name in CHOSEN:
        if content.get(name):
            found[name] = content[name]["id"]
    return found | {"tags": [row["id"] for row in content.get("tags", ())]}


def with_names(content: Content) -> Content:
    """`content` with the names of its rows, for people."""
    named = dict(content)
    for name, model in NAMED.items():
        value = content.get(name)
        rows = value if isinstance(value, list) else [value] if value else []
        missing = [row["id"] for row in rows if not row["name"]]
        found = model._default_manager.in_bulk(missing) if missing else {}
        full = [
            row if row["name"] else {"id": row["id"], "name": str(found.get(row["id"], "–"))}
            for row in rows
        ]
        if rows:
            named[name] = full if isinstance(value, list) else full[0]
    return named


def write(post: QueryDict, mine: Content, content: Content, article: Article) -> None:
    """Let the form, which says `mine`, say `content`. What is the same stays as it was typed; lists are
    written anew, with the rows that `article` has now.
    """
    for name in mine:
        if merging.is_same(mine[name], content[name]):
            continue
        if name in CHECKBOXES:
            post.pop(name, None)
            if content[name]:
                post[name] = "on"
        elif name in revisions.WORDS:
            post[name] = content[name]
        elif name in revisions.MOMENTS:
            moment = parse_datetime(content[name]) if content[name] else None
            local = timezone.localtime(moment) if moment else None
            post[name] = f"{local:%Y-%m-%dT%H:%M:%S}" if local else ""
        elif name in CHOSEN:
            post[name] = str(content[name]["id"]) if content[name] else ""
        elif name == "tags":
            post.setlist(name, [str(row["id"]) for row in content[name]])
    for name, (prefix, field) in INLINES.items():
        if f"{prefix}-TOTAL_FORMS" in post:
            _write_inline(post, prefix, field, [row["id"] for row in content[name]], article)


def _write_inline(
    post: QueryDict, prefix: str, field: str, wanted: list[int], article: Article
) -> None:
    for name in [each for each in post if each.startswith(f"{prefix}-")]:
        del post[name]
    related: Any = getattr(article, prefix)
    there = list(related.all())
    chosen = [getattr(row, f"{field}_id") for row in there]
    new = [key for key in wanted if key not in chosen]
    post[f"{prefix}-INITIAL_FORMS"] = str(len(there))
    post[f"{prefix}-TOTAL_FORMS"] = str(len(there) + len(new))
    for number, row in enumerate(there):
        key = chosen[number]
        post[f"{prefix}-{number}-id"] = str(row.pk)
        post[f"{prefix}-{number}-article"] = str(article.pk)
        post[f"{prefix}-{number}-{field}"] = str(key)
        post[f"{prefix}-{number}-position"] = str(wanted.index(key) if key in wanted else 0)
        if key not in wanted:
            post[f"{prefix}-{number}-DELETE"] = "on"
    for number, key in enumerate(new, start=len(there)):
        post[f"{prefix}-{number}-article"] = str(article.pk)
        post[f"{prefix}-{number}-{field}"] = str(key)
        post[f"{prefix}-{number}-position"] = str(wanted.index(key))
