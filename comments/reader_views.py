"""Readers’ actions on published comments: agree, report, change one’s own. The pages themselves
hold no token.
"""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles.models import Article
from comments.models import Report, SiteComment
from comments.moderation import decisions, reports
from comments.posting import editing, reactions, verified_commenters
from comments.posting.forms import CommentForm
from comments.posting.policy import CommentRefused
from comments.privacy import anonymous_keys
from comments.reading import paging
from core import ratelimit
from core.client_ip import network_address
from core.numbers import whole_number
from pagecache.rules import show_fresh


class ReportForm(forms.Form):
    marks_required = True

    reason = forms.ChoiceField(
        choices=Report.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Say what is wrong with it.",
            "invalid_choice": "Choose one of the reasons.",
        },
    )
    note = forms.CharField(
        label="Anything a moderator should know",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": "Keep it under 300 characters."},
    )


class ChangeForm(forms.Form):
    marks_required = True

    comment = CommentForm.base_fields["comment"]


def published_comment(number: str | int) -> tuple[SiteComment, Article]:
    """A public comment under a public story. Raises Http404."""
    pk = whole_number(str(number))
    comment = SiteComment.objects.filter(pk=pk, is_public=True, is_removed=False).first()
    article = comment and story_of(comment)
    if comment is None or article is None:
        raise Http404("No such comment.")
    return comment, article


def story_of(comment: SiteComment) -> Article | None:
    return (
        Article.objects.published()
        .select_related("section")
        .filter(pk=int(comment.object_pk))
        .first()
    )


@require_safe
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """An address for one comment that stays true: it leads to whatever page the comment stands on
    now.
    """
    comment, article = published_comment(pk)
    return redirect(paging.address_of(comment, article))


# The page holds no token. A vote that another site sends for a reader is refused by what browsers
# say.
@csrf_exempt
@require_POST
def react(request: HttpRequest) -> HttpResponse:
    """One vote. Scripts are told the counts, everybody else goes back to the comment."""
    if not is_from_here(request):
        return render(request, "comments/closed.html", status=403)
    agrees = "agree" in request.POST
    comment, article = published_comment(request.POST.get("agree" if agrees else "disagree", ""))
    ip = network_address(request)
    try:
        anonymous_keys.check_rate(ip)
    except ratelimit.RateLimited:
        return render(request, "comments/slow_down.html", {"article": article}, status=429)
    stats = reactions.react(
        comment, anonymous_keys.key_for(comment, request.user, ip), agrees=agrees
    )
    if request.headers.get("Accept", "").startswith("application/json"):
        return show_fresh(JsonResponse({"agree": stats.agreed, "disagree": stats.disagreed}))
    return show_fresh(redirect(paging.address_of(comment, article)))


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what is wrong with a comment. The answer is the same for the first and for every further
    report.
    """
    comment, article = published_comment(pk)
    form = ReportForm(request.POST or None)
    context: dict[str, Any] = {"article": article, "comment": comment, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(
            request,
            "comments/report.html",
            context,
            status=400 if request.method == "POST" else 200,
        )
    ip = network_address(request)
    try:
        anonymous_keys.check_rate(ip)
    except ratelimit.RateLimited:
        return render(request, "comments/slow_down.html", context, status=429)
    reporter = anonymous_keys.key_for(comment, request.user, ip)
    reports.report(comment, reporter, form.cleaned_data["reason"], form.cleaned_data["note"])
    return show_fresh(render(request, "comments/reported.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
def change_own(request: HttpRequest, pk: int) -> HttpResponse:
    """An account holder or a known reader changes what they said, or takes it back."""
    reader = verified_commenters.of_request(request)
    return _change(request, editing.own(request.user, reader, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def change_by_link(request: HttpRequest, key: str) -> HttpResponse:
    """A stranger does, by the link that they confirmed it with."""
    return _change(request, editing.of_link(key[:64]))


def _change(request: HttpRequest, comment: SiteComment | None) -> HttpResponse:
    article = story_of(comment) if comment else None
    if comment is None or article is None:
        raise Http404("No such comment.")
    form = ChangeForm(
        request.POST if "comment" in request.POST else None, initial={"comment": comment.comment}
    )
    refusal = ""
    if request.method == "POST":
        try:
            if "take_back" in request.POST:
                editing.take_back(comment)
                return show_fresh(redirect(paging.first_page(article)))
            if form.is_valid():
                changed = editing.change(comment, form.cleaned_data["comment"])
                return back_to_comment(changed, article)
        except (editing.TooLate, CommentRefused) as error:
            refusal = str(error)
    context = {
        "article": article,
        "form": form,
        "refusal": refusal,
        "comment": comment,
        "until": editing.until(comment),
        "is_open": editing.is_open(comment),
    }
    return render(
        request, "comments/change.html", context, status=400 if request.method == "POST" else 200
    )


def is_from_here(request: HttpRequest) -> bool:
    """Return whether a form of ours was sent, by what browsers say; those that say nothing are
    believed.
    """
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def back_to_comment(comment: SiteComment, article: Article) -> HttpResponse:
    """Redirect a writer to the comment on its page, or to a page that says why it waits."""
    if decisions.is_held(comment):
        return redirect("comment-held", article.pk, comment.pk)
    return show_fresh(redirect(paging.address_of(comment, article)))
