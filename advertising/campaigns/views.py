"""The advertiser’s pages: the rate card for everybody, placements for members of the advertiser
only.
"""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from js_asset.media import Media

from advertising.billing import availability, credit_notes, rates
from advertising.campaigns import checks, drafting, previews, review, running
from advertising.campaigns import messages as messages_with_desk
from advertising.campaigns.forms import FORMS, initial_of
from advertising.campaigns.forms.campaigns import CampaignForm
from advertising.campaigns.forms.companies import AdvertiserForm
from advertising.measurement import audience
from advertising.models import (
    Advertiser,
    Membership,
    Placement,
    Product,
    Rate,
    RateCardText,
    Role,
)
from articles.admin.editor import EDITOR_STYLE
from pagecache import add_tags, changes_at, public_page, table_tag
from pagecache.context import tomorrow


class MemberRequest(HttpRequest):
    """A request behind login_required: somebody is signed in."""

    user: User


FORM_METHODS = ["GET", "HEAD", "POST"]


@public_page()
@require_safe
def rate_card(request: HttpRequest) -> HttpResponse:
    add_tags(table_tag(Rate), table_tag(RateCardText))
    changes_at(tomorrow())  # The figures are those of whole days.
    shown, others = rates.rate_card()
    context = {
        "rates": shown,
        "others": others,
        "card": RateCardText.objects.first() or RateCardText(),
        "audience": audience.audience(),
        "canonical": "/advertise/",
    }
    return render(request, "advertising/rate_card.html", context)


@login_required
@require_http_methods(FORM_METHODS)
def join(request: MemberRequest) -> HttpResponse:
    """A new account says which company it speaks for, and is its owner."""
    if advertiser_of(request):
        return redirect("placements")
    form = AdvertiserForm(request.POST or None)
    if form.is_valid():
        try:
            with transaction.atomic():
                form.save().members.add(request.user, through_defaults={"role": Role.OWNER})
            return redirect("placement-new")
        except IntegrityError:
            form.add_error("name", "A company of this name was opened a moment ago.")
    return render(
        request,
        "advertising/join.html",
        {"form": form, "shows_messages": True},
        status=400 if form.errors else 200,
    )


# --- Writing a placement -----------------------------------------------------------------------


@login_required
@require_safe
def choose_product(request: MemberRequest) -> HttpResponse:
    """The first step of a submission."""
    advertiser = advertiser_to_submit_for(request)
    if advertiser is None:
        return redirect("placements" if advertiser_of(request) else "advertiser-join")
    context = {"rates": rates.rates_for(advertiser)}
    return render(request, "advertising/choose_product.html", context)


@login_required
@require_http_methods(FORM_METHODS)
@csp_update({"style-src": [EDITOR_STYLE]})
def new_placement(request: MemberRequest, product: str) -> HttpResponse:
    if product not in Product.values:
        raise Http404
    advertiser = advertiser_to_submit_for(request)
    if advertiser is None:
        return redirect("placements" if advertiser_of(request) else "advertiser-join")
    form = form_of(request, product, advertiser, None, {"payer": advertiser.name})
    return edit(request, form)


@login_required
@require_http_methods(FORM_METHODS)
@csp_update({"style-src": [EDITOR_STYLE]})
def placement(request: MemberRequest, pk: int) -> HttpResponse:
    """One placement: its state, what the desk said, and the form for what is being written."""
    placement = own_placement(request, pk)
    if not Placement.objects.may_be_changed_by(request.user).filter(pk=placement.pk).exists():
        return redirect("placement-check", pk=placement.pk)
    form = form_of(
        request, placement.product, placement.advertiser, placement, initial_of(placement)
    )
    return edit(request, form)


def own_placement(request: MemberRequest, pk: int) -> Placement:
    mine = Placement.objects.of_member(request.user).select_related(
        "advertiser", "approved_creative", "section"
    )
    return get_object_or_404(mine, pk=pk)


