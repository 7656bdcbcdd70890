"""The week’s reading by mail on Mondays: all of it to editors, their own to authors."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks import task

from articles.models import Author
from audience.models import MailedWeek
from audience.reports import site, stories
from audience.reports.periods import Days
from core import mail

MONDAY = 0
NOT_BEFORE = 7  # o’clock, UTC
MOST = 10


def is_due() -> bool:
    now = timezone.now()
    return (
        bool(settings.WEEKLY_AUDIENCE_MAIL) and now.weekday() == MONDAY and now.hour >= NOT_BEFORE
    )


@task()
def mail_week() -> int:
    """Put in the queue what is due. Run twice, or by two, it sends nothing twice. Returns how many
    were claimed.
    """
    if not is_due():
        return 0
    until = timezone.now().date() - timedelta(days=1)
    if not site.views_by_day(_week(until)):
        return 0
    people: Any = get_user_model().objects.with_perm(
        "audience.view_dailyvisitors", backend="django.contrib.auth.backends.ModelBackend"
    )
    staff = people.filter(is_active=True, is_staff=True).exclude(email="").order_by("pk")
    return sum(_claim(user, until) for user in staff if mail.is_mailbox(user.email))


def _week(until: date) -> Days:
    return Days.until(until, 7)


def _claim(user: Any, until: date) -> bool:
    """One row decides who sends it."""
    try:
        with transaction.atomic():
            MailedWeek.objects.create(until=until, address=user.email)
            transaction.on_commit(partial(mail_one.enqueue, user.pk, until.isoformat()))
    except IntegrityError:
        return False
    return True


@task()
def mail_one(user_pk: int, until: str) -> None:
    """One person’s mail, tried again by itself if the server refuses it. An author of whom nothing was
    read gets none.
    """
    user: Any = get_user_model().objects.filter(pk=user_pk, is_active=True).first()
    if user is None:
        return
    days = _week(date.fromisoformat(until))
    author = Author.objects.filter(user=user).first()
    own = stories.of_period(days, {"author": author.pk}, most=MOST) if author else []
    is_editor = user.has_perm("articles.publish_article")
    if not (own or is_editor):
        return
    context = {
        "days": days,
        "own": own,
        "stories": stories.of_period(days, most=MOST) if is_editor else [],
        "views": sum(number for _, number in site.views_by_day(days)),
        "before": sum(number for _, number in site.views_by_day(days.before)),
        "sources": site.sources(days)[:5] if is_editor else [],
    }
    subject = f"Your audience in the week to {days.last.day} {days.last:%B}"
    mail.plain(user.email, subject, "audience/mail/week.txt", context, mail.AUTOMATIC).send()
