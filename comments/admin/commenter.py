"""A comment’s own page, and the record of whoever wrote it: comments, reports, bans, notes."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from comments.admin.queue_rows import Row, rows_of, with_flags
from comments.models import Ban, CommenterNote, Flag, Report, SiteComment
from comments.moderation import bans
from comments.moderation.rules.drafts import written_by
from core.email_addresses import inbox
from core.people import signed_in
from core.text import clean

SHOWN = 50
MOST_NAMES = 10


@dataclass(frozen=True)
class Record:
    """The desk’s record of somebody who comments."""

    comment: SiteComment
    published: int
    pending: int
    removed: int
    reported: int
    since: Any
    names_of_network: list[str]
    bans: list[Ban]
    notes: list[CommenterNote]
    rows: list[Row]


class CommenterMixin:
    """Adds the page of a comment, and of its writer, to the desk’s list of comments."""

    admin_site: Any
    require_moderator: Any
    moderation_context: Any

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path(
                "<key:pk>/commenter/", view(self.commenter), name="comments_sitecomment_commenter"
            ),
            path("<key:pk>/note/", view(self.add_note), name="comments_sitecomment_note"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A comment with every decision that can be made about it. Nothing of it is typed here."""
        comment = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if comment is None:
            raise Http404("No such comment.")
        if not self.has_view_permission(request, comment):  # type: ignore[attr-defined]
            raise PermissionDenied
        flags = Flag.objects.filter(comment=comment).select_related("rule", "assigned_to")
        waiting = flags.filter(settled_at=None).first()
        context = {
            **self.moderation_context(request),
            "title": f"Comment by {comment.name}",
            "row": rows_of([(comment.pk, waiting, comment)])[0],
            "flags": flags.select_related("settled_by").order_by("pk"),
            "decisions": comment.decisions.select_related("by").order_by("pk"),
        }
        return TemplateResponse(request, "admin/comment_page.html", context)

    def commenter(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require_moderator(request)
        record = record_of(self._comment(pk))
        context = {
            **self.moderation_context(request),
            "title": f"Commenter: {record.comment.name}",
            "record": record,
            "shown_at_most": SHOWN,
        }
        return TemplateResponse(request, "admin/commenter.html", context)

    def add_note(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require_moderator(request)
        comment = self._comment(pk)
        text = clean(request.POST.get("text", "")).strip()[:1_000]
        if request.method == "POST" and text:
            CommenterNote.objects.create(text=text, by=signed_in(request), **_key_of_notes(comment))
            messages.success(request, "Note saved. Readers never see it.")
        return redirect("admin:comments_sitecomment_commenter", pk)

    def _comment(self, pk: int) -> SiteComment:
        comment = SiteComment.objects.select_related("user").filter(pk=pk).first()
        if comment is None:
            raise Http404("No such comment.")
        return comment


def record_of(comment: SiteComment) -> Record:
    written = _written_with(comment)
    counts = written.order_by().aggregate(
        since=Min("submit_date"),
        published=Count("pk", filter=Q(is_public=True, is_removed=False)),
        pending=Count("pk", filter=Q(is_public=False, is_removed=False)),
        removed=Count("pk", filter=Q(is_removed=True)),
    )
    newest = list(written.select_related("user").order_by("-pk")[:SHOWN])
    return Record(
        comment=comment,
        reported=Report.objects.filter(comment__in=written.order_by()).count(),
        names_of_network=_names_of_network(comment),
        bans=_bans_on(comment),
        notes=list(CommenterNote.objects.filter(**_key_of_notes(comment)).select_related("by")),
        rows=rows_of(with_flags(newest)),
        **counts,
    )


def _written_with(comment: SiteComment) -> QuerySet[SiteComment]:
    """All comments of its writer; of somebody who was erased, this one alone."""
    if comment.user_id is None and "@" not in comment.user_email:
        return SiteComment.objects.filter(pk=comment.pk)
    return written_by(comment.user_id, comment.user_email)


def _key_of_notes(comment: SiteComment) -> dict[str, Any]:
    if comment.user_id:
        return {"user": comment.user}
    if "@" in comment.user_email:
        return {"user": None, "inbox": inbox(comment.user_email)}
    return {"user": None, "inbox": f"comment-{comment.pk}"}


def _names_of_network(comment: SiteComment) -> list[str]:
    """Other names that wrote from the same network address lately."""
    if not comment.ip_address:
        return []
    others = SiteComment.objects.filter(ip_address=comment.ip_address).exclude(
        user_name=comment.user_name
    )
    names = others.order_by("-submit_date").values_list("user_name", flat=True)[:200]
    return list(dict.fromkeys(name for name in names if name))[:MOST_NAMES]


def _bans_on(comment: SiteComment) -> list[Ban]:
    values = Q(pk__in=[])
    for kind, value in bans.values_of(comment).items():
        spellings = [bans.normal(kind, value)]
        if kind == Ban.Kind.ADDRESS:
            spellings = bans.spellings(value)
        elif kind == Ban.Kind.NETWORK:
            spellings = bans.networks_of(value)
        values |= Q(kind=kind, value__in=spellings)
    return list(Ban.objects.filter(values).select_related("made_by"))
