"""The issue form: composed, previewed, sent and followed here."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from django.views.decorators.http import require_POST, require_safe

from articles import body
from articles.admin.editor import BodyEditorMixin
from articles.admin.lean_forms import LeanInline, RowForm, RowsAtHand
from core.clock import as_readers, local_time
from core.framing import in_our_frame
from core.moments import MomentsMixin
from core.people import signed_in
from newsletter.composing import (
    contents,
    drafts,
    issue_mails,
    rendering,
    schedule,
    versions,
    warnings,
)
from newsletter.models import Issue, Item, Subscription
from newsletter.sending import issue_status
from newsletter.statistics import issue_statistics

MOST_TESTS = 5  # addresses
# A mail in a frame of the desk: its styles stand in it, and nothing in it runs.
STYLES = [UNSAFE_INLINE]
PICTURES = [SELF, "data:"]
SCHEMES = {"light": "not all", "dark": "all"}
FORMS = ("light", "dark", "text", "plain")
NARROW = ("headline", "text")
# What is asked first, and the question.
QUESTIONS = {
    "now": "Send to {readers} reader{s} now?",
    "fill": "Replace the list by the latest stories?",
}


class ItemForm(RowForm):
    """A story is chosen; a correction comes with the filling, and stays one: its words and its
    place are edited.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.correction_id:
            self.fields["kind"].choices = Item.Kind.choices  # type: ignore[attr-defined]
            for name in ("kind", "article"):
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        article = (data or {}).get("article")
        if article is not None and article.is_paid:
            raise ValidationError(
                {"article": "This was paid for. In a newsletter only the booked place is for sale."}
            )
        return data


class ItemsFormSet(RowsAtHand):
    def clean(self) -> None:
        """A story stands once among the stories, and once among the most discussed."""
        super().clean()
        seen = set()
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            if not data.get("article") or data.get("DELETE") or form.instance.correction_id:
                continue
            place = (data.get("kind"), data["article"].pk)
            if place in seen:
                form.add_error("article", "This story stands in the issue already.")
            seen.add(place)


