"""Feeds, as HTTP: /feeds/rss/, /feeds/atom/section/policy/ and so on, and the page that lists
them.
"""

from django.conf import settings
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from articles.discovery import feeds, redirects
from articles.discovery.feeds import FORMS, Feed
from articles.models import Article, Author, Section, Tag
from comments.reading import feeds as conversations
from newsletter.archive import published_issues
from newsletter.models import Newsletter
from newsroom import publication
from pagecache import add_tags, public_page, table_tag
from ticker.models import Coin

SUBJECTS: dict[str, type[Model]] = {"section": Section, "author": Author, "tag": Tag, "coin": Coin}


@public_page()
@require_safe
def all_feeds(request: HttpRequest) -> HttpResponse:
    """For readers: what a feed is, and which there are."""
    add_tags(table_tag(Section))
    context = {"forms": FORMS, "followed": Section.objects.all(), "canonical": "/feeds/"}
    return render(request, "newsroom/feeds.html", context)


@public_page()
@require_safe
def whole_publication(request: HttpRequest, form: str) -> HttpResponse:
    site = publication.publication()
    return answer(request, form, site.name, site.tagline, "/", feeds.newest())


@public_page()
@require_safe
def of_subject(request: HttpRequest, form: str, kind: str, slug: str) -> HttpResponse:
    if kind not in SUBJECTS:
        raise Http404("Nothing of this kind has a feed.")
    model = SUBJECTS[kind]
    subject = model._default_manager.filter(slug=slug).first()
    if subject is None:
        if now := redirects.slug_now(model, slug):
            return redirect("feed-of", form, kind, now, permanent=True)
        raise Http404("There is no such subject.")
    title = f"{subject.name} | {publication.publication().name}"  # type: ignore[attr-defined]
    description = getattr(subject, "standfirst", "") or f"The newest stories: {subject.name}."  # type: ignore[attr-defined]
    page = subject.get_absolute_url()  # type: ignore[attr-defined]
    return answer(request, form, title, description, page, feeds.newest(subject))  # type: ignore[arg-type]


@public_page()
@require_safe
def corrections(request: HttpRequest, form: str) -> HttpResponse:
    title = f"Corrections | {publication.publication().name}"
    words = "What we got wrong, made clearer or took back."
    return answer(request, form, title, words, "/corrections/", feeds.newest_corrections())


@public_page()
@require_safe
def comments(request: HttpRequest, form: str) -> HttpResponse:
    """The newest of all conversations."""
    title = f"Comments | {publication.publication().name}"
    return answer(
        request, form, title, "What readers say under the stories.", "/", conversations.newest()
    )


@public_page()
@require_safe
def comments_on(request: HttpRequest, form: str, pk: int) -> HttpResponse:
    """One conversation. Its address stays, whatever its story is called."""
    stories = Article.objects.published().select_related("section")
    article = get_object_or_404(stories, pk=pk)
    title = f"Comments on “{article.title}” | {publication.publication().name}"
    page = f"{article.get_absolute_url()}#comments"
    return answer(request, form, title, article.standfirst, page, conversations.newest_on(article))


@public_page()
@require_safe
def of_newsletter(request: HttpRequest, form: str, slug: str) -> HttpResponse:
    """The issues of a newsletter, for who would rather not have it mailed."""
    add_tags(table_tag(Newsletter))
    newsletter = get_object_or_404(Newsletter, slug=slug)
    title = f"{newsletter.name} | {publication.publication().name}"
    return answer(
        request,
        form,
        title,
        newsletter.description,
        newsletter.get_absolute_url(),
        published_issues.entries(newsletter),
    )


def answer(
    request: HttpRequest,
    form: str,
    title: str,
    description: str,
    page: str,
    entries: list[feeds.Entry],
) -> HttpResponse:
    if form not in FORMS:
        raise Http404("No such kind of feed.")
    feed = Feed(
        title,
        description or title,
        settings.SITE_URL + page,
        settings.SITE_URL + request.path,
        entries,
    )
    return HttpResponse(
        FORMS[form].write(feed), content_type=f"{FORMS[form].content_type}; charset=utf-8"
    )


def address_of(form: str, subject: Model | None = None) -> str:
    """The path of a feed of `subject`, or of the whole publication."""
    if subject is None:
        return reverse("feed", args=[form])
    return reverse("feed-of", args=[form, subject._meta.model_name, subject.slug])  # type: ignore[attr-defined]
