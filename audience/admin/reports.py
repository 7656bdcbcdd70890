"""The audience on the desk: what is read now, stories of a period, a story, where from, searches."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles.models import Article, Author, Redirect, Section, Tag
from audience import charts
from audience.choices import FigureKind
from audience.models import DailyVisitors
from audience.reports import realtime, site, stories, story
from audience.reports.periods import LENGTHS, Days
from core.admin import ReadOnlyAdmin
from core.numbers import whole_number
from core.spreadsheets import as_csv
from ticker.models import Coin

SCREENS = (
    ("", "Now"),
    ("stories/", "Stories"),
    ("sections/", "Sections, authors, coins"),
    ("sources/", "Sources"),
    ("searches/", "Searches"),
    ("missing/", "Broken links"),
)
SUBJECTS: dict[str, Any] = {"section": Section, "author": Author, "tag": Tag, "coin": Coin}
MOST_CHOICES = 300


@admin.register(DailyVisitors)
class AudienceAdmin(ReadOnlyAdmin):
    def get_urls(self) -> list[Any]:
        def view(function: Any) -> Any:
            def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
                if not self.has_view_permission(request):
                    raise PermissionDenied
                return function(request, **kwargs)  # type: ignore[no-any-return]

            return self.admin_site.admin_view(require_safe(guarded))

        return [
            path("", view(self.now_view), name="audience_dailyvisitors_changelist"),
            path("stories/", view(self.stories_view), name="audience_stories"),
            path("stories/<key:pk>/", view(self.story_view), name="audience_story"),
            path("sections/", view(self.subjects_view), name="audience_subjects"),
            path("sources/", view(self.sources_view), name="audience_sources"),
            path("searches/", view(self.searches_view), name="audience_searches"),
            path("missing/", view(self.missing_view), name="audience_missing"),
            *super().get_urls(),
        ]

    def now_view(self, request: HttpRequest) -> HttpResponse:
        found = realtime.now(timezone.now())
        return self.page(
            request, "now", "Now", "", {"now": found, "charts": charts.of_minutes(found.minutes)}
        )

    def stories_view(self, request: HttpRequest) -> HttpResponseBase:
        days = self.days(request)
        about = {
            name: key
            for name in SUBJECTS
            if (key := whole_number(request.GET.get(name, ""))) is not None
        }
        order = request.GET.get("order", "views")
        rows = stories.of_period(days, about, order)
        if "csv" in request.GET:
            return self.csv("stories", _lines_of_stories(rows))
        context = {
            "rows": rows,
            "order": order if order in stories.ORDERS else "views",
            "choices": [
                (name, about.get(name), list(model.objects.order_by("name")[:MOST_CHOICES]))
                for name, model in SUBJECTS.items()
            ],
            "charts": charts.of_days(site.views_by_day(days)),
        }
        return self.page(request, "stories", "Stories", "stories/", context)

    def story_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        article = get_object_or_404(Article.objects.for_cards(), pk=pk)
        found = story.report(article)
        context = {
            "story": article,
            "report": found,
            "curves": charts.of_curves(found.curve, found.usual),
        }
        return self.page(request, "story", article.title, "stories/", context)

    def subjects_view(self, request: HttpRequest) -> HttpResponseBase:
        days = self.days(request)
        tables = [
            (label, stories.by(name, days))
            for name, label in (
                ("section", "Sections"),
                ("author", "Authors"),
                ("coin", "Coins"),
                ("tag", "Tags"),
            )
        ]
        if "csv" in request.GET:
            lines = (line for label, rows in tables for line in _lines_of_subjects(label, rows))
            return self.csv("sections", [_HEAD_OF_SUBJECTS, *lines])
        return self.page(
            request, "subjects", "Sections, authors, coins", "sections/", {"tables": tables}
        )

    def sources_view(self, request: HttpRequest) -> HttpResponseBase:
        days = self.days(request)
        tables = [
            ("Sources", site.sources(days)),
            ("Referrers", site.figures(FigureKind.HOST, days)),
            ("Campaigns", site.figures(FigureKind.CAMPAIGN, days)),
            ("Devices", site.figures(FigureKind.DEVICE, days)),
            ("Countries", site.figures(FigureKind.COUNTRY, days)),
            ("Outbound links", site.figures(FigureKind.OUTBOUND, days)),
            ("Excluded", site.figures(FigureKind.NOT_COUNTED, days)),
        ]
        return self.figures_page(request, "Sources", "sources/", tables)

    def searches_view(self, request: HttpRequest) -> HttpResponseBase:
        days = self.days(request)
        tables = [
            ("Searches without results", site.figures(FigureKind.NOT_FOUND, days)),
            ("Searches with results", site.figures(FigureKind.SEARCHED, days)),
        ]
        return self.figures_page(request, "Searches", "searches/", tables)

    def missing_view(self, request: HttpRequest) -> HttpResponseBase:
        """Addresses at which readers met nothing, with a way to lead them on."""
        days = self.days(request)
        rows = site.figures(FigureKind.MISSING, days, most=200)
        if "csv" in request.GET:
            lines = [
                ("Address", "Views", "Previous period"),
                *((r.word, r.number, r.before) for r in rows),
            ]
            return self.csv("missing", lines)
        led_on = set(
            Redirect.objects.filter(old_path__in=[row.word for row in rows]).values_list(
                "old_path", flat=True
            )
        )
        context = {"rows": [(row, row.word in led_on) for row in rows]}
        return self.page(request, "missing", "Broken links", "missing/", context)

    def figures_page(
        self,
        request: HttpRequest,
        title: str,
        screen: str,
        tables: list[tuple[str, list[site.Figure]]],
    ) -> HttpResponseBase:
        if "csv" in request.GET:
            lines = [
                (label, each.word, each.number, each.before)
                for label, rows in tables
                for each in rows
            ]
            return self.csv(
                screen.strip("/"), [("Table", "Name", "Views", "Previous period"), *lines]
            )
        tables = [(label, rows) for label, rows in tables if rows]
        return self.page(request, "figures", title, screen, {"tables": tables})

    # --- What the screens share ---------------------------------------------------------------

    def days(self, request: HttpRequest) -> Days:
        return Days.asked(timezone.now().date(), request.GET.get("days", ""))

    def page(
        self, request: HttpRequest, name: str, title: str, screen: str, context: dict[str, Any]
    ) -> HttpResponse:
        kept = request.GET.copy()
        for dropped in ("csv", "days"):
            kept.pop(dropped, None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": title,
            "screens": SCREENS,
            "screen": screen,
            "days": self.days(request),
            "lengths": LENGTHS,
            "kept": kept.urlencode(),
            **context,
        }
        return TemplateResponse(request, f"admin/audience_{name}.html", context)

    def csv(self, name: str, lines: Iterable[Iterable[Any]]) -> HttpResponseBase:
        response = StreamingHttpResponse(as_csv(lines), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="audience-{name}.csv"'
        return response


_HEAD_OF_SUBJECTS = ("Of", "Name", "Views", "Readers", "Seconds a view", "Read to the end, %")


def _lines_of_subjects(label: str, rows: list[stories.Row]) -> Iterable[Iterable[Any]]:
    for row in rows:
        yield label, row.label, row.views, row.readers, row.seconds, row.finished


def _lines_of_stories(rows: list[stories.Row]) -> Iterable[Iterable[Any]]:
    yield (
        "Headline", "Address", "Section", "Published", "Views", "Readers", "Previous period",
        "Seconds a view", "Read to the end, %", "Top source",
    )  # fmt: skip
    for row in rows:
        if (article := row.story) is not None:
            out = article.published_at.isoformat(timespec="minutes") if article.published_at else ""
            yield (
                row.label, article.get_absolute_url(), article.section.name, out, row.views,
                row.readers, row.views_before, row.seconds, row.finished, row.source,
            )  # fmt: skip
