"""The moderation queue: pending comments, with what a decision needs beside each, and the
decisions.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html

from articles.models import Article
from comments.models import AnswerBeside, Ban, Edit, Flag, ModerationDecision, Report, SiteComment
from comments.moderation import bans as banning
from comments.moderation import decisions as moderation
from comments.moderation import statistics
from core.numbers import whole_number
from core.people import signed_in

ON_A_PAGE = 20
ACTIONS = {
    "approve": "Approve",
    "remove": "Remove",
    "spam": "Spam",
    "ban": "Spam, and ban the writer",
}
SAID = {
    "approve": "approved",
    "remove": "removed",
    "spam": "removed as spam",
    "ban": "removed as spam, writer banned",
}


@dataclass
class Waiting:
    """A comment in the queue, with its story, what it answers, and how its writer has fared."""

    flag: Flag
    comment: SiteComment
    article: Article | None
    answers: SiteComment | None
    published: int
    removed: int
    reports: list[Report]
    earlier_words: list[Edit]


@dataclass
class QueuePage:
    waiting: list[Waiting] = field(default_factory=list)
    following: int | None = None
    number: int = 0


class QueueMixin:
    """Adds the queue to the desk’s list of comments."""

    admin_site: Any

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("queue/", view(self.queue), name="comments_sitecomment_queue"),
            path("queue/decide/", view(self.decide), name="comments_sitecomment_decide"),
            path("statistics/", view(self.statistics), name="comments_sitecomment_statistics"),
            path("queue/undo/", view(self.undo), name="comments_sitecomment_undo"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def queue(self, request: HttpRequest) -> HttpResponse:
        self._require_moderator(request)
        page = page_of_queue(whole_number(request.GET.get("after", "")) or 0)
        context = {
            **self.admin_site.each_context(request),
            "title": "Moderation queue",
            "page": page,
            "actions": ACTIONS,
        }
        context["shown"] = timezone.now().isoformat()
        return TemplateResponse(request, "admin/queue.html", context)

    def decide(self, request: HttpRequest) -> HttpResponse:
        """One comment by its button, or those that are ticked, once that was confirmed."""
        self._require_moderator(request)
        action = request.POST.get("action", "")
        chosen = [
            number
            for number in map(whole_number, request.POST.getlist("comment"))
            if number is not None
        ]
        if (
            request.method != "POST"
            or action not in ACTIONS
            or not chosen
            or len(chosen) > ON_A_PAGE
        ):
            messages.error(request, "Choose comments of one page, and what to do with them.")
            return redirect("admin:comments_sitecomment_queue")
        if (len(chosen) > 1 or action == "ban") and "confirmed" not in request.POST:
            return self._ask(request, action, chosen)
        before = _bans_on(chosen) if action == "ban" else {}
        decisions = self._decide(request, action, chosen)
        after = _bans_on(chosen) if action == "ban" else {}
        request.session["decided"] = [each.pk for each in decisions]
        # How they stood before, for an undo; None for those that this made.
        request.session["banned"] = [(pk, before.get(pk)) for pk in after if decisions]
        if decisions:
            messages.success(
                request, f"{_comments(len(decisions))} {SAID[action]}.", extra_tags="undo"
            )
        else:
            messages.info(
                request, "Somebody else has decided that already, or its writer has changed it."
            )
        return redirect("admin:comments_sitecomment_queue")

    def _ask(self, request: HttpRequest, action: str, chosen: list[int]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{ACTIONS[action]}: {_comments(len(chosen))}?",
            "button": f"{ACTIONS[action]}: {_comments(len(chosen))}",
            "comments": SiteComment.objects.filter(pk__in=chosen).order_by("pk"),
            "action": action,
            "shown": request.POST.get("shown", ""),
        }
        return TemplateResponse(request, "admin/queue_confirm.html", context)

    def _decide(
        self, request: HttpRequest, action: str, chosen: list[int]
    ) -> list[ModerationDecision]:
        if request.POST.get("shown"):
            chosen = _as_they_were(chosen, request.POST["shown"])
        # Only pending ones: a comment that was decided meanwhile is not decided again by an old page.
        waiting = SiteComment.objects.filter(
            pk__in=chosen, moderation_flags__settled_at=None, moderation_flags__isnull=False
        )
        if action != "ban":
            return moderation.decide(waiting, action, signed_in(request))
        if not request.user.has_perm("comments.add_ban"):
            raise PermissionDenied
        writers = waiting.select_related("user")
        return [
            each
            for comment in writers
            for each in moderation.ban_writer(comment, signed_in(request))
        ]

    def undo(self, request: HttpRequest) -> HttpResponse:
        """Takes back what this person decided last."""
        self._require_moderator(request)
        if request.method == "POST":
            undone = moderation.undo(request.session.pop("decided", []), signed_in(request))
            lifted = undone and _put_bans_back(request.session.pop("banned", []), request.user)
            said = f"{_comments(undone)} put back to where they stood.{' So are bans.' if lifted else ''}"
            messages.success(request, said if undone or lifted else "Nothing to undo.")
        return redirect("admin:comments_sitecomment_queue")

    def statistics(self, request: HttpRequest) -> HttpResponse:
        self._require_moderator(request)
        context = {
            **self.admin_site.each_context(request),
            "title": "Moderation statistics",
            "charts": statistics.charts(),
            "weeks": statistics.WEEKS,
        }
        return TemplateResponse(request, "admin/conversation_statistics.html", context)

    def _require_moderator(self, request: HttpRequest) -> None:
        if not request.user.has_perm("comments.change_sitecomment"):
            raise PermissionDenied


def page_of_queue(after: int = 0) -> QueuePage:
    """The oldest pending, behind the flag `after`. Nine queries, however many are pending."""
    rows = moderation.waiting().filter(pk__gt=after).select_related("comment__user", "rule")
    flags = list(rows[: ON_A_PAGE + 1])
    following = flags[ON_A_PAGE - 1].pk if len(flags) > ON_A_PAGE else None
    flags = flags[:ON_A_PAGE]
    comments = [flag.comment for flag in flags]
    articles = Article.objects.select_related("section").in_bulk(
        {int(each.object_pk) for each in comments}
    )
    beside = dict(
        AnswerBeside.objects.filter(comment__in=comments).values_list("comment", "answered")
    )
    answered = {
        each.pk: beside.get(each.pk, each.parent_id)
        for each in comments
        if each.parent_id != each.pk
    }
    parents = SiteComment.objects.in_bulk(set(answered.values()))
    published, removed = histories(comments)
    reports = _by_comment(Report.objects.filter(comment__in=comments).order_by("pk"))
    edits = _by_comment(Edit.objects.filter(comment__in=comments).order_by("pk"))
    waiting = [
        Waiting(
            flag=flag,
            comment=comment,
            article=articles.get(int(comment.object_pk)),
            answers=parents.get(answered.get(comment.pk)),
            published=published[_writer(comment)],
            removed=removed[_writer(comment)],
            reports=reports.get(comment.pk, []),
            earlier_words=edits.get(comment.pk, []),
        )
        for flag, comment in zip(flags, comments, strict=True)
    ]
    return QueuePage(waiting, following, moderation.count_waiting())


def _by_comment(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.comment_id, []).append(row)
    return found


def histories(comments: Iterable[SiteComment]) -> tuple[Counter[Any], Counter[Any]]:
    """Return for each writer how many comments are published and how many were removed: two queries
    for all.
    """
    published, removed = Counter[Any](), Counter[Any]()
    users = {each.user_id for each in comments if each.user_id}
    addresses = {
        each.user_email.lower() for each in comments if not each.user_id and each.user_email
    }
    counts = {
        "published": Count("pk", filter=Q(is_public=True, is_removed=False)),
        "removed": Count("pk", filter=Q(is_removed=True, stats__deleted_at=None)),
    }
    by_user = (
        SiteComment.objects.filter(user__in=users).order_by().values("user").annotate(**counts)
    )
    with_address = SiteComment.objects.annotate(address=Lower("user_email")).filter(
        address__in=addresses, user=None
    )
    for row in [*by_user, *with_address.order_by().values("address").annotate(**counts)]:
        writer = row.get("user") or row.get("address")
        published[writer], removed[writer] = row["published"], row["removed"]
    return published, removed


def _writer(comment: SiteComment) -> Any:
    return comment.user_id or comment.user_email.lower()


def _bans_on(chosen: list[int]) -> dict[int, tuple[str | None, str, int | None]]:
    """The bans on the writers of these comments, each as a session can keep it."""
    found = {}
    for comment in SiteComment.objects.filter(pk__in=chosen).select_related("user"):
        for ban in banning.on_writer(comment.user, comment.user_email):
            found[ban.pk] = (ban.until.isoformat() if ban.until else None, ban.note, ban.made_by_id)
    return found


def _put_bans_back(bans: list[Any], user: Any) -> bool:
    """Lift what a decision banned, and give a ban that stood before its time again; others’ changes
    since stay.
    """
    if not user.has_perm("comments.add_ban"):
        return False
    for pk, before in bans:
        ban = Ban.objects.filter(pk=pk, made_by=user.pk)
        if before is None:
            ban.delete()
        else:
            until, note, made_by = before
            ban.update(until=parse_datetime(until) if until else None, note=note, made_by=made_by)
    return bool(bans)


def _as_they_were(chosen: list[int], shown: str) -> list[int]:
    """Those that were not changed after the page that the moderator decided from; none if it names
    no moment.
    """
    try:
        moment = parse_datetime(shown)
    except ValueError:
        return []
    if moment is None or timezone.is_naive(moment):
        return []
    changed = set(
        Edit.objects.filter(comment__in=chosen, made_at__gt=moment).values_list(
            "comment", flat=True
        )
    )
    return [number for number in chosen if number not in changed]


def _comments(number: int) -> str:
    return format_html("{} comment{}", number, "" if number == 1 else "s")
