"""Moving in, on the desk: a file, what it holds, how far it has come, what was not understood, and the way
back.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from core.admin import ReadOnlyAdmin
from core.moments import MomentsMixin
from core.people import signed_in
from core.spreadsheets import as_csv
from transfer import on_the_desk
from transfer.models import Import
from transfer.undoing import undo

MOST_NOTES = 200
WHOLE_SITES = [(each.value, each.label) for each in (Import.Source.WORDPRESS, Import.Source.GHOST)]


class ImportForm(forms.Form):
    source = forms.ChoiceField(label="From", choices=WHOLE_SITES, initial=Import.Source.WORDPRESS)
    file = forms.FileField(
        label="Export file",
        help_text="XML of WordPress or JSON of Ghost, also packed as gzip or zip; 40 MB at most. "
        "For a larger one, use manage.py import_wordpress or import_ghost.",
    )
    site = forms.URLField(
        label="Address of the old site",
        required=False,
        assume_scheme="https",
        help_text="For Ghost, whose file does not say it. Its pictures are fetched from there.",
    )
    with_pictures = forms.BooleanField(
        label="Fetch its pictures from the old site", required=False, initial=True
    )


@admin.register(Import)
class ImportAdmin(MomentsMixin, ReadOnlyAdmin):
    change_list_template = "admin/imports_list.html"
    list_display = ("started_at", "source", "site", "state_in_words", "brought_in_words")
    list_display_links = ("started_at",)
    ordering = ("-started_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("transfer.add_import")

    @admin.display(description="state")
    def state_in_words(self, run: Import) -> str:
        return "Undone" if run.undone_at else run.get_state_display()

    @admin.display(description="brought")
    def brought_in_words(self, run: Import) -> str:
        brought = run.report.get("brought") or {}
        return ", ".join(f"{number:,} {name}" for name, number in brought.items() if number)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("data")

    def get_urls(self) -> list[Any]:
        def view(function: Any, *methods: str) -> Any:
            return self.admin_site.admin_view(
                require_http_methods(["GET", "HEAD", *methods])(function)
            )

        return [
            path("add/", view(self.begin_view, "POST"), name="transfer_import_add"),
            path("<key:pk>/change/", view(self.run_view, "POST"), name="transfer_import_change"),
            path("<key:pk>/notes.csv", view(self.notes_view), name="transfer_import_notes"),
            *super().get_urls(),
        ]

    def begin_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            try:
                run = on_the_desk.begin(
                    form.cleaned_data["file"],
                    signed_in(request),
                    source=form.cleaned_data["source"],
                    site=form.cleaned_data["site"],
                    with_pictures=form.cleaned_data["with_pictures"],
                )
            except ValidationError as error:
                form.add_error("file", error)
            else:
                return redirect("admin:transfer_import_change", run.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "Move in",
            "opts": self.model._meta,
            "form": form,
        }
        return render(
            request, "admin/import_form.html", context, status=400 if form.errors else 200
        )

    def run_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The progress and result of an import, and the ways to stop and undo it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = get_object_or_404(self.get_queryset(request), pk=pk)
        asks = False
        if request.method == "POST":
            if not self.has_add_permission(request):
                raise PermissionDenied
            asks = request.POST.get("do") == "undo" and request.POST.get("sure") != "yes"
            if not asks:
                self.act(request, run)
                return redirect("admin:transfer_import_change", pk)
        total = run.report.get("items") or 0
        context = {
            **self.admin_site.each_context(request),
            "title": str(run),
            "opts": self.model._meta,
            "run": run,
            "asks": asks,
            "share": min(100 * run.items_done // total, 100) if total else 0,
            "brought": run.report.get("brought"),
            "notes": run.notes.all()[:MOST_NOTES],
            "number_of_notes": run.notes.count(),
            "may_act": self.has_add_permission(request),
        }
        return render(request, "admin/import.html", context)

    def act(self, request: HttpRequest, run: Import) -> None:
        try:
            if request.POST.get("do") == "cancel":
                on_the_desk.cancel(run)
                messages.success(request, "Cancelled. What was brought until now stays.")
            elif request.POST.get("do") == "undo":
                gone = undo(run)
                told = ", ".join(f"{number:,} {kind}" for kind, number in gone.items() if number)
                messages.success(request, f"Undone. Deleted: {told or 'nothing'}.")
            else:
                raise ValidationError("Choose what to do.")
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))

    def notes_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = get_object_or_404(self.get_queryset(request), pk=pk)
        rows = run.notes.values_list("item", "address", "sentence").iterator()
        head = [("Item", "Address", "What was changed or not understood")]
        response = StreamingHttpResponse(
            as_csv(row for part in (head, rows) for row in part),
            content_type="text/csv; charset=utf-8",
        )
        response["Content-Disposition"] = f'attachment; filename="import-{pk}.csv"'
        return response