class ItemInline(LeanInline):
    model = Item
    form = ItemForm
    formset = ItemsFormSet
    chosen = "article"
    fields = ("position", "kind", "article", "headline", "text")
    autocomplete_fields = ("article",)
    extra = 1

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """A story is chosen here, and written elsewhere: no buttons to add or change one. Fields
        fit a row.
        """
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "article" and field is not None:
            for button in (
                "can_add_related",
                "can_change_related",
                "can_delete_related",
                "can_view_related",
            ):
                setattr(field.widget, button, False)
        if db_field.name in NARROW and field is not None:
            field.widget = forms.Textarea(
                attrs={"rows": 2, "cols": 22, "maxlength": db_field.max_length}
            )
        return field

    def formfield_for_choice_field(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Corrections come with the filling: each belongs to one that is listed."""
        if db_field.name == "kind":
            kwargs["choices"] = [
                choice for choice in Item.Kind.choices if choice[0] != Item.Kind.CORRECTION
            ]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


class IssueForm(forms.ModelForm[Issue]):
    # What the issue said when this form was opened.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = versions.version_of(self.instance)

    def clean_seen(self) -> str:
        """Somebody else’s words are replaced only by whoever was told of them."""
        seen, now = self.cleaned_data["seen"], self.initial.get("seen", "")
        if seen and seen != now:
            # Saving once more is a decision.
            data: Any = self.data
            self.data = data.copy()
            self.data[self.add_prefix("seen")] = now  # type: ignore[index]
            raise ValidationError(
                "Somebody saved this issue after you opened it. Nothing of yours is lost: look at "
                "theirs in another tab, then save again to replace it with yours."
            )
        return seen

    def clean(self) -> dict[str, Any] | None:
        """Of an issue that began to go out while its form was open nothing is saved: readers have
        it as it was.
        """
        data = super().clean()
        if (
            self.instance.pk
            and not Issue.objects.select_for_update().get(pk=self.instance.pk).may_be_edited
        ):
            raise ValidationError(
                "It began to go out while you were writing. It stays as it was sent."
            )
        return data


@admin.register(Issue)
class IssueAdmin(BodyEditorMixin, MomentsMixin, admin.ModelAdmin[Issue]):
    form = IssueForm
    change_form_template = "admin/issue_form.html"
    list_display = ("__str__", "subject", "day", "status", "recipients", "sent_count", "note")
    list_filter = ("status", "newsletter")
    list_select_related = ("newsletter",)
    search_fields = ("subject",)
    inlines = (ItemInline,)
    view_on_site = False  # A draft has no page.

    # --- The form -----------------------------------------------------------------------------

    def get_fields(self, request: HttpRequest, obj: Issue | None = None) -> Any:
        fields = ("day", "subject", "preheader", "intro", "closing", "seen")
        return ("newsletter", "day") if obj is None else fields

    def get_inlines(self, request: HttpRequest, obj: Issue | None) -> Any:
        """Of what has gone out the archive shows what stands in it."""
        return self.inlines if obj and obj.may_be_edited else ()

    def has_change_permission(self, request: HttpRequest, obj: Issue | None = None) -> bool:
        """Keep an issue as it was sent."""
        return super().has_change_permission(request, obj) and (obj is None or obj.may_be_edited)

    def has_delete_permission(self, request: HttpRequest, obj: Issue | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (
            obj is None or obj.status == Issue.Status.DRAFT
        )

    def save_model(self, request: HttpRequest, obj: Issue, form: Any, change: bool) -> None:
        if change:
            # Only what the form holds: its status may have moved meanwhile.
            obj.save(
                update_fields=[name for name in form.changed_data if name != "seen"] or ["subject"]
            )
            return
        obj.created_by = signed_in(request)
        super().save_model(request, obj, form, change)
        drafts.fill(obj)

    def response_add(
        self, request: HttpRequest, obj: Issue, post_url_continue: str | None = None
    ) -> HttpResponse:
        """A new issue is filled, and wants to be looked at."""
        messages.success(
            request, "Filled with the stories published since the last issue. Change what you like."
        )
        return redirect("admin:newsletter_issue_change", obj.pk)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        issue: Issue | None = context.get("original")
        if issue is not None:
            context |= self._about(request, issue)
        return super().render_change_form(request, context, *args, **kwargs)

    def _about(self, request: HttpRequest, issue: Issue) -> dict[str, Any]:
        """Return the state of the issue, for the top of its form."""
        shown = contents.contents_of(issue)
        rendered = rendering.render(shown) if issue.may_be_edited else None
        return {
            "shown": shown,
            "rendered": rendered,
            "warnings": warnings.warnings_of(shown, rendered) if rendered else [],
            "readers": _readers(issue),
            "may_send": request.user.has_perm("newsletter.send_issue"),
            "next_turn": schedule.next_turn(issue.newsletter, timezone.now()),
            "figures": issue_statistics.statistics_of(issue) if issue.started_at else None,
            "usual": issue_statistics.usual_before(issue) if issue.started_at else None,
            "growth": issue_statistics.growth_of(issue.newsletter) if issue.started_at else None,
            "warn_at": rendering.WARN_AT,
            "clips_at": rendering.GMAIL_CLIPS_AT,
        }

    # --- The buttons of the form: each saves first ------------------------------------------------

    def response_change(self, request: HttpRequest, obj: Issue) -> HttpResponse:
        what = request.POST.get("_do", "")
        if not what:
            return super().response_change(request, obj)
        issue = self._issue(request, obj.pk)
        if what == "preview":
            return redirect("admin:newsletter_issue_preview", obj.pk)
        if what in QUESTIONS:
            self._require(request, what)
            return redirect("admin:newsletter_issue_ask", obj.pk, what)
        return self._carry_out(request, issue, what)

    def ask_view(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        """What cannot be undone is asked about, with what will happen."""
        issue = self._issue(request, pk)
        if what not in QUESTIONS:
            raise Http404("There is no such question.")
        self._require(request, what)
        if not issue.may_be_edited:
            messages.error(request, "It has gone out, and stays as it was sent.")
            return redirect("admin:newsletter_issue_change", pk)
        shown = contents.contents_of(issue)
        rendered = _preview(issue)
        readers = _readers(issue)
        day = issue_status.day_if_sent(issue, timezone.now())
        context = {
            **self.admin_site.each_context(request),
            "title": QUESTIONS[what].format(readers=f"{readers:,}", s="" if readers == 1 else "s"),
            "what": what,
            "issue": issue,
            "shown": shown,
            "readers": readers,
            "rendered": rendered,
            "first_words": _first_words(shown),
            "warnings": warnings.warnings_of(shown, rendered),
            "other_day": day if day != issue.day else None,
            "seen": versions.version_of(issue),
            "opts": self.model._meta,
        }
        return render(request, "admin/issue_ask.html", context)

    def _require(self, request: HttpRequest, what: str) -> None:
        edits = what in ("fill", "test", "duplicate")
        needed = "newsletter.change_issue" if edits else "newsletter.send_issue"
        if not request.user.has_perm(needed):
            raise PermissionDenied

    # --- Our own pages --------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<key:pk>/do/", view(require_POST(self.do_view)), name="newsletter_issue_do"),
            path(
                "<key:pk>/ask/<slug:what>/",
                view(require_safe(self.ask_view)),
                name="newsletter_issue_ask",
            ),
            path(
                "<key:pk>/preview/",
                view(require_safe(csp_update({"frame-src": ["'self'"]})(self.preview_view))),
                name="newsletter_issue_preview",
            ),
            path(
                "<key:pk>/mail/<slug:form>/",
                view(require_safe(self.mail_view)),
                name="newsletter_issue_mail",
            ),
            *super().get_urls(),
        ]

    def _issue(self, request: HttpRequest, pk: int) -> Issue:
        if not request.user.has_perm("newsletter.view_issue"):
            raise PermissionDenied
        related = ("newsletter__section", "newsletter__coin", "creative", "subject_of")
        return get_object_or_404(Issue.objects.select_related(*related), pk=pk)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The mail in a frame, light and dark, at two widths, and as text; with its weight."""
        issue = self._issue(request, pk)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Preview: {issue}",
            "issue": issue,
            "rendered": _preview(issue),
            "opts": self.model._meta,
            "warn_at": rendering.WARN_AT,
            "clips_at": rendering.GMAIL_CLIPS_AT,
        }
        return render(request, "admin/issue_preview.html", context)

    def mail_view(self, request: HttpRequest, pk: int, form: str) -> HttpResponse:
        """The mail alone, as a mail program shows it. “plain” leaves the pictures out."""
        if form not in FORMS:
            raise Http404("There is no such form of it.")
        html, text = _preview(self._issue(request, pk)).sample("you@example.com")
        if form == "text":
            response = HttpResponse(text, content_type="text/plain; charset=utf-8")
        else:
            response = HttpResponse(_seen(html, form))
        pictures = [NONE] if form == "plain" else PICTURES
        return in_our_frame(response, default_src=[NONE], img_src=pictures, style_src=STYLES)

    def do_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Carry out what a button says, or say why not."""
        return self._carry_out(request, self._issue(request, pk), request.POST.get("what", ""))

    def _carry_out(self, request: HttpRequest, issue: Issue, what: str) -> HttpResponse:
        self._require(request, what)
        steps: dict[str, Callable[[], str]] = {
            "fill": lambda: self._fill(request, issue),
            "test": lambda: self._test(issue, request.POST.get("addresses", "")),
            "now": lambda: self._send_now(request, issue),
            "schedule": lambda: self._schedule(issue, _moment(request.POST.get("at", ""))),
            "draft": lambda: self._step(
                issue_status.back_to_draft, issue, "It is a draft again. Nothing is sent."
            ),
            "pause": lambda: self._step(
                issue_status.pause, issue, "Paused. No mail leaves until you go on."
            ),
            "resume": lambda: self._step(issue_status.resume, issue, "It goes on."),
            "cancel": lambda: self._step(
                issue_status.cancel, issue, "Cancelled. Nobody else gets it."
            ),
            "duplicate": lambda: self._duplicate(request, issue),
            "again": lambda: f"Sent again to {issue_status.send_unconfirmed_again(issue)} readers.",
        }
        step = steps.get(what)
        if step is None:
            messages.error(request, "Choose what to do.")
        else:
            try:
                done = step()
            except ValidationError as error:
                for sentence in error.messages:
                    messages.error(request, sentence)
            else:
                self.log_change(request, issue, done)
                messages.success(request, done)
        return redirect("admin:newsletter_issue_change", issue.pk)

    def _step(self, step: Callable[[Issue], Any], issue: Issue, done: str) -> str:
        step(issue)
        return done

    def _fill(self, request: HttpRequest, issue: Issue) -> str:
        _require_seen(request, issue)
        drafts.fill(issue)
        return "Rebuilt from the latest stories."

    def _send_now(self, request: HttpRequest, issue: Issue) -> str:
        _require_seen(request, issue)
        return self._schedule(issue, timezone.now())

    def _duplicate(self, request: HttpRequest, issue: Issue) -> str:
        copy = drafts.duplicate(issue, signed_in(request))
        address = reverse("admin:newsletter_issue_change", args=[copy.pk])
        return format_html('Duplicated: <a href="{}">the new draft</a>.', address)

    def _test(self, issue: Issue, typed: str) -> str:
        addresses = [address for address in typed.replace(",", " ").split() if address]
        if not addresses or len(addresses) > MOST_TESTS:
            raise ValidationError(f"Write one to {MOST_TESTS} addresses.")
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError as error:
                raise ValidationError(f"“{address[:80]}” is no e-mail address.") from error
        issue_mails.test_later(issue, addresses)
        return f"A test is on its way to {', '.join(addresses)}."

    def _schedule(self, issue: Issue, at: datetime) -> str:
        day = issue.day
        issue_status.schedule(issue, at)
        issue.refresh_from_db(fields=["day"])
        moved = f" Its day is {_day(issue.day)} now, not {_day(day)}." if issue.day != day else ""
        if at <= timezone.now():
            return f"It goes out now. This page shows how far it has come.{moved}"
        return f"It goes out on {local_time(at)}.{moved}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _readers(issue: Issue) -> int:
    return Subscription.objects.to_be_sent().filter(newsletter=issue.newsletter_id).count()


def _first_words(shown: contents.Contents) -> str:
    """The beginning of the text, as a reader sees it."""
    text = body.plain_text(shown.issue.intro) or (shown.lead.text if shown.lead else "")
    return Truncator(" ".join(text.split())).words(16, truncate="…")


def _require_seen(request: HttpRequest, issue: Issue) -> None:
    """What was asked about is what is done. Raises ValidationError."""
    if request.POST.get("seen", "") != versions.version_of(issue):
        raise ValidationError("Somebody changed it since you were asked. Look at it once more.")


def _moment(typed: str) -> datetime:
    try:
        at = datetime.fromisoformat(typed)
        at = (timezone.make_aware(at) if timezone.is_naive(at) else at).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValidationError("Give a day and a time.") from error
    if at < timezone.now():
        raise ValidationError("This time is over. Give a later one, or send it now.")
    return at


def _preview(issue: Issue) -> rendering.Rendered:
    with as_readers():
        return rendering.preview(issue)


def _seen(html: str, form: str) -> str:
    """With the reader’s scheme settled, whatever that of this browser is."""
    wanted = SCHEMES["dark" if form == "dark" else "light"]
    return html.replace("@media (prefers-color-scheme:dark)", f"@media {wanted}")
