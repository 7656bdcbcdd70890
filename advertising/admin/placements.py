"""Placements on the desk: a queue, the copy as readers would see it, and a decision with its
reason.
"""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from advertising.admin.fields import country_field
from advertising.billing import availability, credit_notes, rates, slot_calendar
from advertising.campaigns import messages as messages_with_desk
from advertising.campaigns import previews, review, running
from advertising.campaigns.copy_text import differences, picture_differences
from advertising.campaigns.pictures import check_fit
from advertising.delivery.slots import SIZES
from advertising.models import (
    Advertiser,
    Creative,
    CreativePicture,
    Membership,
    Placement,
    Rate,
    ReviewDecision,
)
from articles.admin import ReadOnlyAdmin
from core.clock import as_readers
from core.numbers import whole_number
from core.people import signed_in

# What cannot be undone, and the question.
ASKED_ABOUT = {"reject": "Reject “{}”?", "stop": "Cancel “{}”?"}


class InvoiceFilter(admin.SimpleListFilter):
    title = "invoice"
    parameter_name = "invoice"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("impossible", "Company details missing")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.without_invoice() if self.value() == "impossible" else queryset


class MembershipInline(admin.TabularInline[Membership, Advertiser]):
    model = Membership
    autocomplete_fields = ("user",)
    extra = 1


@admin.register(Advertiser)
class AdvertiserAdmin(admin.ModelAdmin[Advertiser]):
    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "country":
            return country_field(db_field)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    list_display = ("name", "website", "contact_email", "is_house")
    search_fields = ("name",)
    inlines = (MembershipInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Rate)
class RateAdmin(admin.ModelAdmin[Rate]):
    list_display = ("product", "currency", "price", "basis", "unit", "places", "position")


