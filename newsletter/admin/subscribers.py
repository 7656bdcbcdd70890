"""Subscribers on the desk: found, added with proof of consent, unsubscribed, and as CSV."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from core.admin import ReadOnlyAdmin
from core.people import signed_in
from newsletter.models import (
    CONSENT_FIELDS,
    Click,
    Newsletter,
    Subscriber,
    SubscriberImport,
    SubscriberTag,
    Subscription,
)
from newsletter.subscribing import by_hand, csv_files

READ_WITHIN = timedelta(days=90)


class SubscriptionInline(admin.TabularInline[Subscription, Subscriber]):
    """The subscriptions of a subscriber, with consent and times."""

    model = Subscription
    fields = (
        "newsletter",
        "status",
        *CONSENT_FIELDS,
    )
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("newsletter.view_subscriber")


class ConfirmedFilter(admin.SimpleListFilter):
    title = "confirmed"
    parameter_name = "confirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Confirmed"), ("no", "Waiting for confirmation")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Subscriber]
    ) -> QuerySet[Subscriber]:
        if self.value() in ("yes", "no"):
            return queryset.filter(confirmed_at__isnull=self.value() == "no")
        return queryset


class ReadFilter(admin.SimpleListFilter):
    """By clicks of people in newsletters, of those who let them be counted."""

    title = "opened a link in 90 days"
    parameter_name = "read"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Subscriber]
    ) -> QuerySet[Subscriber]:
        if self.value() not in ("yes", "no"):
            return queryset
        clicks = Click.objects.filter(at__gte=timezone.now() - READ_WITHIN, reason="")
        read = clicks.values("delivery__subscription__subscriber")
        if self.value() == "yes":
            return queryset.filter(pk__in=read)
        return queryset.exclude(pk__in=read.filter(delivery__subscription__isnull=False))


class AddForm(forms.Form):
    email = forms.EmailField(label="E-mail address", max_length=254)
    newsletters = forms.ModelMultipleChoiceField(
        Newsletter.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    proof = forms.CharField(
        label="Where and when they agreed",
        min_length=by_hand.SHORTEST_PROOF,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text="Kept as proof of consent. Such as: Signed our list at the Basel meetup, 3 May 2026.",
    )
    tags = forms.CharField(max_length=200, required=False, help_text="Separated by commas.")


class ImportForm(forms.Form):
    file = forms.FileField(
        label="CSV file",
        help_text="A line for each address, and a first line that names the columns. Columns email, "
        "newsletter, status, consent, confirmed_at and tags are understood.",
    )
    newsletter = forms.ModelChoiceField(
        Newsletter.objects.all(), help_text="For lines that name none."
    )
    proof = forms.CharField(
        label="Where and when they agreed",
        min_length=by_hand.SHORTEST_PROOF,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 60}),
        help_text="For lines that say nothing themselves. Kept as proof of consent.",
    )


@admin.register(Subscriber)
class SubscriberAdmin(ReadOnlyAdmin):
    change_form_template = "admin/subscriber_form.html"
    change_list_template = "admin/subscribers_list.html"
    list_display = ("email", "newsletters", "asked_at", "confirmed_at", "suppressed_because")
    list_filter = (
        ConfirmedFilter,
        "suppressed_because",
        "subscriptions__newsletter",
        "subscriptions__newsletter__section",
        "subscriptions__newsletter__coin",
        "tags",
        ("confirmed_at", admin.DateFieldListFilter),
        ReadFilter,
    )
    search_fields = ("email",)
    exclude = ("key",)
    inlines = (SubscriptionInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscriber]:
        return super().get_queryset(request).prefetch_related("subscriptions__newsletter")

    @admin.display(description="newsletters")
    def newsletters(self, subscriber: Subscriber) -> str:
        had = [
            each.newsletter.name
            for each in subscriber.subscriptions.all()
            if each.status == "confirmed"
        ]
        return ", ".join(had) or "none"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        subscriber = context.get("original")
        if subscriber is not None:
            context["had"] = subscriber.subscriptions.filter(status="confirmed").select_related(
                "newsletter"
            )
            context["may_act"] = request.user.has_perm("newsletter.change_subscriber")
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {
            "may_add": request.user.has_perm("newsletter.add_subscriber"),
            "asked": request.GET.urlencode(),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    # --- What the desk does -----------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("subscribe/", view(self.add_by_hand), name="newsletter_subscriber_subscribe"),
            path("import/", view(self.import_view), name="newsletter_subscriber_import"),
            path("import/<key:pk>/", view(self.report_view), name="newsletter_subscriber_report"),
            path("export/", view(self.export_view), name="newsletter_subscriber_export"),
            path("<key:pk>/do/", view(self.do_view), name="newsletter_subscriber_do"),
            *super().get_urls(),
        ]

    def _require(self, request: HttpRequest, action: str) -> None:
        if not request.user.has_perm(f"newsletter.{action}_subscriber"):
            raise PermissionDenied

    def add_by_hand(self, request: HttpRequest) -> HttpResponse:
        self._require(request, "add")
        form = AddForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                added = by_hand.add(
                    data["email"],
                    data["newsletters"],
                    f"{data['proof']} (entered by {request.user})"[:300],
                    tags=data["tags"].split(","),
                )
            except ValidationError as error:
                form.add_error("email", error)
            else:
                self.log_addition(request, added, "Added with proof of consent.")
                messages.success(request, f"{added} is subscribed.")
                return redirect("admin:newsletter_subscriber_change", added.pk)
        return self._form(request, form, "Add a subscriber", "Subscribe")

    def import_view(self, request: HttpRequest) -> HttpResponse:
        self._require(request, "add")
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            try:
                begun = csv_files.take_in_later(
                    data["file"].read(csv_files.MOST_BYTES + 1),
                    data["newsletter"],
                    data["proof"],
                    signed_in(request),
                )
            except ValidationError as error:
                form.add_error("file", error)
            else:
                return redirect("admin:newsletter_subscriber_report", begun.pk)
        return self._form(request, form, "Import subscribers", "Import")

    def _form(
        self, request: HttpRequest, form: forms.Form, title: str, button: str
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "button": button,
            "form": form,
            "opts": self.model._meta,
        }
        status = 400 if form.errors else 200
        return TemplateResponse(request, "admin/subscribers_form.html", context, status=status)

    def report_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The result of each line of a file."""
        self._require(request, "add")
        found = get_object_or_404(
            SubscriberImport.objects.select_related("newsletter", "by"), pk=pk
        )
        context = {
            **self.admin_site.each_context(request),
            "title": f"Import: {found}",
            "import": found,
            "opts": self.model._meta,
        }
        return TemplateResponse(request, "admin/subscribers_report.html", context)

    def export_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """Those of the list as it is filtered, a line for each subscription."""
        self._require(request, "change")
        listed = self.get_changelist_instance(request).get_queryset(request)
        subscriptions = Subscription.objects.filter(subscriber__in=listed.order_by().values("pk"))
        response = StreamingHttpResponse(
            csv_files.lines(subscriptions), content_type="text/csv; charset=utf-8"
        )
        day = f"{timezone.localdate():%Y-%m-%d}"
        response["Content-Disposition"] = f'attachment; filename="subscribers-{day}.csv"'
        return response

    def do_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Carry out what a button says."""
        self._require(request, "change")
        subscriber = Subscriber.objects.filter(pk=pk).first()
        if subscriber is None:
            raise Http404("There is no such subscriber.")
        if request.method == "POST":
            try:
                done = self._carry_out(request, subscriber)
            except ValidationError as error:
                messages.error(request, error.messages[0])
            else:
                self.log_change(request, subscriber, done)
                messages.success(request, done)
        return redirect("admin:newsletter_subscriber_change", pk)

    def _carry_out(self, request: HttpRequest, subscriber: Subscriber) -> str:
        """Raises ValidationError."""
        what = request.POST.get("what", "")
        if what == "unsubscribe":
            chosen = [
                int(value) for value in request.POST.getlist("newsletter") if value.isdecimal()
            ]
            number = by_hand.unsubscribe(subscriber, chosen)
            return f"Unsubscribed from {number} newsletter{'' if number == 1 else 's'}."
        if what == "lift":
            by_hand.lift(subscriber)
            return "They are written to again."
        if what == "tags":
            subscriber.tags.clear()
            by_hand.tag(subscriber, request.POST.get("tags", "").split(","))
            return "Tags saved."
        raise ValidationError("Choose what to do.")


@admin.register(SubscriberTag)
class SubscriberTagAdmin(admin.ModelAdmin[SubscriberTag]):
    search_fields = ("name",)
