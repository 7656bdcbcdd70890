"""Report pages of the portal: all placements together, one by one, and as a table to download."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from advertising.campaigns.views import MemberRequest, advertiser_of
from advertising.measurement import impression_chart, reports
from advertising.models import Placement
from core.spreadsheets import as_csv


@login_required
@require_safe
def dashboard(request: MemberRequest) -> HttpResponse:
    mine = Placement.objects.of_member(request.user).distinct()
    overview = reports.overview(mine, period_asked_for(request, mine))
    placements = list(mine.select_related("advertiser"))
    context = {
        "placements": [
            (placement, overview.by_placement.get(placement.pk)) for placement in placements
        ],
        "overview": overview,
        "periods": reports.PERIODS,
        "charts": impression_chart.draw(overview.by_day),
        "advertiser": advertiser_of(request),
        "shows_messages": True,
    }
    return render(request, "advertising/placements.html", context)


@login_required
@require_safe
def report(request: MemberRequest, pk: int) -> HttpResponse:
    """For the advertiser’s people, and the same page for the desk."""
    visible = Placement.objects.visible_to(request.user).select_related("advertiser")
    placement = get_object_or_404(visible, pk=pk)
    return render(request, "advertising/report.html", {**report_context(request, placement)})


@login_required
@require_safe
def report_table(request: MemberRequest, pk: int | None = None) -> HttpResponseBase:
    """The ledger as CSV: of one placement, or of all."""
    mine = Placement.objects.visible_to(request.user)
    if pk is not None:
        mine = mine.filter(pk=get_object_or_404(mine, pk=pk).pk)
    return _table(mine, period_asked_for(request, mine), f"placement-{pk}" if pk else "placements")


def report_context(request: HttpRequest, placement: Placement) -> dict[str, Any]:
    """Return the context of a report’s template, on the advertiser’s page and on the desk."""
    period = period_asked_for(request, Placement.objects.filter(pk=placement.pk))
    found = reports.report(placement, period)
    return {
        "placement": placement,
        "report": found,
        "periods": reports.PERIODS,
        "charts": impression_chart.draw(found.by_day),
    }


def period_asked_for(request: HttpRequest, placements: QuerySet[Placement]) -> reports.Period:
    return reports.period_of(request.GET.get("period", ""), placements, timezone.now().date())


def _table(
    placements: QuerySet[Placement], period: reports.Period, name: str
) -> StreamingHttpResponse:
    rows = as_csv(reports.table(placements, period))
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    file = f"{name}-{period.first}-to-{period.last}.csv"
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    return response