def form_of(
    request: MemberRequest,
    product: str,
    advertiser: Advertiser,
    placement: Placement | None,
    initial: dict[str, Any],
) -> CampaignForm:
    return FORMS[product](
        request.POST or None,
        request.FILES or None,
        advertiser=advertiser,
        placement=placement,
        is_draft=request.POST.get("do") == "draft",
        initial=initial,
    )


def edit(request: MemberRequest, form: CampaignForm) -> HttpResponse:
    """Show the form, or store what it holds and go on to the checks."""
    if form.placement and not form.placement.is_open_for_changes:
        messages.info(request, "This has ended. Copy it to run it again.")
        return redirect("placements")
    if request.method == "POST" and form.is_valid() and (stored := stored_form(form)):
        if form.is_draft:
            messages.success(request, "Draft saved. Nothing is reviewed until you submit it.")
            return redirect("placement", pk=stored.pk)
        return redirect("placement-check", pk=stored.pk)
    context = {
        "form": form,
        "placement": form.placement,
        "product": form.product,
        "advertiser": form.advertiser,
        "rate": Rate.objects.filter(
            product=form.product, currency=form.advertiser.currency
        ).first(),
        "price": rates.price_of(form.placement) if form.placement else None,
        "media": editor_media(request, form) if form.product == Product.SPONSORED else "",
        "free_newsletters": availability.free_newsletters(5, form.placement)
        if form.product == Product.NEWSLETTER
        else [],
        "shows_messages": True,
    }
    return render(
        request, "advertising/placement_form.html", context, status=400 if form.errors else 200
    )


def stored_form(form: CampaignForm) -> Placement | None:
    """None where it cannot be stored; the form says why."""
    try:
        return drafting.store(form)
    except ValidationError as error:
        form.add_error(None, error)
        return None