@admin.register(Placement)
class PlacementAdmin(admin.ModelAdmin[Placement]):
    change_form_template = "admin/placement_form.html"
    change_list_template = "admin/placements_list.html"
    list_display = (
        "title",
        "advertiser",
        "product",
        "state_in_words",
        "starts_on",
        "ends_on",
        "review_link",
    )
    list_filter = ("status", "awaits_answer", InvoiceFilter, "product", "advertiser")
    list_select_related = ("advertiser",)
    search_fields = ("title", "advertiser__name")
    autocomplete_fields = ("advertiser", "coins")
    readonly_fields = ("state_in_words", "desk_note", "article")
    fields = (
        "state_in_words",
        "advertiser",
        "product",
        "title",
        "slot",
        "section",
        "starts_on",
        "ends_on",
        "coins",
        "device",
        "goal",
        "daily_cap",
        "weight",
        "agreed_price",
        "discount",
        "desk_note",
        "article",
    )

    @admin.display(description="state", ordering="status")
    def state_in_words(self, placement: Placement) -> str:
        return placement.state[1] if placement.pk else "Draft"

    @admin.display(description="review")
    def review_link(self, placement: Placement) -> str:
        if placement.status != Placement.Status.SUBMITTED:
            return ""
        address = reverse("admin:advertising_placement_review", args=[placement.pk])
        return format_html('<a class="button" href="{}">Review</a>', address)

    def get_readonly_fields(self, request: HttpRequest, obj: Placement | None = None) -> Any:
        """The advertiser and what was sold stay as they were once there is something to see."""
        settled = ("advertiser", "product", "slot") if obj and obj.latest_creative else ()
        # A paid article stands where, and since when, it was published.
        published = ("section", "starts_on") if obj and obj.article_id else ()
        # What was priced is changed by a credit note.
        priced = ("agreed_price", "discount") if obj and obj.is_booked else ()
        return (*self.readonly_fields, *settled, *published, *priced)

    def save_model(self, request: HttpRequest, obj: Placement, form: Any, change: bool) -> None:
        """Only what was changed in the form: a decision that somebody takes meanwhile stands."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        many = {field.name for field in obj._meta.many_to_many}
        changed = [name for name in form.changed_data if name not in many]
        # With nothing changed but coins, the pages must be made anew all the same.
        obj.save(update_fields=changed or ["title"])

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep what carries money."""
        return False

    def get_urls(self) -> list[Any]:
        may_frame = csp_update({"frame-src": ["'self'"]})
        view = self.admin_site.admin_view(
            require_http_methods(["GET", "HEAD", "POST"])(may_frame(self.review_view))
        )
        calendar = self.admin_site.admin_view(require_safe(self.calendar_view))
        preview = self.admin_site.admin_view(require_safe(self.preview_view))
        return [
            path("calendar/", calendar, name="advertising_placement_calendar"),
            path("<key:pk>/review/", view, name="advertising_placement_review"),
            path("<key:pk>/preview/<key:version>/", preview, name="advertising_placement_preview"),
            *super().get_urls(),
        ]

    def calendar_view(self, request: HttpRequest) -> HttpResponse:
        """The coming weeks of every position."""
        if not request.user.has_perm("advertising.view_placement"):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Calendar of positions",
            "calendar": slot_calendar.coming(),
            "opts": self.model._meta,
        }
        return render(request, "admin/placement_calendar.html", context)

    def preview_view(self, request: HttpRequest, pk: int, version: int) -> HttpResponse:
        """The real page with one version, for the frame of the review."""
        if not request.user.has_perm("advertising.review_placement"):
            raise PermissionDenied
        placement = get_object_or_404(
            Placement.objects.select_related("advertiser", "section"), pk=pk
        )
        creative = get_object_or_404(placement.creatives, version=version)
        with as_readers():
            return previews.page(request, placement, creative)

    def review_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One page: what readers would see, beside what was approved before, and the three
        buttons.
        """
        if not request.user.has_perm("advertising.review_placement"):
            raise PermissionDenied
        placement = get_object_or_404(
            Placement.objects.select_related("advertiser", "approved_creative"), pk=pk
        )
        if request.POST.get("decision") == "message":
            return self.answer(request, placement)
        if request.POST.get("decision") in ASKED_ABOUT and request.POST.get("sure") != "yes":
            return self.ask(request, placement)
        if request.method == "POST" and self.decide(request, placement):
            return self.next_in_queue(request)
        newest = placement.newest_sent
        before = self.sent_before(newest)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Review: {placement.title}",
            "placement": placement,
            "newest": newest,
            "compared": [
                (heading, differences(older, newest), picture_differences(older, newest))
                for heading, older in (
                    ("since the approved version", placement.approved_creative),
                    ("since the version submitted before", before),
                )
                if older is not None and newest is not None and older.pk != newest.pk
            ],
            "decisions": placement.decisions.select_related("by"),
            "opts": self.model._meta,
            "note": request.POST.get("note", ""),
            "thread": placement.messages.select_related("by"),
            "outlook": availability.outlook(placement),
            "price": rates.price_of(placement),
        }
        return render(request, "admin/placement_review.html", context)

    def sent_before(self, newest: Creative | None) -> Creative | None:
        """The version that was submitted before, if another than the approved one."""
        if newest is None:
            return None
        sent = newest.placement.creatives.exclude(submitted_at=None)
        older = sent.filter(version__lt=newest.version).order_by("-version").first()
        is_approved = older is not None and older.pk == newest.placement.approved_creative_id
        return None if is_approved else older

    def ask(self, request: HttpRequest, placement: Placement) -> HttpResponse:
        """Ask about a decision that cannot be undone, with what it costs."""
        decision = request.POST["decision"]
        context = {
            **self.admin_site.each_context(request),
            "title": ASKED_ABOUT[decision].format(placement.title),
            "placement": placement,
            "decision": decision,
            "note": request.POST.get("note", ""),
            "version": request.POST.get("version", ""),
            "credit": credit_notes.would_credit(placement),
            "order": getattr(placement, "ordered", None) and placement.ordered.order,
            "is_update": placement.approved_creative_id is not None,
            "opts": self.model._meta,
        }
        return render(request, "admin/placement_ask.html", context)

    def next_in_queue(self, request: HttpRequest) -> HttpResponse:
        """The next that waits; the list once none does."""
        following = Placement.objects.awaiting_review().first()
        if following is None:
            return redirect("admin:advertising_placement_changelist")
        return redirect("admin:advertising_placement_review", following.pk)

    def answer(self, request: HttpRequest, placement: Placement) -> HttpResponse:
        """Write to the advertiser without deciding anything."""
        text = request.POST.get("text", "")
        try:
            messages_with_desk.write(placement, signed_in(request), text, from_desk=True)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, "Sent. The advertiser is told by mail.")
        return redirect("admin:advertising_placement_review", placement.pk)

    def decide(self, request: HttpRequest, placement: Placement) -> bool:
        """Carry out the decision that was sent; say what went wrong otherwise. True when it is
        done.
        """
        note = request.POST.get("note", "")
        seen = whole_number(request.POST.get("version", ""))
        version = -1 if seen is None else seen
        decisions: dict[str, Callable[[], Placement]] = {
            "approve": lambda: review.approve(
                placement,
                signed_in(request),
                version,
                has_looked=request.POST.get("has_looked") == "on",
            ),
            "changes": lambda: review.request_changes(placement, signed_in(request), note),
            "reject": lambda: review.reject(placement, signed_in(request), note),
            "pause": lambda: running.pause(placement, signed_in(request), note),
            "resume": lambda: running.resume(placement, signed_in(request)),
            "stop": lambda: running.stop(
                placement,
                signed_in(request),
                note,
                take_down=request.POST.get("take_down") == "on",
            ),
        }
        decision = decisions.get(request.POST.get("decision", ""))
        if decision is None:
            messages.error(request, "Choose a decision.")
            return False
        try:
            decided = decision()
        except ValidationError as error:
            for line in error.messages:
                messages.error(request, line)
            return False
        done = decided.decisions.all()[0].get_new_status_display()
        self.log_change(request, decided, f"Decision: {done}")
        messages.success(
            request, f"“{decided.title}”: {done.lower()}. The advertiser is told by mail."
        )
        return True


class PictureForm(forms.ModelForm[CreativePicture]):
    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if data and data.get("size") and data.get("file"):
            check_fit(data["file"], SIZES[data["size"]])
        return data


class PictureInline(admin.TabularInline[CreativePicture, Creative]):
    model = CreativePicture
    form = PictureForm
    extra = 3


@admin.register(Creative)
class CreativeAdmin(admin.ModelAdmin[Creative]):
    """A new version made at the desk, for a house placement say, waits in the queue like any
    other.
    """

    list_display = ("placement", "version", "headline", "created_at")
    list_select_related = ("placement",)
    autocomplete_fields = ("placement",)
    exclude = ("version",)
    inlines = (PictureInline,)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a version: a change is a new one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Creative, form: Any, change: bool) -> None:
        Placement.objects.select_for_update(of=("self",)).get(pk=obj.placement_id)
        obj.version = obj.placement.next_version()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        try:
            review.submit(form.instance.placement, signed_in(request))
        except ValidationError as error:
            messages.warning(
                request, f"The version is stored, but not in the queue: {error.messages[0]}"
            )


@admin.register(ReviewDecision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ("at", "placement", "old_status", "new_status", "by")
    list_select_related = ("placement", "by")
