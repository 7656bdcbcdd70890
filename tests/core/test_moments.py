"""Times on the desk: one field, everywhere, that loses nothing."""

from datetime import UTC, datetime

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.test import RequestFactory
from django.utils import timezone

from core.moments import MomentInput

from ..factories import UserFactory


class Form(forms.Form):
    at = forms.DateTimeField(required=False, widget=MomentInput)


def test_what_is_shown_is_what_comes_back():
    for moment in (
        datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
        datetime(2026, 3, 1, 9, 5, 7, tzinfo=UTC),
    ):
        shown = Form(initial={"at": moment})["at"].as_widget()
        typed = shown.split('value="')[1].split('"')[0]
        form = Form({"at": typed}, initial={"at": moment})
        assert not form.has_changed()
        assert form.is_valid()
        assert form.cleaned_data["at"] == moment


@pytest.mark.parametrize(("month", "shown"), [(1, "13:00"), (7, "14:00")])
def test_it_is_read_and_written_in_the_zone_of_the_desk(month, shown):
    moment = datetime(2026, month, 1, 12, 0, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):
        assert f"T{shown}" in Form(initial={"at": moment})["at"].as_widget()
        form = Form({"at": f"2026-{month:02}-01T{shown}"})
        assert form.is_valid()
        assert form.cleaned_data["at"] == moment


def test_an_hour_that_is_not_is_refused():
    """On the last Sunday in March clocks go from two to three."""
    with timezone.override("Europe/Berlin"):
        form = Form({"at": "2026-03-29T02:30"})
        assert not form.is_valid()


def test_a_form_that_was_opened_before_an_upgrade_is_understood():
    form = Form({"at_0": "2026-03-01", "at_1": "09:05:07"})
    assert form.is_valid()
    assert form.cleaned_data["at"] == datetime(2026, 3, 1, 9, 5, 7, tzinfo=UTC)
    assert Form({"at_0": "", "at_1": ""}).is_valid()


@pytest.mark.django_db
def test_no_form_of_the_desk_asks_for_a_time_in_two_fields():
    request = RequestFactory().get("/admin/")
    request.user = UserFactory(is_superuser=True, is_staff=True)
    found = 0
    for model, desk in admin.site._registry.items():
        if type(desk).__module__.startswith("allauth."):
            continue  # not ours to write in
        if not (desk.has_add_permission(request) or desk.has_change_permission(request)):
            continue
        inlines = [inline(model, admin.site).get_formset(request).form for inline in desk.inlines]
        for form in (desk.get_form(request), *inlines):
            for name, field in form.base_fields.items():
                assert not isinstance(field.widget, AdminSplitDateTime), f"{model}: {name}"
                found += isinstance(field.widget, MomentInput)
    assert found > 5