@login_required
@require_http_methods(FORM_METHODS)
def delete_draft(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask, then delete."""
    placement = own_placement(request, pk)
    if not Placement.objects.may_be_changed_by(request.user).filter(pk=placement.pk).exists():
        raise Http404
    if request.method != "POST":
        return render(request, "advertising/delete_draft.html", {"placement": placement})
    try:
        drafting.delete_draft(placement)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("placement-check", pk=placement.pk)
    messages.success(request, f"“{placement.title}” is deleted.")
    return redirect("placements")


def editor_media(request: MemberRequest, form: CampaignForm) -> Media:
    """The rich editor’s scripts: its import map passes the strict policy by a nonce."""
    return Media.from_media(form.media, nonce=str(request.csp_nonce))  # type: ignore[attr-defined]


# --- Checking and submitting -------------------------------------------------------------------


@login_required
@require_http_methods(FORM_METHODS)
@csp_update({"frame-src": ["'self'"]})
def check(request: MemberRequest, pk: int) -> HttpResponse:
    """Before it goes to the desk: the real page with it, what the checks found, and what it
    costs.
    """
    placement = own_placement(request, pk)
    may_submit = Placement.objects.may_be_changed_by(request.user).filter(pk=placement.pk).exists()
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do == "message":
            return send_message(request, placement)
        if not may_submit:
            raise Http404
        return CARRY_OUT[do](request, placement) if do in CARRY_OUT else submit(request, placement)
    creative = placement.latest_creative
    context = {
        "placement": placement,
        "creative": creative,
        "missing": [
            *placement.missing(),
            *(creative.missing() if creative else ["Add what readers should see."]),
        ],
        "findings": checks.check(creative) if creative else [],
        "price": rates.price_of(placement),
        "outlook": availability.outlook(placement),
        "can_submit": may_submit and placement.is_open_for_changes and is_unsent(placement),
        "stop_credit": credit_notes.would_credit(placement) if placement.may_stop else None,
        "order": getattr(placement, "ordered", None) and placement.ordered.order,
        "may_submit": may_submit,
        "thread": placement.messages.select_related("by"),
        "decisions": placement.decisions.all(),
        "shows_messages": True,
    }
    return render(request, "advertising/placement_check.html", context)


def send_message(request: MemberRequest, placement: Placement) -> HttpResponse:
    try:
        messages_with_desk.write(
            placement, request.user, request.POST.get("text", ""), from_desk=False
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "Sent to the desk. The answer comes by mail, and stands here.")
    return redirect("placement-check", pk=placement.pk)


def pause(request: MemberRequest, placement: Placement) -> HttpResponse:
    return _act(
        request,
        placement,
        lambda: running.pause(placement, request.user),
        "Paused. Days that it is paused are not charged.",
    )


def resume(request: MemberRequest, placement: Placement) -> HttpResponse:
    return _act(request, placement, lambda: running.resume(placement, request.user), "Resumed.")


def stop(request: MemberRequest, placement: Placement) -> HttpResponse:
    """Ask with what it costs, then end it for good."""
    if request.POST.get("sure") != "yes":
        context = {
            "placement": placement,
            "credit": credit_notes.would_credit(placement),
            "order": getattr(placement, "ordered", None) and placement.ordered.order,
        }
        return render(request, "advertising/stop.html", context)
    return _act(
        request,
        placement,
        lambda: running.stop(placement, request.user),
        "Cancelled. What did not run is credited.",
    )


def withdraw(request: MemberRequest, placement: Placement) -> HttpResponse:
    return _act(
        request,
        placement,
        lambda: review.withdraw(placement, request.user),
        "Withdrawn from review.",
    )


def copy(request: MemberRequest, placement: Placement) -> HttpResponse:
    try:
        made = drafting.copy(placement)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("placement-check", pk=placement.pk)
    messages.success(request, "This is a copy, a draft. Choose its dates.")
    return redirect("placement", pk=made.pk)


def _act(
    request: MemberRequest, placement: Placement, act: Callable[[], object], done: str
) -> HttpResponse:
    try:
        act()
    except ValidationError as error:
        for line in error.messages:
            messages.error(request, line)
    else:
        messages.success(request, done)
    return redirect("placement-check", pk=placement.pk)


CARRY_OUT = {"pause": pause, "resume": resume, "stop": stop, "withdraw": withdraw, "copy": copy}


def is_unsent(placement: Placement) -> bool:
    creative = placement.latest_creative
    return creative is not None and (creative.submitted_at is None or placement.may_stay_a_draft)


def submit(request: MemberRequest, placement: Placement) -> HttpResponse:
    try:
        review.submit(placement, request.user)
    except ValidationError as error:
        for line in error.messages:
            messages.error(request, line)
        return redirect("placement-check", pk=placement.pk)
    messages.success(request, "Submitted. An editor reads it within one working day.")
    return redirect("placement-check", pk=placement.pk)


@login_required
@require_safe
def preview(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the real page in the frame, with what is being written in it, never counted."""
    placement = own_placement(request, pk)
    creative = placement.latest_creative
    if creative is None:
        raise Http404
    return previews.page(request, placement, creative)


# --- Whose ------------------------------------------------------------------------------------


CHOSEN = "advertiser"  # in the session of somebody who speaks for several


def advertiser_of(request: MemberRequest) -> Advertiser | None:
    """Return the advertiser that somebody speaks for: the one they chose last, or their first."""
    membership = _membership(request)
    return membership.advertiser if membership else None


def _membership(request: MemberRequest) -> Membership | None:
    memberships = (
        Membership.objects.filter(user=request.user)
        .select_related("advertiser")
        .order_by("advertiser")
    )
    found = {membership.advertiser_id: membership for membership in memberships}
    return found.get(request.session.get(CHOSEN, 0)) or next(iter(found.values()), None)


def advertiser_to_submit_for(request: MemberRequest) -> Advertiser | None:
    membership = _membership(request)
    return membership.advertiser if membership and membership.may_submit else None
