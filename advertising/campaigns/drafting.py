"""Stores what an advertiser’s form holds: the booking, and the version that is being written."""

from datetime import date, timedelta
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from advertising.campaigns import disclosures
from advertising.campaigns.forms.campaigns import (
    DISCLOSURE,
    WARNINGS,
    WORDS,
    CampaignForm,
    picture_field,
    picture_of,
)
from advertising.delivery.slots import SIZES, Size
from advertising.models import (
    Advertiser,
    Creative,
    CreativePicture,
    Device,
    Placement,
    Product,
)

MOST_DRAFTS = 50  # of an advertiser, pictures and all
DOUBLE_CLICK = timedelta(minutes=1)
# A press release stays for good; its booking ends on paper.
RELEASE_RUNS = timedelta(days=30)


def store(form: CampaignForm) -> Placement:
    """Store a valid form. What was sent to the desk is left as it is.

    A form sent twice, by a double click say, is one placement. Raises ValidationError where the
    advertiser has too many drafts.
    """
    with transaction.atomic():
        Advertiser.objects.select_for_update(of=("self",)).get(pk=form.advertiser.pk)
        if form.placement is None and (sent_already := _sent_a_moment_ago(form)):
            return sent_already
        if form.placement is None:
            _refuse_more_than_fit(form.advertiser)
        placement = _store_booking(form)
        _store_creative(form, placement)
    return placement


def _refuse_more_than_fit(advertiser: Advertiser) -> None:
    if advertiser.placements.filter(status=Placement.Status.DRAFT).count() >= MOST_DRAFTS:
        raise ValidationError(
            f"You have {MOST_DRAFTS} drafts. Submit or delete one, then save this again."
        )


def delete_draft(placement: Placement) -> None:
    """Delete what nobody but its advertiser ever saw, with its pictures. Raises ValidationError."""
    with transaction.atomic():
        locked = Placement.objects.select_for_update(of=("self",)).get(pk=placement.pk)
        try:
            if locked.status == Placement.Status.DRAFT:
                locked.delete()
                return
        except ProtectedError:  # Messages, orders and decisions stay for good.
            pass
        raise ValidationError("This was sent to the desk already, so it is not deleted.")


def copy(placement: Placement) -> Placement:
    """A draft with the same words and pictures, without days. Raises ValidationError."""
    latest = placement.latest_creative
    with transaction.atomic():
        Advertiser.objects.select_for_update(of=("self",)).get(pk=placement.advertiser_id)
        _refuse_more_than_fit(placement.advertiser)
        made = Placement.objects.create(
            advertiser=placement.advertiser,
            product=placement.product,
            title=f"{placement.title[:113]}, copy",
            slot=placement.slot,
            section=placement.section,
            device=placement.device,
            goal=placement.goal,
        )
        made.coins.set(placement.coins.all())
        if latest is not None:
            pictures = list(latest.pictures.all())
            latest.pk, latest._state.adding = None, True
            latest.placement, latest.version, latest.submitted_at = made, 1, None
            latest.findings, latest.digest = [], ""
            latest.save()
            CreativePicture.objects.bulk_create(
                CreativePicture(
                    creative=latest, size=each.size, file=each.file.name, digest=each.digest
                )
                for each in pictures
            )
    return made


def _title(form: CampaignForm) -> str:
    data = form.cleaned_data
    return data.get("title") or data.get("headline") or f"{form.product.label}, not named yet"


def _store_booking(form: CampaignForm) -> Placement:
    """Write what the form may write, and nothing of what the desk decided meanwhile."""
    data = form.cleaned_data
    values = {"title": _title(form), "section": data.get("section")}
    values |= {"starts_on": data.get("starts_on"), "ends_on": _last_day(form)}
    if form.product == Product.BANNER:
        values |= {name: data.get(name) for name in ("goal", "slot")}
        values["device"] = data.get("device") or Device.ANY
    if form.placement is None:
        placement = Placement.objects.create(
            advertiser=form.advertiser, product=form.product, **values
        )
    else:
        placement = Placement.objects.select_for_update(of=("self",)).get(pk=form.placement.pk)
        values = _still_open(placement, values)
        for name, value in values.items():
            setattr(placement, name, value)
        placement.save(update_fields=list(values))
    if "coins" in data and not placement.is_booked:
        placement.coins.set(data["coins"])
    return placement


def _still_open(placement: Placement, values: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that may be written now that the row is locked: it may have been submitted
    meanwhile.

    Sent back, it may change; but what it needs to be read again is not taken from it.
    """
    if placement.is_booked:
        return {"title": values["title"]}
    if placement.status == Placement.Status.DRAFT:
        return values
    return {
        name: value
        for name, value in values.items()
        if value or name not in ("slot", "starts_on", "ends_on")
    }


def _last_day(form: CampaignForm) -> date | None:
    if form.placement is not None and form.is_booked:
        return form.placement.ends_on
    starts = cast(date | None, form.cleaned_data.get("starts_on"))
    if form.product == Product.NEWSLETTER:
        return starts
    if form.product == Product.PRESS_RELEASE:
        return starts and starts + RELEASE_RUNS
    return cast(date | None, form.cleaned_data.get("ends_on"))


def _sent_a_moment_ago(form: CampaignForm) -> Placement | None:
    return Placement.objects.filter(
        advertiser=form.advertiser,
        product=form.product,
        title=_title(form),
        section=form.cleaned_data.get("section"),
        slot=form.cleaned_data.get("slot") or "",
        goal=form.cleaned_data.get("goal"),
        starts_on=form.cleaned_data.get("starts_on"),
        ends_on=_last_day(form),
        created_at__gte=timezone.now() - DOUBLE_CLICK,
        creatives__target_url=form.cleaned_data["target_url"],
        creatives__text=form.cleaned_data["text"],
    ).first()


def _store_creative(form: CampaignForm, placement: Placement) -> None:
    """The version that nobody has sent yet is written over; after that a change is a new one."""
    latest = placement.latest_creative
    if latest is None or latest.submitted_at is not None:
        creative = Creative(placement=placement, version=placement.next_version())
    else:
        creative = latest
    for name in (*WORDS, "html", *DISCLOSURE, *WARNINGS):
        if name in form.cleaned_data:
            setattr(creative, name, form.cleaned_data[name])
    creative.disclosure = disclosures.sentence(placement, creative)
    creative.save()
    for size in SIZES.values():
        _store_picture(form, creative, latest, size)


def _store_picture(
    form: CampaignForm, creative: Creative, latest: Creative | None, size: Size
) -> None:
    file = form.cleaned_data.get(picture_field(size))
    if file:
        creative.pictures.filter(size=size.name).delete()
        CreativePicture.objects.create(creative=creative, size=size.name, file=file)
    elif latest is not None and latest.pk != creative.pk and (kept := picture_of(latest, size)):
        CreativePicture.objects.create(
            creative=creative, size=size.name, file=kept.file.name, digest=kept.digest
        )
