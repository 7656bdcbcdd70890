"""Commenting, as HTTP. The article’s page holds no token: a preview page or a small script brings
fresh ones.
"""

from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from articles.models import Article
from comments import notifications
from comments.models import Confirmation, ReplyRefused, SiteComment, VerifiedCommenter
from comments.models.comments import NOT_HERE, answerable
from comments.moderation import decisions
from comments.posting import comments_open, confirmation, editing, submission, verified_commenters
from comments.posting.forms import CommentForm
from comments.posting.policy import CommentRefused
from comments.reader_views import back_to_comment, is_from_here
from comments.reading import paging
from core import ratelimit
from core.client_ip import network_address
from core.numbers import whole_number
from core.people import name_of
from pagecache import public_page

# Of a story, to say something under it: without its text.
NEEDED = (
    "title",
    "slug",
    "status",
    "comments_open",
    "published_at",
    "section__name",
    "section__slug",
)


class Closed(Exception):
    """The form names no article that takes comments now. The message is for its reader."""


def article_named(params: Any) -> Article:
    """The public article with an open conversation that the form names. Raises Closed."""
    pk = whole_number(params.get("object_pk", ""))
    if params.get("content_type") != "articles.article" or pk is None:
        raise Closed(comments_open.CLOSED)
    articles = Article.objects.published().select_related("section").only(*NEEDED)
    article = articles.filter(pk=pk).first()
    if article is None:
        raise Closed(comments_open.CLOSED)
    if why := comments_open.open_state(article).why_closed:
        raise Closed(why)
    return article


def show_closed(request: HttpRequest, closed: Closed) -> HttpResponse:
    return render(request, "comments/closed.html", {"why": str(closed)}, status=404)


