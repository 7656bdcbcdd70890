"""Forms that ask the database once for what they show: Django’s own ask again for every row and
every list.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.db import models
from django.http import HttpRequest


class Labelled(forms.widgets.ChoiceWidget):
    """A searching list that is told the names of what is chosen in it."""

    labels: dict[str, str] | None = None

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        chosen = [str(each) for each in value if each not in (None, "")]
        if self.labels is None or not self.labels.keys() >= set(chosen):
            return super().optgroups(name, value, attr)
        options = [
            self.create_option(name, key, self.labels[key], True, at)
            for at, key in enumerate(chosen)
        ]
        if not self.is_required and not self.allow_multiple_selected:
            options.insert(0, self.create_option(name, "", "", False, 0))
        return [(None, options, 0)]


class LabelledSelect(Labelled, AutocompleteSelect):
    pass


class LabelledSelectMultiple(Labelled, AutocompleteSelectMultiple):
    pass


def label(form: forms.BaseForm, name: str, rows: Iterable[models.Model | None]) -> None:
    """Tell the list `name` of a form the rows chosen in it, which are at hand anyway."""
    field = form.fields.get(name)
    if field is None:
        return
    widget: Any = getattr(
        field.widget, "widget", field.widget
    )  # The desk puts its buttons around it.
    widget.labels = {str(row.pk): str(row) for row in rows if row is not None}


class LabellingMixin(BaseModelAdmin[Any]):
    """Gives the searching lists of a form of the desk their labels’ place."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", LabelledSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = LabelledSelectMultiple(db_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class RowsAtHand(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """Rows under a story that came with it are not asked for again."""

    chosen = ""  # set by the inline
    restored: list[int] | None = None  # what was typed and not saved: keys of what is chosen

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if self.restored is not None and not args and not kwargs.get("data"):
            instance = kwargs.get("instance")
            accessor = self.fk.remote_field.get_accessor_name()
            rows = getattr(instance, accessor).all() if instance and instance.pk else ()
            there = {getattr(row, f"{self.chosen}_id") for row in rows}
            new = [key for key in self.restored if key not in there]
            kwargs["initial"] = [{self.chosen: key} for key in new]
            self.extra = len(new) + 1
        super().__init__(*args, **kwargs)

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if self.restored is not None and form.instance.pk and "DELETE" in form.fields:
            is_there = getattr(form.instance, f"{self.chosen}_id") in self.restored
            form.fields["DELETE"].initial = not is_there

    def get_queryset(self) -> Any:
        accessor = self.fk.remote_field.get_accessor_name()
        if accessor in getattr(self.instance, "_prefetched_objects_cache", {}):
            return getattr(self.instance, accessor).all()
        return super().get_queryset()


class RowForm(forms.ModelForm[Any]):
    """A row whose searching list knows what is chosen."""

    chosen: str  # set by the inline

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.is_bound:
            label(self, self.chosen, [getattr(self.instance, self.chosen)])


class LeanInline(LabellingMixin, admin.TabularInline[Any, Any]):
    """Rows with one list of rows to choose from, which is read once for all of them."""

    formset = RowsAtHand
    form = RowForm
    chosen = ""  # the field with that list

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related(self.chosen)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.chosen = self.chosen  # type: ignore[attr-defined]
        formset.chosen = self.chosen  # type: ignore[attr-defined]
        formset.restored = self.restored_keys(request)  # type: ignore[attr-defined]
        field = formset.form.base_fields.get(self.chosen)
        if field is not None:
            # A story is no place to change an author or a coin.
            for name in ("can_change_related", "can_delete_related", "can_view_related"):
                setattr(field.widget, name, False)
        if (
            field is not None
            and self.chosen not in self.autocomplete_fields
            and request.method == "GET"
        ):
            field.choices = choices_once(request, field)  # type: ignore[attr-defined]
        return formset

    def restored_keys(self, request: HttpRequest) -> list[int] | None:
        """The keys that an autosave had chosen here, where the form is to show it."""
        return None


def choices_once(request: HttpRequest, field: Any) -> list[Any]:
    """The rows to choose from, read once a request: Django makes the class of a formset several
    times in one.
    """
    read: dict[Any, list[Any]] = request.__dict__.setdefault("choices_once", {})
    model = field.queryset.model
    if model not in read:
        read[model] = list(iter(field.choices))  # iter() spares the count that list() asks for.
    return read[model]
