"""The newsletters on the desk, and what the sender’s domain lacks."""

from email.utils import parseaddr
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core import time_zones
from newsletter.models import Newsletter
from newsletter.sending import sender_check


class SenderForm(forms.Form):
    spf = forms.CharField(
        label="TXT records of the domain",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 80}),
        help_text="Each on a line of its own. The one that begins with v=spf1 is looked at, but none that it includes.",
    )
    dkim = forms.CharField(
        label="TXT record of the DKIM key",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
        help_text="Under <selector>._domainkey. Your mail server or provider says which selector.",
    )
    dkim_domain = forms.CharField(
        label="Domain of the signature",
        required=False,
        max_length=253,
        help_text="The d= of your mail server’s signature. Empty: the domain of the sender’s address.",
    )
    dmarc = forms.CharField(
        label="TXT record under _dmarc",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 80}),
    )


@admin.register(Newsletter)
class NewsletterAdmin(admin.ModelAdmin[Newsletter]):
    change_list_template = "admin/newsletters_list.html"
    list_display = (
        "name",
        "when",
        "about",
        "readers",
        "is_automatic",
        "carries_placement",
        "is_offered",
    )
    list_select_related = ("section", "coin")
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("coin",)

    def save_model(self, request: HttpRequest, obj: Newsletter, form: Any, change: bool) -> None:
        if {"rhythm", "weekday", "send_at", "time_zone"} & set(form.changed_data) or not change:
            obj.planned_at = timezone.now()
        super().save_model(request, obj, form, change)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """In the desk’s zone, and not open for sign-up before somebody says so."""
        return {"time_zone": timezone.get_current_timezone_name(), "is_offered": False}

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "time_zone":
            return db_field.formfield(
                widget=forms.Select(choices=[(name, name) for name in time_zones.names()])
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Newsletter]:
        newsletters = super().get_queryset(request)
        match = request.resolver_match
        if match is None or not (match.url_name or "").endswith("changelist"):
            return newsletters
        return newsletters.annotate(
            readers=Count("subscriptions", filter=Q(subscriptions__status="confirmed"))
        )

    @admin.display(description="readers", ordering="readers")
    def readers(self, newsletter: Any) -> int:
        return newsletter.readers

    @admin.display(description="about")
    def about(self, newsletter: Newsletter) -> str:
        return str(newsletter.section or newsletter.coin or "everything")

    def get_readonly_fields(self, request: HttpRequest, obj: Newsletter | None = None) -> Any:
        """Links in mails and what mail programs sort by hold the address: from the first issue on
        it stays.
        """
        has_gone_out = obj is not None and obj.issues.filter(number__isnull=False).exists()
        return ("slug",) if has_gone_out else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Newsletter | None = None) -> Any:
        return {} if "slug" in self.get_readonly_fields(request, obj) else self.prepopulated_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A newsletter that is not offered any more keeps its archive."""
        return False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(
            require_http_methods(["GET", "HEAD", "POST"])(self.sender_view)
        )
        return [path("sender/", view, name="newsletter_newsletter_sender"), *super().get_urls()]

    def sender_view(self, request: HttpRequest) -> HttpResponse:
        """Check SPF, DKIM and DMARC from the records as they are pasted."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = SenderForm(request.POST or None)
        domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
        found = (
            sender_check.check(domain, **form.cleaned_data)
            if form.is_bound and form.is_valid()
            else []
        )
        context = {
            **self.admin_site.each_context(request),
            "title": f"Is {domain} ready to send?",
            "domain": domain,
            "form": form,
            "findings": found,
            "opts": self.model._meta,
        }
        return render(request, "admin/newsletter_sender.html", context)
