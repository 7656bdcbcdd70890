"""Rules on the desk, with a look at what a rule would have caught before it is saved."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import helpers
from django.http import HttpRequest, HttpResponse

from comments.models import Rule
from comments.moderation.rules.dry_run import LOOKED_AT, dry_run


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin[Rule]):
    change_form_template = "admin/rule_form.html"
    list_display = ("name", "kind", "action", "number", "period", "is_on", "position")
    list_editable = ("is_on", "position")
    list_filter = ("action", "is_on")
    fields = (
        "name",
        ("kind", "action"),
        "reason",
        ("number", "period"),
        "words",
        ("is_on", "position"),
    )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """“Try it” shows the form again with what it would have caught, and saves nothing."""
        if (
            request.method == "POST"
            and "_try" in request.POST
            and self._may_try(request, object_id)
        ):
            return self._tried(request, object_id, form_url)
        return super().changeform_view(
            request, object_id, form_url, {"looks_at": LOOKED_AT} | (extra_context or {})
        )

    def _may_try(self, request: HttpRequest, object_id: str | None) -> bool:
        return (
            self.has_change_permission(request) if object_id else self.has_add_permission(request)
        )

    def _tried(self, request: HttpRequest, object_id: str | None, form_url: str) -> HttpResponse:
        rule = self.get_object(request, object_id) if object_id else None
        form = self.get_form(request, rule, change=rule is not None)(request.POST, instance=rule)
        tried = dry_run(form.instance) if form.is_valid() else None
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": f"Change {rule}" if rule else "Add rule",
            "adminform": self._as_admin_form(request, rule, form),
            "errors": form.errors,
            "original": rule,
            "object_id": object_id,
            "is_popup": False,
            "save_as": False,
            "inline_admin_formsets": [],
            "media": self.media + form.media,
            "preserved_filters": self.get_preserved_filters(request),
            "looks_at": LOOKED_AT,
            "tried": tried,
        }
        return self.render_change_form(
            request, context, add=rule is None, change=rule is not None, form_url=form_url
        )

    def _as_admin_form(self, request: HttpRequest, rule: Rule | None, form: Any) -> Any:
        fieldsets = self.get_fieldsets(request, rule)
        return helpers.AdminForm(form, list(fieldsets), {}, (), model_admin=self)  # type: ignore[arg-type]
