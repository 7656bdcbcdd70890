"""Rules on the desk, with a look at what a rule would have caught before it is saved."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from comments.models import RemovalReason, Rule
from comments.moderation.rules.dry_run import LOOKED_AT, dry_run
from comments.moderation.word_lists import WordList, shipped


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin[Rule]):
    change_form_template = "admin/rule_form.html"
    change_list_template = "admin/rules_list.html"
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

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.word_lists)
        return [path("word-lists/", view, name="comments_rule_word_lists"), *super().get_urls()]

    def word_lists(self, request: HttpRequest) -> HttpResponse:
        """The lists that come with the publication; each becomes a rule that can be changed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        lists = shipped()
        by_key = {each.key: each for each in lists}
        if request.method == "POST" and (chosen := by_key.get(request.POST.get("list", ""))):
            return self._add(request, chosen)
        there = set(Rule.objects.values_list("name", flat=True))
        context = {
            **self.admin_site.each_context(request),
            "title": "Word lists",
            "lists": [(each, len(each.words.splitlines()), each.name in there) for each in lists],
        }
        return TemplateResponse(request, "admin/word_lists.html", context)

    def _add(self, request: HttpRequest, chosen: WordList) -> HttpResponse:
        last = Rule.objects.aggregate(last=Max("position"))["last"] or 0
        fields = chosen.as_rule(last + 10)
        rule, is_new = Rule.objects.get_or_create(name=fields["name"], defaults=fields)
        said = "is on" if is_new else "was there already"
        messages.success(request, f"The rule “{rule}” {said}.")
        return redirect(reverse("admin:comments_rule_changelist"))

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


@admin.register(RemovalReason)
class RemovalReasonAdmin(admin.ModelAdmin[RemovalReason]):
    list_display = ("name", "text", "position")
    list_editable = ("position",)
    fields = ("name", "text", "position")
