"""The end of a day: its visitors are counted, its digests destroyed."""

from datetime import date, timedelta

from django.db.models import Sum
from django.utils import timezone
from django_tasks import task

from audience.models import (
    DailySalt,
    DailyViews,
    DailyVisitors,
    HourlyViews,
    MailedWeek,
    PageReader,
    RecentViews,
    SeenKey,
)

KEYS_KEPT_FOR = timedelta(hours=2)
RECENT_KEPT_FOR = timedelta(hours=2)
HOURS_KEPT_FOR = timedelta(days=30)
MAILS_KEPT_FOR = timedelta(days=60)


def settle(day: date) -> None:
    """Count the visitors of a day that is over, then destroy its digests and their salt. For the
    transaction of whoever else counts by them.
    """
    readers = PageReader.objects.filter(day=day)
    visitors = readers.values("person").distinct().count()
    views = DailyViews.objects.filter(day=day).aggregate(number=Sum("views"))["number"] or 0
    if views:
        DailyVisitors.objects.get_or_create(
            day=day, defaults={"visitors": visitors, "views": views}
        )
    # In one statement, without loading them: a busy day has millions.
    readers._raw_delete(using="default")
    DailySalt.objects.filter(day=day).delete()


@task()
def forget_old() -> None:
    """Delete what is kept for hours or days alone."""
    now = timezone.now()
    SeenKey.objects.filter(at__lt=now - KEYS_KEPT_FOR)._raw_delete(using="default")
    RecentViews.objects.filter(begins_at__lt=now - RECENT_KEPT_FOR)._raw_delete(using="default")
    HourlyViews.objects.filter(begins_at__lt=now - HOURS_KEPT_FOR)._raw_delete(using="default")
    MailedWeek.objects.filter(until__lt=(now - MAILS_KEPT_FOR).date()).delete()
