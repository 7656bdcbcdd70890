"""The advertiser’s pages: the rate card for everybody, placements for members of the advertiser only."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from advertising import review
from advertising.forms import AdvertiserForm, PlacementForm, initial_of
from advertising.models import Advertiser, Placement, Rate
from newsroom.pagecache import public_page, record, whole


class MemberRequest(HttpRequest):
    """A request behind login_required: somebody is signed in."""

    user: User


FORM_METHODS = ["GET", "HEAD", "POST"]


@public_page()
@require_safe
def rate_card(request: HttpRequest) -> HttpResponse:
    record(whole(Rate))
    context = {"rates": list(Rate.objects.all()), "canonical": "/advertise/"}
    return render(request, "advertising/rate_card.html", context)


@login_required
@require_http_methods(FORM_METHODS)
@never_cache
def join(request: MemberRequest) -> HttpResponse:
    """A new account says which company it speaks for."""
    if advertiser_of(request):
        return redirect("placements")
    form = AdvertiserForm(request.POST or None)
    if form.is_valid():
        with transaction.atomic():
            form.save().members.add(request.user)
        return redirect("placement-new")
    return render(
        request,
        "advertising/join.html",
        {"form": form, "noindex": True, "shows_messages": True},
        status=400 if form.errors else 200,
    )


@login_required
@require_http_methods(FORM_METHODS)
@never_cache
def new_placement(request: MemberRequest) -> HttpResponse:
    advertiser = advertiser_of(request)
    if advertiser is None:
        return redirect("advertiser-join")
    form = PlacementForm(request.POST or None, request.FILES or None)
    return edit(request, form, advertiser)


@login_required
@require_http_methods(FORM_METHODS)
@never_cache
def placement(request: MemberRequest, pk: int) -> HttpResponse:
    """One placement: its state, what the desk said, and the form for a new version."""
    mine = Placement.objects.of_member(request.user).select_related("advertiser", "approved_creative")
    placement = get_object_or_404(mine, pk=min(pk, 2**31))
    form = PlacementForm(
        request.POST or None, request.FILES or None, placement=placement, initial=initial_of(placement)
    )
    return edit(request, form, placement.advertiser)


def edit(request: MemberRequest, form: PlacementForm, advertiser: Advertiser) -> HttpResponse:
    """Show the form, or store what it holds as a draft or as submitted."""
    if form.placement and not form.placement.is_open_for_changes:
        messages.info(request, "This placement was rejected. Make a new one instead.")
        return redirect("placements")
    if request.method == "POST" and form.is_valid():
        try:
            return store(request, form, advertiser)
        except ValidationError as error:
            form.add_error(None, error)
    context = {"form": form, "placement": form.placement, "advertiser": advertiser, "rates": Rate.objects.all()}
    return render(
        request,
        "advertising/placement_form.html",
        {**context, "noindex": True, "shows_messages": True},
        status=400 if form.errors else 200,
    )


@transaction.atomic
def store(request: MemberRequest, form: PlacementForm, advertiser: Advertiser) -> HttpResponse:
    stored = form.save(advertiser)
    if request.POST.get("do") == "draft" and stored.may_stay_a_draft:
        messages.success(request, "Draft saved. Nothing is reviewed until you submit it.")
    else:
        review.submit(stored, request.user)
        messages.success(request, "Submitted. An editor reads it within one working day.")
    return redirect("placement", pk=stored.pk)


def advertiser_of(request: MemberRequest) -> Advertiser | None:
    return Advertiser.objects.filter(members=request.user).order_by("pk").first()
