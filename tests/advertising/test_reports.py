"""Reports to advertisers: they add up, are theirs alone, and are mailed once."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from advertising.measurement import impression_chart, ledger, report_mails, reports
from advertising.models import DailyCount, DailyReach, Placement, SentReport
from core.charts import bar_step

from ..factories import AdvertiserFactory, UserFactory, member_of, running_banner

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


def counted(placement, day=TODAY, slot="rectangle", page="/", **numbers):
    """counted(placement, rendered=5, rendered_robot=2): five count, two were robots."""
    lines, pages = {}, {}
    for name, number in numbers.items():
        action, _, reason = name.partition("_")
        lines[placement.pk, slot, day, action, reason] = number
        if not reason and action != "offered":
            pages[placement.pk, page, action] = number
    ledger.add(lines)
    ledger.add_to_pages(pages)


@pytest.fixture
def placement(noon):
    placement = running_banner()
    counted(
        placement,
        offered=120,
        rendered=100,
        rendered_robot=20,
        rendered_staff=1,
        viewable=60,
        clicked=3,
    )
    counted(
        placement,
        TODAY - timedelta(days=1),
        page="/policy/",
        rendered=50,
        viewable=40,
        clicked_no_view=2,
    )
    counted(placement, TODAY - timedelta(days=40), rendered=7, viewable=5, clicked=1)
    DailyReach.objects.create(placement=placement, day=TODAY - timedelta(days=1), people=31)
    return placement


@pytest.fixture
def advertiser(client, placement):
    user = UserFactory()
    placement.advertiser.members.add(user)
    client.force_login(user)
    return placement.advertiser


def period(key="14d"):
    return reports.period_of(key, Placement.objects.all(), TODAY)


def test_everything_adds_up(placement):
    found = reports.report(placement, period())
    assert found.total == reports.DeliveryFigures(120, 150, 100, 3)
    assert reports.add_up(found.by_slot.values()) == found.total
    shown = next(part for part in found.ledger if part.action == "rendered")
    assert (shown.gross, shown.billable) == (171, 150)
    assert shown.reasons == [("Robot", 20), ("Our own staff", 1)]
    clicks = next(part for part in found.ledger if part.action == "clicked")
    assert (clicks.gross, clicks.billable, clicks.reasons) == (
        5,
        3,
        [("Seen or clicked, but never shown", 2)],
    )
    whole = reports.report(placement, period("all"))
    assert whole.of_pages.rendered == whole.total.rendered == 157
    assert whole.of_pages.clicked == whole.total.clicked == 4
    assert found.reach == {TODAY - timedelta(days=1): 31}


def test_the_pages_with_most_are_named_and_the_rest_is_together(placement):
    for number in range(reports.MOST_PAGES + 5):
        ledger.add_to_pages({(placement.pk, f"/policy/story-{number}/", "rendered"): 2})
    found = reports.report(placement, period())
    assert len(found.by_page) == reports.MOST_PAGES
    assert list(found.by_page)[:2] == ["/", "/policy/"]
    assert found.of_pages.rendered == 157 + 2 * (reports.MOST_PAGES + 5)


def test_all_placements_together_are_the_sum_of_each(placement):
    other = running_banner(advertiser=placement.advertiser)
    counted(other, rendered=10, viewable=5)
    mine = Placement.objects.filter(advertiser=placement.advertiser)
    overview = reports.overview(mine, period("all"))
    each = [reports.report(one, period("all")).total for one in mine]
    assert overview.total == overview.total_of_all_time == reports.add_up(each)
    assert overview.by_day[TODAY].rendered == 110


def test_a_year_of_200_placements_takes_few_queries(client, placement, advertiser):
    others = [running_banner(advertiser=placement.advertiser) for _ in range(20)]
    for number, other in enumerate(others):
        counted(other, TODAY - timedelta(days=number * 15), rendered=3)
    client.get("/partners/placements/")  # What all pages show is read once.
    client.get("/partners/placements/")  # What all pages show is read once.
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/partners/placements/?period=all").status_code == 200
    assert len(queries) <= 10
    with CaptureQueriesContext(connection) as queries:
        assert (
            client.get(f"/partners/placements/{placement.pk}/report/?period=all").status_code == 200
        )
    assert len(queries) <= 10


def test_the_table_adds_up_row_by_row(client, placement, advertiser):
    answer = client.get(f"/partners/placements/{placement.pk}/report.csv?period=all")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    for row in rows:
        filtered = sum(
            int(number) for name, number in row.items() if name in reports.reasons.LABELS.values()
        )
        assert int(row["Gross"]) == int(row["Billable"]) + filtered
    assert sum(int(row["Billable"]) for row in rows if row["Count"] == "Impressions") == 157
    assert sum(int(row["Gross"]) for row in rows) == sum(
        DailyCount.objects.values_list("number", flat=True)
    )


def test_a_title_that_looks_like_a_formula_is_text(client, placement, advertiser):
    Placement.objects.filter(pk=placement.pk).update(title="=HYPERLINK(1)")
    answer = client.get("/partners/placements/report.csv")
    assert "'=HYPERLINK(1)" in b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("end", ["", "report/", "report.csv"])
def test_nobody_reads_the_figures_of_others(client, placement, end):
    client.force_login(UserFactory())
    assert client.get(f"/partners/placements/{placement.pk}/{end}").status_code == 404
    answer = client.get("/partners/placements/report.csv")
    assert placement.title not in b"".join(answer.streaming_content).decode()
    client.logout()
    assert client.get(f"/partners/placements/{placement.pk}/{end}")["Location"].startswith(
        "/accounts/login/"
    )


def test_the_desk_reads_the_same_report(client, placement, advertiser):
    address = f"/partners/placements/{placement.pk}/report/"
    theirs = client.get(address).content
    client.force_login(member_of("Ad desk"))
    assert client.get(address).content == theirs
    client.force_login(member_of("Moderators"))
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("asked", ["7d", "all", "", "1000y", "\x00", "é"])
def test_any_period_is_answered(client, placement, advertiser, asked):
    answer = client.get(f"/partners/placements/{placement.pk}/report/", {"period": asked})
    assert answer.status_code in (200, 400)


def test_the_page_names_what_was_filtered(client, placement, advertiser):
    page = client.get(f"/partners/placements/{placement.pk}/report/").content.decode()
    for words in ("Our own staff", "−20", ">171<", ">150<", "report.csv", "9 to 22 November 2026"):
        assert words in page


def test_bars_of_many_days_become_weeks_and_lose_nothing():
    days = {
        TODAY - timedelta(days=number): reports.DeliveryFigures(rendered=10, viewable=4)
        for number in range(365)
    }
    wide, narrow = impression_chart.draw(days)
    assert len(wide.bars) == len(narrow.bars) == 53
    assert wide.lines[-1].label == "100"
    assert impression_chart.draw({TODAY: reports.NOTHING}) == []


@pytest.mark.parametrize(
    ("most", "step"), [(1, 1), (3, 1), (14_250, 5_000), (900, 500), (61, 50), (6, 2)]
)
def test_lines_stand_at_round_numbers(most, step):
    assert bar_step(most) == step


# --- By mail ------------------------------------------------------------------------------------


def test_figures_are_mailed_on_mondays_once(placement, committed, noon):
    with committed():
        report_mails.mail_reports.func()
    assert mail.outbox == []  # It is Sunday.
    noon.shift(timedelta(days=1))
    for _ in range(3):
        with committed():
            report_mails.mail_reports.func()
    message = mail.outbox[0]
    assert len(mail.outbox) == 1
    assert message.to == ["desk@palisade.example"]
    assert "150" in message.body
    assert "16 to 22 November 2026" in message.body


def test_who_does_not_want_it_gets_none(placement, committed, noon):
    placement.advertiser.wants_weekly_report = False
    placement.advertiser.save()
    noon.shift(timedelta(days=1))
    with committed():
        report_mails.mail_reports.func()
    assert mail.outbox == []


def test_nothing_shown_no_mail(committed, noon):
    running_banner(advertiser=AdvertiserFactory())
    noon.shift(timedelta(days=1))
    with committed():
        report_mails.mail_reports.func()
    assert mail.outbox == []


def test_the_end_of_a_run_is_told_once(placement, committed, noon):
    Placement.objects.filter(pk=placement.pk).update(ends_on=TODAY)
    for _ in range(3):
        noon.shift(timedelta(hours=14))
        with committed():
            report_mails.mail_reports.func()
    runs = [message for message in mail.outbox if "final figures" in message.subject]
    assert len(runs) == 1
    assert "150" in runs[0].body
    assert SentReport.objects.exclude(placement=None).count() == 1


def test_days_are_those_of_utc(placement):
    assert timezone.now().date() == TODAY
