"""The reader’s pages. A view speaks HTTP; what is public and what is shown is decided elsewhere."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Subquery
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles import cache_tags
from articles.discovery import redirects
from articles.discovery import search as searching
from articles.models import Article, ArticleCoin, Author, Byline, Correction, Section, Tag
from articles.publishing import previews
from articles.reading import archive, front_page, related
from articles.reading.listing_index import SubjectSource
from articles.reading.pagination import PAGE_SIZE, PARAMS, Page, page_of
from pagecache import add_tags, public_page
from ticker.models import Coin

_SLUG = re.compile(r"[-\w]{1,120}", re.ASCII)
MOST_CHOICES = 200  # authors to choose from
Named = TypeVar("Named", Section, Author, Coin)
MOST_COUNTED = 1000  # stories of one author: beyond that the number says no more than “many”


# Addresses of other software, such as /?p=123, are led on before they come here.
@public_page(asks=("p", "page_id", "attachment_id", "tag", "author_name", "category_name", "feed"))
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "front": front_page.compose(),
        "discussed": related.most_discussed(),
        "canonical": "/",
    }
    return render(request, "articles/home.html", context)


@public_page(*PARAMS)
@require_safe
def section(request: HttpRequest, slug: str) -> HttpResponse:
    section = get_object_or_404(Section, slug=slug)
    add_tags(cache_tags.stories_tag(section))
    page = page_of(section.articles.published().for_cards_of_one_section(), request.GET)
    context = {
        "section": section,
        "page": page,
        "discussed": related.most_discussed(),
        "canonical": page.address(section.get_absolute_url()),
    }
    return render(request, "articles/section.html", context)


@public_page(*PARAMS)
@require_safe
def author(request: HttpRequest, slug: str) -> HttpResponse:
    author = get_object_or_404(Author.objects.select_related("portrait"), slug=slug)
    add_tags(cache_tags.stories_tag(author))
    stories = SubjectSource(author, Article.objects.published().for_cards())
    page = page_of(stories, request.GET)
    context = {
        "author": author,
        "page": page,
        "story_count": stories.count(MOST_COUNTED),
        "most_counted": MOST_COUNTED,
        "canonical": page.address(author.get_absolute_url()),
    }
    return render(request, "articles/author.html", context)


@public_page(*PARAMS)
@require_safe
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    tag = get_object_or_404(Tag, slug=slug)
    add_tags(cache_tags.stories_tag(tag))
    page = page_of(SubjectSource(tag, Article.objects.published().for_cards()), request.GET)
    context = {
        "tag": tag,
        "page": page,
        "discussed": related.most_discussed(),
        "canonical": page.address(tag.get_absolute_url()),
    }
    return render(request, "articles/tag.html", context)


@public_page(asks=("reply_to",))
@require_safe
def article(request: HttpRequest, section: str, slug: str) -> HttpResponse:
    found = public_article(slug)
    if found is None:
        return redirect_or_404(request, slug)
    article = found
    if article.section.slug != section:
        return redirect(article, permanent=True)
    return story_page(request, article)


def story_page(request: HttpRequest, article: Article, is_preview: bool = False) -> HttpResponse:
    """The page of a story that its reader may see. A preview is not for search engines, and says
    what it is.
    """
    # One query brings the coins that the story may name: those on the strip and those that it is about.
    about = ArticleCoin.objects.filter(article=article, coin=OuterRef("pk"))
    coins = Coin.objects.on_strip(and_also=Exists(about)).annotate(
        in_story=Exists(about), price_then=Subquery(about.values("price_at_publication")[:1])
    )
    found = list(coins.select_related(None))  # Their prices are parts of their own.
    about_coins = [coin for coin in found if getattr(coin, "in_story", False)]
    context = {
        "article": article,
        "named_coins": found,
        "story_coins": about_coins,
        "read_next": related.read_next(article, about_coins),
        "discussed": related.most_discussed(),
        "own_host": settings.SITE_URL.split("//", 1)[1],
        "canonical": article.get_absolute_url(),
        "is_preview": is_preview,
    }
    template = "articles/paid_article.html" if article.is_paid else "articles/article.html"
    return render(request, template, context)


@public_page()
@require_safe
def archive_index(request: HttpRequest) -> HttpResponse:
    months = archive.months()
    years = [(year, list(group)) for year, group in groupby(months, key=lambda month: month.year)]
    return render(request, "articles/archive.html", {"years": years, "canonical": "/archive/"})


@public_page(*PARAMS)
@require_safe
def archive_month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    months = archive.months()
    shown = archive.Month(year, month)
    if shown not in months:
        raise Http404("Nothing was published then.")
    page = page_of(archive.stories_in(shown).for_cards(), request.GET)
    context = {
        "month": shown,
        "earlier": shown.previous if shown.previous in months else None,
        "later": shown.next if shown.next in months else None,
        "page": page,
        "canonical": page.address(reverse("archive-month", args=[year, month])),
    }
    return render(request, "articles/archive_month.html", context)


@require_safe
def shared_preview(request: HttpRequest, key: str) -> HttpResponse:
    """A story that is not out yet, for whoever was given the link."""
    article = previews.shared_story(key)
    if article is None:
        raise Http404("No such link.")
    response = story_page(request, previews.as_if_out(article), is_preview=True)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


@public_page(*PARAMS)
@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    add_tags(cache_tags.CORRECTIONS)
    page = page_of(Correction.objects.listed(), request.GET)
    return render(
        request,
        "articles/corrections.html",
        {"page": page, "canonical": page.address("/corrections/")},
    )


def redirect_or_404(request: HttpRequest, slug: str) -> HttpResponse:
    """A story that is not public here: it may have another name now, or be gone. Raises Http404
    otherwise.
    """
    moved = redirects.story_formerly(slug)
    if moved is not None:
        return redirect(moved, permanent=True)
    if Article.objects.gone().filter(slug=slug).exists():
        return render(request, "errors/410.html", status=410)
    raise Http404("No such story.")


def public_article(slug: str) -> Article | None:
    """The published article `slug` with all that its page shows of it."""
    bylines = Prefetch("bylines", Byline.objects.select_related("author__portrait"))
    return (
        Article.objects.published()
        .select_related("section", "hero", "social_picture")
        .prefetch_related(bylines, "tags", "corrections")
        .defer("search_text")
        .filter(slug=slug)
        .first()
    )


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()[: searching.LONGEST_QUERY]
    sections, authors, coins = (
        list(Section.objects.all()),
        list(Author.objects.all()[:MOST_CHOICES]),
        _coins(),
    )
    section = _named(sections, request.GET.get("section"))
    author, coin = (
        _named(authors, request.GET.get("author")),
        _named(coins, request.GET.get("coin")),
    )
    chosen = {"section": section, "author": author, "coin": coin}
    when = request.GET.get("when", "")
    when = when if when in searching.SINCE else ""
    subjects = [row for row in (author, coin) if row is not None]
    since = timezone.now() - searching.SINCE[when] if when else None
    asked = searching.asked(query)
    found = list(asked.words)
    results = searching.Results.of(asked, section, subjects, since)
    kept = {"q": query, "when": when} | {
        name: row.slug for name, row in chosen.items() if row is not None
    }
    by_time = request.GET.get("order") == "newest" or any(name in request.GET for name in PARAMS)
    if by_time:
        page = page_of(results, request.GET, keep=kept | {"order": "newest"})
    else:
        page = Page(results.best(PAGE_SIZE), has_newer=False, has_older=False)
    for story in page.items:
        story.excerpt = searching.excerpt(story, found)
    context = {
        "query": query,
        "words": found,
        "page": page,
        "by_time": by_time,
        "kept": urlencode(kept | {"order": "newest"}),
        "sections": sections,
        "authors": authors,
        "coins": coins,
        "chosen": chosen,
        "when": when,
        "is_filtered": bool(when or any(chosen.values())),
        "close": searching.close_names(query) if query and not page.items else [],
        "tags": Tag.objects.all()[:12],
        "noindex": True,
    }
    return render(request, "articles/search.html", context)


def _coins() -> list[Coin]:
    return list(Coin.objects.on_strip())


def _named(rows: Sequence[Named], slug: str | None) -> Named | None:
    """The one of `rows` that is called `slug`, or once was."""
    found = next((row for row in rows if row.slug == slug), None)
    if found or not rows or not slug or not _SLUG.fullmatch(slug):
        return found
    now = redirects.slug_now(type(rows[0]), slug)
    return next((row for row in rows if row.slug == now), None)


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """Return search suggestions while somebody types."""
    found = searching.suggestions(request.GET.get("q", "")[: searching.LONGEST_QUERY])
    response = JsonResponse(
        {"suggestions": [{"label": each.label, "url": each.url} for each in found]}
    )
    response["Cache-Control"] = "private, max-age=60"
    return response
