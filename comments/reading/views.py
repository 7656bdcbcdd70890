"""The pages of a conversation that its story’s page does not show: later ones, other orders, long
threads.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from articles import views as stories
from articles.models import Article
from comments.reading import paging, threads
from pagecache import public_page


@public_page(asks=("reply_to",))
@require_safe
def comments(request: HttpRequest, section: str, slug: str, start: int) -> HttpResponse:
    """A later page of a long conversation: the threads from the one with the key `start` on."""
    article = stories.public_article(slug)
    if article is None:
        return stories.redirect_or_404(request, slug)
    if article.section.slug != section:
        return redirect(paging.page_from(article, start), permanent=True)
    part = threads.conversation_page(article, start)
    if part.begins != start or not part.earlier:
        return redirect(paging.first_page(article))  # No thread begins here, or the first one does.
    return show_part(request, article, part)


@public_page(asks=("reply_to",))
@require_safe
def in_order(
    request: HttpRequest, section: str, slug: str, order: str, start: int = 0
) -> HttpResponse:
    """A conversation the newest first, or the most liked."""
    article = stories.public_article(slug)
    if article is None:
        return stories.redirect_or_404(request, slug)
    if order not in (paging.NEWEST, paging.LIKED) or (start and order == paging.LIKED):
        return redirect(paging.first_page(article))
    if article.section.slug != section:
        return redirect(paging.page_from(article, start, order), permanent=True)
    part = threads.conversation_page(article, start, order)
    if start and (part.begins != start or not part.earlier):
        return redirect(paging.first_page(article, order))
    return show_part(request, article, part)


@public_page(asks=("reply_to",))
@require_safe
def thread(
    request: HttpRequest, section: str, slug: str, thread: int, start: int = 0
) -> HttpResponse:
    """One thread that is too long for a page of many."""
    article = stories.public_article(slug)
    if article is None:
        return stories.redirect_or_404(request, slug)
    if article.section.slug != section:
        return redirect(paging.thread_from(article, thread, start), permanent=True)
    part = threads.one_thread(article, thread, start)
    if part.begins != (start or thread):
        return redirect(paging.first_page(article))  # Nothing that stands begins here.
    return show_part(request, article, part)


def show_part(
    request: HttpRequest, article: Article, part: threads.ConversationPage
) -> HttpResponse:
    context = {"article": article, "part": part, "canonical": article.get_absolute_url()}
    return render(request, "comments/comments.html", context)
