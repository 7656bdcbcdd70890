"""Mails about a campaign: what was decided, what waits for the desk, and that it has begun."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from advertising.desk_mail import AD_OPERATIONS, addresses_of
from advertising.models import Message, Placement, ReviewDecision, Step
from core import mail

SUBMITTED = Placement.Status.SUBMITTED


def decided(decision: ReviewDecision) -> None:
    """Tell each of the advertiser’s people by a mail of their own, so that trying one again repeats
    no other; and the desk, where it was not the desk who decided.
    """
    if decision.new_status != SUBMITTED:
        for address in decision.placement.advertiser.addresses():
            mail_decision.enqueue(decision.pk, address)
    if _is_for_desk(decision):
        for address in addresses_of(AD_OPERATIONS):
            mail_desk.enqueue(decision.pk, address)


def _is_for_desk(decision: ReviewDecision) -> bool:
    if decision.placement.advertiser.is_house:
        return False
    steps = (SUBMITTED, Step.PAUSED, Step.RESUMED, Step.STOPPED)
    return decision.new_status in steps and not (decision.by and decision.by.is_staff)


@task()
def mail_decision(decision_id: int, address: str) -> None:
    """Mail what was decided then, and why, whatever happened to the placement since."""
    decision = _decision(decision_id)
    title, step = decision.placement.title, decision.get_new_status_display().lower()
    context = {
        "decision": decision,
        "placement": decision.placement,
        "live": _live_address(decision),
    }
    mail.plain(address, f"{title}: {step}", "advertising/mail/decision.txt", context).send()


@task()
def mail_desk(decision_id: int, address: str) -> None:
    decision = _decision(decision_id)
    placement = decision.placement
    step = "to review" if decision.new_status == SUBMITTED else decision.get_new_status_display()
    subject = f"{placement.advertiser}: {placement.title}, {step.lower()}"
    context = {"decision": decision, "placement": placement}
    mail.plain(address, subject, "advertising/mail/desk.txt", context).send()


def _decision(pk: int) -> ReviewDecision:
    return ReviewDecision.objects.select_related("placement__advertiser", "placement__article").get(
        pk=pk
    )


def _live_address(decision: ReviewDecision) -> str:
    """Of a paid story that is out."""
    article = decision.placement.article
    if decision.new_status != Placement.Status.APPROVED or article is None or not article.is_public:
        return ""
    return f"{settings.SITE_URL}{article.get_absolute_url()}"


# --- Messages ---------------------------------------------------------------------------------


def written(message: Message) -> None:
    """Tell the other side."""
    placement = message.placement
    to_desk = not message.is_from_desk
    addresses = addresses_of(AD_OPERATIONS) if to_desk else placement.advertiser.addresses()
    for address in addresses:
        mail_message.enqueue(message.pk, address)


@task()
def mail_message(message_id: int, address: str) -> None:
    message = Message.objects.select_related("placement__advertiser").get(pk=message_id)
    who = "our team" if message.is_from_desk else message.placement.advertiser.name
    subject = f"{message.placement.title}: a message from {who}"
    mail.plain(address, subject, "advertising/mail/message.txt", {"message": message}).send()


# --- The start --------------------------------------------------------------------------------


@task()
def tell_what_began() -> int:
    """Mail once that a campaign is live, and where. Returns how many began."""
    began = Placement.objects.live().filter(start_told=False, advertiser__is_house=False)
    return sum(_tell_of_start(pk) for pk in began.values_list("pk", flat=True))


def _tell_of_start(pk: int) -> bool:
    with transaction.atomic():
        is_first = Placement.objects.filter(pk=pk, start_told=False).update(start_told=True) == 1
        if is_first:
            placement = Placement.objects.select_related("advertiser").get(pk=pk)
            for address in placement.advertiser.addresses():
                transaction.on_commit(lambda to=address: mail_start.enqueue(pk, to))  # type: ignore[misc]
    return is_first


@task()
def mail_start(placement_id: int, address: str) -> None:
    placement = Placement.objects.select_related("advertiser", "article").get(pk=placement_id)
    article = placement.article
    where = article.get_absolute_url() if article and article.is_public else ""
    context = {
        "placement": placement,
        "live": f"{settings.SITE_URL}{where}" if where else "",
        "today": timezone.now().date(),
    }
    mail.plain(address, f"{placement.title} is live", "advertising/mail/start.txt", context).send()
