"""The moderation queue: comments to moderate in tabs, the decisions on them, and their undo."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode

from articles.models import Article
from comments.admin.queue_rows import TABS, Tab, page_of
from comments.models import (
    Ban,
    BulkModeration,
    Edit,
    Flag,
    ModerationDecision,
    RemovalReason,
    ReplyRefused,
    SiteComment,
)
from comments.moderation import bans, removal_mails, replies, statistics
from comments.moderation import decisions as moderation
from comments.posting.forms import CommentForm
from comments.posting.policy import CommentRefused
from core.numbers import whole_number
from core.people import signed_in

MOST_CHOSEN = 20
MOST_UNDONE = 50
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
# How long a ban lasts, as the buttons offer it: days.
DURATIONS = {"1": "1 day", "7": "7 days", "30": "30 days", "": "For good"}
TOO_LATE = "Somebody else has decided that already, or its writer has changed it."


class QueueMixin:
    """Adds the queue to the desk’s list of comments."""

    admin_site: Any

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("queue/", view(self.queue), name="comments_sitecomment_queue"),
            path("queue/decide/", view(self.decide), name="comments_sitecomment_decide"),
            path("queue/undo/", view(self.undo), name="comments_sitecomment_undo"),
            path("queue/assign/", view(self.assign), name="comments_sitecomment_assign"),
            path("queue/reply/", view(self.reply), name="comments_sitecomment_reply"),
            path("statistics/", view(self.statistics), name="comments_sitecomment_statistics"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def queue(self, request: HttpRequest) -> HttpResponse:
        self.require_moderator(request)
        tab = TABS.get(request.GET.get("tab", ""), TABS["open"])
        after = whole_number(request.GET.get("after", "")) or 0
        page = page_of(tab, after, whole_number(request.GET.get("at", "")) or 0)
        if after and not page.rows:
            page = page_of(tab)
        context = {
            **self.moderation_context(request),
            "title": "Comments to moderate",
            "tab": tab,
            "tabs": [(each, each.count()) for each in TABS.values()],
            "after": after,
            "page": page,
            "decided": moderation.decided_lately(signed_in(request), MOST_UNDONE),
            "bulks": BulkModeration.objects.defer("comments")[:3],
        }
        return TemplateResponse(request, "admin/queue.html", context)

    def moderation_context(self, request: HttpRequest) -> dict[str, Any]:
        """Context of every page with a comment’s buttons."""
        return {
            **self.admin_site.each_context(request),
            "actions": ACTIONS,
            "durations": DURATIONS,
            "reasons": RemovalReason.objects.all(),
            "may_moderate": request.user.has_perm("comments.change_sitecomment"),
            "may_ban": request.user.has_perm("comments.add_ban"),
            "shown": timezone.now().isoformat(),
        }

    def decide(self, request: HttpRequest) -> HttpResponse:
        """One comment by its button, or those that are ticked, once that was confirmed."""
        self.require_moderator(request)
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
            or len(chosen) > MOST_CHOSEN
        ):
            messages.error(request, "Choose comments of one page, and what to do with them.")
            return self._back(request)
        if (len(chosen) > 1 or action == "ban") and "confirmed" not in request.POST:
            return self._ask(request, action, chosen)
        if action == "ban" and "kind" in request.POST and not kinds_of(request):
            messages.error(request, "Choose what is banned. Nothing was changed.")
            return self._back(request, stays=True)
        decisions = self._decide(request, action, chosen)
        if decisions:
            said = f"{_comments(len(decisions))} {SAID[action]}."
            if any(each.told for each in decisions):
                said += " The writer is mailed the reason in a minute."
            messages.success(request, said, extra_tags=f"undo-{decisions[0].pk}")
        else:
            messages.info(request, TOO_LATE)
        return self._back(request)

    def _ask(self, request: HttpRequest, action: str, chosen: list[int]) -> HttpResponse:
        context = {
            **self.moderation_context(request),
            "title": f"{ACTIONS[action]}: {_comments(len(chosen))}?",
            "button": f"{ACTIONS[action]}: {_comments(len(chosen))}",
            "comments": SiteComment.objects.filter(pk__in=chosen).order_by("pk"),
            "action": action,
            "shown": request.POST.get("shown", ""),
            "place": [(name, request.POST.get(name, "")) for name in PLACE],
            "back": self._place(request),
        }
        return TemplateResponse(request, "admin/queue_confirm.html", context)

    def _decide(
        self, request: HttpRequest, action: str, chosen: list[int]
    ) -> list[ModerationDecision]:
        comments = SiteComment.objects.filter(
            pk__in=_as_they_were(chosen, request.POST.get("shown", ""))
        )
        if tab_of(request).is_open:
            # A comment that was decided meanwhile is not decided again by an old page.
            waiting = Flag.objects.filter(settled_at=None).values("comment")
            comments = comments.filter(pk__in=waiting)
        if action != "ban":
            return self._decide_and_tell(request, action, comments)
        if not request.user.has_perm("comments.add_ban"):
            raise PermissionDenied
        sentence = sentence_of(request)
        return [
            each
            for comment in comments.select_related("user")
            for each in moderation.ban_writer(comment, sentence)
        ]

    def _decide_and_tell(
        self, request: HttpRequest, action: str, comments: Any
    ) -> list[ModerationDecision]:
        number = whole_number(request.POST.get("reason", "")) or 0
        reason = RemovalReason.objects.filter(pk=number).first() if action == "remove" else None
        told = reason.name if reason else ""
        decisions = moderation.decide(comments, action, signed_in(request), told=told)
        if reason is not None and decisions:
            removal_mails.tell_later(decisions, reason)
        return decisions

    def undo(self, request: HttpRequest) -> HttpResponse:
        """Undoes one click of this moderator: the one that is named, or the last."""
        self.require_moderator(request)
        if request.method == "POST":
            user = signed_in(request)
            number = whole_number(request.POST.get("decision", ""))
            if number is None:
                last = moderation.decided_lately(user, 1)
                number = last[0].decision.pk if last else 0
            messages.success(request, _said_of_undo(moderation.undo_click(number, user)))
        return self._back(request)

    def assign(self, request: HttpRequest) -> HttpResponse:
        """This moderator works on it, or no longer does."""
        self.require_moderator(request)
        number = whole_number(request.POST.get("comment", ""))
        flags = Flag.objects.filter(comment=number, settled_at=None)
        if request.method == "POST" and number is not None:
            if "release" in request.POST:
                flags.update(assigned_to=None, assigned_at=None)
            else:
                flags.update(assigned_to=signed_in(request), assigned_at=timezone.now())
        return self._back(request, stays=True)

    def reply(self, request: HttpRequest) -> HttpResponse:
        """Publishes the comment if it waits, and a moderator’s reply to it, or nothing of both."""
        self.require_moderator(request)
        number = whole_number(request.POST.get("comment", "")) or 0
        comment = SiteComment.objects.filter(pk=number, is_removed=False).first()
        article = comment and Article.objects.published().filter(pk=int(comment.object_pk)).first()
        if request.method != "POST" or comment is None or article is None:
            messages.error(request, "There is nothing to reply to.")
            return self._back(request)
        try:
            text = CommentForm.base_fields["comment"].clean(request.POST.get("text", ""))
            replies.publish(comment, article, text, signed_in(request))
        except ValidationError as error:
            messages.error(request, f"Not sent. {error.messages[0]}")
            return self._back(request, stays=True)
        except (CommentRefused, ReplyRefused) as error:
            messages.error(request, f"Not sent. {error}")
            return self._back(request, stays=True)
        messages.success(request, "Your reply is published.")
        return self._back(request)

    def statistics(self, request: HttpRequest) -> HttpResponse:
        self.require_moderator(request)
        context = {
            **self.admin_site.each_context(request),
            "title": "Moderation statistics",
            "charts": statistics.charts(),
            "weeks": statistics.WEEKS,
        }
        return TemplateResponse(request, "admin/conversation_statistics.html", context)

    def require_moderator(self, request: HttpRequest) -> None:
        if not request.user.has_perm("comments.change_sitecomment"):
            raise PermissionDenied

    def _back(self, request: HttpRequest, *, stays: bool = False) -> HttpResponse:
        return redirect(self._place(request, stays=stays))

    def _place(self, request: HttpRequest, *, stays: bool = False) -> str:
        """The page that the moderator decided from, at the comment behind the one that was decided;
        with `stays`, at that one.
        """
        if number := whole_number(request.POST.get("page_of", "")):
            return reverse("admin:comments_sitecomment_change", args=[number])
        if number := whole_number(request.POST.get("commenter", "")):
            return reverse("admin:comments_sitecomment_commenter", args=[number])
        tab = tab_of(request)
        at = whole_number(request.POST.get("at", "")) or 0
        if stays and at:
            at += -1 if tab.is_open else 1
        place = {
            "tab": "" if tab.key == "open" else tab.key,
            "after": whole_number(request.POST.get("after", "")) or "",
            "at": at or "",
        }
        asked = urlencode({name: value for name, value in place.items() if value})
        address = reverse("admin:comments_sitecomment_queue")
        return f"{address}?{asked}#current" if asked else address


# The fields of a form that say where the moderator was.
PLACE = ("tab", "after", "at", "page_of", "commenter")


def tab_of(request: HttpRequest) -> Tab:
    """The tab that a form was sent from. What is sent from no tab is of open comments."""
    return TABS.get(request.POST.get("tab", ""), TABS["open"])


def sentence_of(request: HttpRequest) -> bans.Sentence:
    """The ban that a form asks for: from account and inbox, for good, where it says nothing else."""
    days = request.POST.get("days", "")
    until = timezone.now() + timedelta(days=int(days)) if days in DURATIONS and days else None
    return bans.Sentence(
        kinds=kinds_of(request) or bans.Sentence.kinds,
        until=until,
        reason=" ".join(request.POST.get("ban_reason", "").split())[:200],
        by=signed_in(request),
    )


def kinds_of(request: HttpRequest) -> tuple[str, ...]:
    """The ways in that were ticked. A form that offers them always sends the name."""
    return tuple(kind for kind in request.POST.getlist("kind") if kind in Ban.Kind.values)


def _said_of_undo(undone: moderation.Undone) -> str:
    if not undone:
        return "Nothing to undo."
    parts = []
    if undone.comments:
        parts.append(f"{_comments(undone.comments)} put back")
    if undone.bans:
        parts.append("ban lifted")
    return f"Undone: {'; '.join(parts)}."


def _as_they_were(chosen: list[int], shown: str) -> list[int]:
    """Those that neither their writers nor moderators changed after the page that the moderator
    decided from; all, if it names no moment.
    """
    if not shown:
        return chosen
    try:
        moment = parse_datetime(shown)
    except ValueError:
        return []
    if moment is None or timezone.is_naive(moment):
        return []
    edits = Edit.objects.filter(comment__in=chosen, made_at__gt=moment)
    decided = ModerationDecision.objects.filter(comment__in=chosen, at__gt=moment, undone_at=None)
    changed = {*edits.values_list("comment", flat=True), *decided.values_list("comment", flat=True)}
    return [number for number in chosen if number not in changed]


def _comments(number: int) -> str:
    return f"{number} comment{'' if number == 1 else 's'}"
