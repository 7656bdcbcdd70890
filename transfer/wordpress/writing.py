"""An export that WordPress’ own importer takes (WXR 1.2), written piece by piece."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.sax.saxutils import escape

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from articles.models import Article, Author, FrontPick, Image, Section, Tag
from comments.models import AnswerBeside, SiteComment
from core.addresses import absolute
from transfer import pages

STORIES_AT_ONCE = 100
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
STATUSES = {
    Article.Status.PUBLISHED: "publish",
    Article.Status.IN_REVIEW: "pending",
    Article.Status.DRAFT: "draft",
}
# Numbers of posts are one row there: stories keep theirs, pictures and pages stand behind them.
FIRST_PICTURE, FIRST_PAGE = 1_000_000_000, 1_500_000_000


def export() -> Iterator[str]:
    """The lines of the file. No more than some stories are in memory."""
    yield render_to_string(
        "transfer/wordpress/head.xml", {"site": settings.SITE_URL, "now": timezone.now()}
    )
    for author in Author.objects.select_related("user").order_by("pk"):
        email = author.user.email if author.user else ""
        yield _element(
            "wp:author",
            _text("wp:author_login", author.slug),
            _text("wp:author_email", email),
            _text("wp:author_display_name", author.name),
        )
    for section in Section.objects.order_by("pk"):
        yield _element(
            "wp:category",
            _text("wp:category_nicename", section.slug),
            _text("wp:category_parent", ""),
            _text("wp:cat_name", section.name),
        )
    for tag in Tag.objects.order_by("pk"):
        yield _element("wp:tag", _text("wp:tag_slug", tag.slug), _text("wp:tag_name", tag.name))
    for image in Image.objects.order_by("pk").iterator():
        yield _picture(image)
    for number, page in enumerate(pages.registered().every()):
        yield _page(FIRST_PAGE + number, *page)
    sticky = set(FrontPick.objects.values_list("article", flat=True))
    stories = (
        Article.objects.exclude(status=Article.Status.WITHDRAWN)
        .filter(trashed_at=None, is_template=False)
        .select_related("section", "hero")
        .prefetch_related("tags", "bylines__author")
        .order_by("pk")
    )
    batch: list[Article] = []
    for story in stories.iterator(STORIES_AT_ONCE):
        batch.append(story)
        if len(batch) == STORIES_AT_ONCE:
            yield from _stories(batch, sticky)
            batch = []
    yield from _stories(batch, sticky)
    yield "</channel>\n</rss>\n"


def _stories(stories: list[Article], sticky: set[int]) -> Iterator[str]:
    comments = _comments([story.pk for story in stories])
    for story in stories:
        yield _story(story, comments[story.pk], is_sticky=story.pk in sticky)


def _story(story: Article, comments: list[SiteComment], *, is_sticky: bool) -> str:
    writers = [byline.author for byline in story.bylines.all()]
    is_ahead = story.published_at is not None and story.published_at > timezone.now()
    status = STATUSES[Article.Status(story.status)]
    terms = [
        _term("category", story.section.slug, story.section.name),
        *(_term("post_tag", tag.slug, tag.name) for tag in story.tags.all()),
        *(_term("author", f"cap-{author.slug}", author.name) for author in writers),
    ]
    meta = {
        "_thumbnail_id": str(FIRST_PICTURE + story.hero.pk) if story.hero else "",
        "_yoast_wpseo_title": story.search_title,
        "_yoast_wpseo_metadesc": story.search_description,
    }
    return _item(
        story.pk,
        "post",
        title=story.title,
        link=absolute(story.get_absolute_url()),
        creator=writers[0].slug if writers else "",
        content=story.body,
        excerpt=story.standfirst,
        slug=story.slug,
        status="future" if status == "publish" and is_ahead else status,
        at=story.published_at,
        comment_status="open" if story.comments_open else "closed",
        is_sticky=is_sticky,
        inside=[*terms, *_metas(meta), *_written(comments)],
    )


def _picture(image: Image) -> str:
    return _item(
        FIRST_PICTURE + image.pk,
        "attachment",
        title=image.alt,
        link=absolute(image.file.url),
        excerpt=image.caption,
        status="inherit",
        at=image.uploaded_at,
        inside=[
            _text("wp:attachment_url", absolute(image.file.url)),
            *_metas({"_wp_attachment_image_alt": image.alt}),
        ],
    )


def _page(number: int, title: str, slug: str, body: str, address: str) -> str:
    return _item(
        number,
        "page",
        title=title,
        link=absolute(address),
        content=body,
        slug=slug,
        status="publish",
        at=timezone.now(),
    )


def _item(
    number: int,
    kind: str,
    *,
    title: str,
    link: str,
    status: str,
    at: datetime | None,
    creator: str = "",
    content: str = "",
    excerpt: str = "",
    slug: str = "",
    comment_status: str = "closed",
    is_sticky: bool = False,
    inside: Iterable[str] = (),
) -> str:
    moment = f"{at:%Y-%m-%d %H:%M:%S}" if at else "0000-00-00 00:00:00"
    return _element(
        "item",
        _text("title", title),
        f"<link>{escape(link)}</link>",
        _text("dc:creator", creator),
        _text("content:encoded", content),
        _text("excerpt:encoded", excerpt),
        f"<wp:post_id>{number}</wp:post_id>",
        _text("wp:post_date", moment),
        _text("wp:post_date_gmt", moment),
        _text("wp:comment_status", comment_status),
        _text("wp:post_name", slug),
        _text("wp:status", status),
        "<wp:post_parent>0</wp:post_parent>",
        _text("wp:post_type", kind),
        _text("wp:post_password", ""),
        f"<wp:is_sticky>{int(is_sticky)}</wp:is_sticky>",
        *inside,
    )


def _comments(stories: list[int]) -> defaultdict[int, list[SiteComment]]:
    found: defaultdict[int, list[SiteComment]] = defaultdict(list)
    rows = SiteComment.objects.filter(object_pk__in=list(map(str, stories))).select_related("user")
    for comment in rows.order_by("pk"):
        found[int(comment.object_pk)].append(comment)
    return found


def _written(comments: list[SiteComment]) -> Iterator[str]:
    """Each with what it answers, also where it stands beside it."""
    keys = [comment.pk for comment in comments]
    beside = dict(AnswerBeside.objects.filter(comment__in=keys).values_list("comment", "answered"))
    for comment in comments:
        parent = beside.get(comment.pk, comment.parent_id)
        approved = "trash" if comment.is_removed else "1" if comment.is_public else "0"
        yield _element(
            "wp:comment",
            f"<wp:comment_id>{comment.pk}</wp:comment_id>",
            _text("wp:comment_author", comment.user_name or "Anonymous"),
            _text("wp:comment_author_email", comment.user_email),
            _text("wp:comment_author_url", comment.user_url),
            _text("wp:comment_author_IP", ""),
            _text("wp:comment_date", f"{comment.submit_date:%Y-%m-%d %H:%M:%S}"),
            _text("wp:comment_date_gmt", f"{comment.submit_date:%Y-%m-%d %H:%M:%S}"),
            _text("wp:comment_content", comment.comment),
            _text("wp:comment_approved", approved),
            _text("wp:comment_type", "comment"),
            f"<wp:comment_parent>{0 if parent == comment.pk else parent}</wp:comment_parent>",
        )


def _metas(values: dict[str, str]) -> Iterator[str]:
    for key, value in values.items():
        if value:
            yield _element("wp:postmeta", _text("wp:meta_key", key), _text("wp:meta_value", value))


def _term(domain: str, slug: str, name: str) -> str:
    return f'<category domain="{domain}" nicename="{escape(slug)}">{_cdata(name)}</category>'


def _element(name: str, *inside: str) -> str:
    return f"<{name}>\n{''.join(inside)}</{name}>\n"


def _text(name: str, text: str) -> str:
    return f"<{name}>{_cdata(text)}</{name}>\n"


def _cdata(text: str) -> str:
    clean = _FORBIDDEN.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{clean}]]>"