# It changes nothing: it shows the words again, with the tokens that posting them needs.
@csrf_exempt
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Show the comment again, ready to be sent: what the form in the article posts to without
    JavaScript.
    """
    try:
        article = article_named(request.POST)
    except Closed as closed:
        return show_closed(request, closed)
    fresh = CommentForm(article)
    data = request.POST.copy()
    data["timestamp"], data["security_hash"] = (
        fresh.initial["timestamp"],
        fresh.initial["security_hash"],
    )
    return show_form(request, article, CommentForm(article, data=identified(request, data)))


@require_safe
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """A page for writing that knows who was remembered, for browsers without a script."""
    try:
        article = article_named({"content_type": "articles.article", "object_pk": str(pk)})
    except Closed as closed:
        return show_closed(request, closed)
    fresh = CommentForm(article)
    empty = QueryDict(mutable=True)
    empty.update(
        {"reply_to": request.GET.get("reply_to", ""), **fresh.initial, "object_pk": str(pk)}
    )
    fresh.data = empty
    return show_form(request, article, fresh)


@require_GET
def tokens(request: HttpRequest) -> HttpResponse:
    """Return fresh tokens for the script, when the form is first touched, so that posting is one
    step.
    """
    try:
        article = article_named(request.GET)
    except Closed as closed:
        return JsonResponse({"error": str(closed)}, status=404)
    fresh = CommentForm(article)
    reader = verified_commenters.of_request(request)
    return JsonResponse(
        {
            "csrfmiddlewaretoken": get_token(request),
            "timestamp": fresh.initial["timestamp"],
            "security_hash": fresh.initial["security_hash"],
            "mine": editing.changeable(request.user, reader, article),
            "moderates": request.user.has_perm("comments.change_sitecomment"),
        }
        | known_as(request, reader)
    )


@require_POST
def post(request: HttpRequest) -> HttpResponse:
    """Account holders and known readers are published at once; strangers are asked, by mail, to
    confirm.
    """
    try:
        article = article_named(request.POST)
    except Closed as closed:
        return show_closed(request, closed)
    reader = verified_commenters.of_request(request)
    form = CommentForm(article, data=identified(request, request.POST.copy(), reader))
    if not form.is_valid():
        return show_form(
            request, article, refreshed(form) if form.security_errors() else form, status=400
        )
    words, ip = form.cleaned_data, network_address(request)
    try:
        if request.user.is_authenticated:
            return back_to_comment(
                submission.post_as_user(article, words, request.user, ip), article
            )
        if verified_commenters.may_write_at_once(reader, words["email"]):
            return back_to_comment(submission.post_as_known_reader(article, words, ip), article)
        waiting = confirmation.ask(article, words, ip)
    except CommentRefused as refusal:
        form.add_error("comment", str(refusal))
    except ReplyRefused as refusal:
        form.add_error("reply_to", str(refusal))
    except ratelimit.RateLimited:
        form.add_error(
            "email",
            "Many confirmation mails were asked for from your network. Try again in an hour; your "
            "text is still here.",
        )
        return show_form(request, article, form, status=429)
    except confirmation.TooManyWaiting:
        form.add_error(
            "email", "Press the buttons behind the links that we mailed to this address first."
        )
    else:
        asks = words["remember"] and waiting.is_new
        cookie = verified_commenters.remember(words, reader)[1] if asks else ""
        return verified_commenters.give(redirect("comment-sent"), cookie)
    return show_form(request, article, form, status=400)


# Its cookie is not sent with forms of other sites, and without it nothing is forgotten.
@csrf_exempt
@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """“Not you?”: forget who was remembered in this browser."""
    return verified_commenters.forget(request, render(request, "comments/forgotten.html"))


@require_safe
def held_comment(request: HttpRequest, article: int, comment: int) -> HttpResponse:
    """Say why a comment waits for a moderator. Who asks for another’s learns no more than which
    rule holds it.
    """
    waiting = SiteComment.objects.filter(pk=comment, object_pk=str(article)).first()
    story = Article.objects.published().select_related("section").filter(pk=article).first()
    if waiting is None or story is None or not decisions.is_held(waiting):
        return redirect(story) if story else redirect("home")
    context = {"article": story, "reason": decisions.reason_of(waiting)}
    return render(request, "comments/held.html", context)


def identified(request: HttpRequest, data: Any, reader: VerifiedCommenter | None = None) -> Any:
    """An account’s own name and address stand for whatever the form holds, a known reader’s for
    what it leaves out.
    """
    if request.user.is_authenticated:
        data["name"] = _short_name(request.user)
        data["email"] = request.user.email or f"{request.user.get_username()}@accounts.invalid"
    elif reader := reader or verified_commenters.of_request(request):
        if not data.get("email", "").strip():
            data["email"] = reader.email
        data["name"] = data.get("name", "").strip() or reader.name
        data["url"] = data.get("url", "").strip() or reader.url
    return data


def _short_name(user: Any) -> str:
    return name_of(user)[:50]


def known_as(request: HttpRequest, reader: VerifiedCommenter | None) -> dict[str, Any]:
    """Return the fields that the form may leave out. The address is not told, not even to the
    browser that it came from.
    """
    if request.user.is_authenticated:
        return {"known": {"name": _short_name(request.user), "is_account": True}}
    return {"known": {"name": reader.name, "is_account": False}} if reader else {}


def refreshed(form: CommentForm) -> CommentForm:
    """The same words with new tokens, for a form that lay open too long."""
    fresh = CommentForm(form.target_object)
    data = form.data.copy()
    data["timestamp"], data["security_hash"], data["honeypot"] = (
        fresh.initial["timestamp"],
        fresh.initial["security_hash"],
        "",
    )
    renewed = CommentForm(form.target_object, data=data)
    if renewed.is_valid():
        renewed.add_error(
            None, "The form lay open for too long. Read your comment once more and post it."
        )
    return renewed


def show_form(
    request: HttpRequest, article: Article, form: CommentForm, status: int = 200
) -> HttpResponse:
    number = str(form.data.get("reply_to") or "")
    parent = whole_number(number)
    answers = None if parent is None else answerable(article, parent).first()
    if number and answers is None and form.is_bound and not form.errors.get("reply_to"):
        form.add_error("reply_to", NOT_HERE)
    reader = verified_commenters.of_request(request)
    if reader and (form.data.get("email") or reader.email).lower() != reader.email.lower():
        reader = None  # Somebody else writes in this browser.
    elif reader and form.is_bound:
        form.is_valid()  # Before its words are touched.
        form.data["email"] = ""  # It was filled in here, and goes into no page.
    context = {"article": article, "form": form, "answers": answers, **known_as(request, reader)}
    return render(request, "comments/preview.html", context, status=status)


@public_page()
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    context = {"days": confirmation.LIFETIME.days, "noindex": True}
    return render(request, "comments/sent.html", context)


@csrf_exempt  # The key in the address is the proof; mail programs open the page without cookies.
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """GET shows the comment and a button, and changes nothing. POST publishes, once."""
    waiting = Confirmation.objects.select_related("article__section").filter(key=key[:64]).first()
    if waiting is None:
        return render(request, "comments/expired.html", status=404)
    if request.method == "POST" and "delete" in request.POST:
        confirmation.delete(waiting.key)
        return render(request, "comments/deleted.html", {"noindex": True})
    if request.method == "POST":
        try:
            # Only whoever publishes by the button is known from then on: a link that was used is no
            # key.
            is_first = waiting.comment_id is None and is_from_here(request)
            comment = confirmation.confirm(waiting.key)
            cookie = (
                verified_commenters.confirmed(waiting, verified_commenters.of_request(request))
                if is_first
                else ""
            )
            return verified_commenters.give(back_to_comment(comment, waiting.article), cookie)
        except (confirmation.ConfirmationExpired, SiteComment.DoesNotExist):
            return render(request, "comments/expired.html", status=410)
        except (CommentRefused, ReplyRefused) as refusal:
            context = {"waiting": waiting, "refusal": str(refusal)}
            return render(request, "comments/confirm.html", context, status=409)
    if confirmation.has_expired(waiting) and not waiting.comment_id:
        return render(request, "comments/expired.html", status=410)
    context = {"waiting": waiting, "days": confirmation.LIFETIME.days}
    published = (
        SiteComment.objects.filter(pk=waiting.comment_id).first() if waiting.comment_id else None
    )
    if published is not None and published.is_public:
        context["published_at"] = paging.address_of(published, waiting.article)
    elif published is not None and decisions.is_held(published):
        context["held_because"] = decisions.reason_of(published)
    return render(request, "comments/confirm.html", context)


@csrf_exempt  # RFC 8058: mail programs post here without cookies; the signed key is the proof.
@require_http_methods(["GET", "HEAD", "POST"])
def mute(request: HttpRequest, key: str) -> HttpResponse:
    try:
        signing.loads(key, salt=notifications.SALT)
    except signing.BadSignature as error:
        raise Http404("No such link.") from error
    if request.method == "POST":
        notifications.mute(key)
    context = {"is_muted": request.method == "POST"}
    return render(request, "comments/mute.html", context)
