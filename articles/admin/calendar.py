"""The calendar on the desk: two weeks of what came out, is scheduled, planned or embargoed."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from articles.models import Article, Section
from articles.publishing import notes, planning, revisions, slugs
from core.moments import DayInput
from core.people import name_of, signed_in, staff

WEEKS = 2
FARTHEST = timedelta(days=3_650)  # from today; further there is nothing


class PlanForm(forms.Form):
    """A story that is an idea yet: a headline, whose it is, and a day."""

    title = forms.CharField(label="Headline", max_length=140)
    section = forms.ModelChoiceField(Section.objects.all())
    assignee = forms.ModelChoiceField(
        get_user_model().objects.none(), label="Assigned to", required=False
    )
    day = forms.DateField(widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["assignee"]
        people.queryset = staff()
        people.label_from_instance = name_of


class CalendarMixin(admin.ModelAdmin[Any]):
    """Adds to the desk’s stories: their calendar."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("calendar/", view(require_safe(self.calendar)), name="articles_article_calendar"),
            path("calendar/plan/", view(require_POST(self.plan)), name="articles_article_plan"),
            path("<key:pk>/move/", view(require_POST(self.move)), name="articles_article_move"),
            *super().get_urls(),
        ]

    def calendar(self, request: HttpRequest) -> HttpResponse:
        return self._calendar(request, PlanForm(initial={"day": timezone.localdate()}))

    def _calendar(self, request: HttpRequest, form: PlanForm, status: int = 200) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        today = timezone.localdate()
        first = _monday(_day(request.GET.get("from", "")) or today)
        days = planning.days(first, 7 * WEEKS)
        context = {
            **self.admin_site.each_context(request),
            "title": "Calendar",
            "opts": Article._meta,
            "weeks": [days[at : at + 7] for at in range(0, len(days), 7)],
            "today": today,
            "earlier": first - timedelta(days=7 * WEEKS),
            "later": first + timedelta(days=7 * WEEKS),
            "form": form,
        }
        return TemplateResponse(request, "admin/story_calendar.html", context, status=status)

    def plan(self, request: HttpRequest) -> HttpResponse:
        """Begin a draft with a headline, a person and a day."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PlanForm(request.POST)
        if not form.is_valid():
            return self._calendar(request, form, status=400)
        chosen = form.cleaned_data
        by = signed_in(request)
        with transaction.atomic():
            article = Article(
                title=chosen["title"],
                section=chosen["section"],
                assignee=chosen["assignee"],
                planned_for=chosen["day"],
            )
            slugs.save_under(article, slugify(chosen["title"])[:100] or "story")
            revisions.keep(article, by)
            notes.tell_assignee(article, by)
            self.log_addition(request, article, "Planned in the calendar.")
        messages.success(request, f"“{article.title}” is planned for {article.planned_for:%-d %B}.")
        return _back(article.planned_for)

    def move(self, request: HttpRequest, pk: int) -> HttpResponse:
        article = get_object_or_404(Article, pk=pk)
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        since, to = (_day(request.POST.get(name, "")) for name in ("since", "to"))
        if since is None or to is None:
            messages.error(request, "Choose a day. Nothing was moved.")
            return _back(since)
        try:
            planning.move(article, since, to, signed_in(request))
        except (ValidationError, PermissionDenied) as error:
            for text in getattr(error, "messages", [str(error)]):
                messages.error(request, text)
            return _back(since)
        self.log_change(request, article, f"Moved to {to:%d %B %Y} in the calendar.")
        messages.success(request, f"“{article.title}” is on {to:%A, %-d %B}.")
        return _back(to)


def _day(typed: str) -> date | None:
    try:
        day = parse_date(typed)
    except ValueError:
        return None
    if day is None or abs(day - timezone.localdate()) > FARTHEST:
        return None
    return day


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _back(day: date | None) -> HttpResponse:
    address = reverse("admin:articles_article_calendar")
    return redirect(f"{address}?from={day:%Y-%m-%d}" if day else address)
