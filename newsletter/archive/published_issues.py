"""The archive: issues that went out, with what of them may still be read."""

from django.conf import settings
from django.db.models import F, Prefetch
from django.template.loader import render_to_string

from articles.discovery.feeds import NEWEST, Entry
from articles.reading import page_lifetime
from newsletter.composing import texts
from newsletter.models import ALL_ISSUES, Issue, Item, Newsletter, issues_of
from newsletter.models.issues import IssueQuerySet
from newsletter.subscribing import signed_links
from pagecache import add_tags, table_tag

NEWEST_BESIDE_FORM = 5


def issues(newsletter: Newsletter) -> IssueQuerySet:
    """Those of a newsletter. `published_at` is when they went out, by which lists are walked."""
    add_tags(table_tag(Newsletter), issues_of(newsletter.pk))
    found = (
        Issue.objects.listed().filter(newsletter=newsletter).annotate(published_at=F("started_at"))
    )
    return found.select_related("newsletter", "subject_of").defer(
        "subject_of__body", "subject_of__search_text"
    )


def newest() -> list[Issue]:
    """The newest of all newsletters that are offered. One query."""
    add_tags(table_tag(Newsletter), ALL_ISSUES)
    found = (
        Issue.objects.listed()
        .filter(newsletter__is_offered=True)
        .select_related("newsletter", "subject_of")
    )
    found = found.defer("subject_of__body", "subject_of__search_text")
    page_lifetime.until_next_change()
    return list(found.order_by("-started_at", "-pk")[:NEWEST_BESIDE_FORM])


def entries(newsletter: Newsletter) -> list[Entry]:
    """The newest issues for a feed, with the stories of each that are public. Two queries."""
    page_lifetime.until_next_change()
    items = Item.objects.select_related("article__section", "correction").defer(
        "article__body", "article__search_text"
    )
    found = (
        issues(newsletter)
        .prefetch_related(Prefetch("items", items))
        .order_by("-started_at", "-pk")[:NEWEST]
    )
    return [_entry(issue, newsletter) for issue in found]


def _entry(issue: Issue, newsletter: Newsletter) -> Entry:
    shown = [
        item for item in issue.items.all() if item.article.is_public and not item.article.is_paid
    ]
    moment = issue.started_at or issue.created_at
    return Entry(
        key=f"tag:{signed_links.host()},{issue.created_at:%Y-%m-%d}:newsletter:{issue.pk}",
        url=settings.SITE_URL + issue.get_absolute_url(),
        title=issue.title,
        summary=issue.preheader or issue.title,
        html=render_to_string(
            "newsletter/issue/feed.html",
            {
                "intro": texts.for_page(issue.intro),
                "closing": texts.for_page(issue.closing),
                "items": shown,
            },
        ).strip(),
        published_at=moment,
        updated_at=moment,
        authors=(),
        subjects=(newsletter.name,),
    )
