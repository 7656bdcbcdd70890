"""The advertiser’s own page: its details, its people and who was asked to join."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from advertising.campaigns.forms.companies import CompanyForm
from advertising.campaigns.views import CHOSEN, FORM_METHODS, MemberRequest, advertiser_of
from advertising.models import Advertiser, Membership, Role
from advertising.organisations import membership as organisations
from core.numbers import whole_number


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(choices=Role.choices, initial=Role.MEMBER, label="What they may do")


@login_required
@require_http_methods(FORM_METHODS)
def company(request: MemberRequest) -> HttpResponse:
    """Everybody of an advertiser sees its people; owners change them."""
    advertiser = advertiser_of(request)
    if advertiser is None:
        return redirect("advertiser-join")
    membership = organisations.membership_of(request.user, advertiser)
    if request.method == "POST":
        try:
            done = act(request, advertiser)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("advertiser")
        except PermissionDenied:
            raise Http404 from None
        if done:
            return redirect("advertiser" if advertiser_of(request) else "placements")
    posted = request.POST if request.POST.get("do") == "details" else None
    asked = request.POST if request.POST.get("do") == "invite" else None
    form, invitation = CompanyForm(posted, instance=advertiser), InvitationForm(asked)
    context = {
        "advertiser": advertiser,
        "membership": membership,
        "memberships": advertiser.memberships.select_related("user"),
        "invitations": organisations.open_invitations(advertiser),
        "roles": Role.choices,
        "companies": Advertiser.objects.filter(members=request.user).order_by("name"),
        "form": form,
        "invitation": invitation,
        "shows_messages": True,
    }
    return render(
        request,
        "advertising/company.html",
        context,
        status=400 if form.errors or invitation.errors else 200,
    )


def act(request: MemberRequest, advertiser: Advertiser) -> bool:
    """Carry out one button of the page. False when a form must be shown again."""
    user, do = request.user, request.POST.get("do", "")
    pk = whole_number(request.POST.get("pk", "")) or 0
    if do == "details":
        organisations.require_owner(user, advertiser)
        form = CompanyForm(request.POST, instance=Advertiser.objects.get(pk=advertiser.pk))
        if not form.is_valid():
            return False
        form.save()
        messages.success(request, "Saved.")
    elif do == "invite":
        organisations.require_owner(user, advertiser)
        asked = InvitationForm(request.POST)
        if not asked.is_valid():
            return False
        organisations.invite(
            advertiser, user, asked.cleaned_data["email"], asked.cleaned_data["role"]
        )
        messages.success(
            request, f"{asked.cleaned_data['email']} gets a mail with a link that works for a week."
        )
    elif do == "withdraw":
        organisations.withdraw(advertiser, user, pk)
        messages.success(request, "The invitation no longer works.")
    elif do == "speak_for":
        if Membership.objects.filter(user=user, advertiser=pk).exists():
            request.session[CHOSEN] = pk
    elif do == "role":
        role = request.POST.get("role", "")
        if role not in ("", *Role.values):
            raise ValidationError("Choose what they may do.")
        organisations.change_role(advertiser, user, pk, role)
        messages.success(request, "Changed." if role else "They are no longer one of your people.")
    else:
        raise ValidationError("Choose what to do.")
    return True


@login_required
@require_http_methods(FORM_METHODS)
def accept(request: MemberRequest, key: str) -> HttpResponse:
    """Opening the link shows who asks; the button joins."""
    try:
        if request.method == "POST":
            membership = organisations.accept(key, request.user)
            request.session[CHOSEN] = membership.advertiser_id
            messages.success(request, f"You now speak for {membership.advertiser.name}.")
            return redirect("placements")
        invitation = organisations.find(key)
    except organisations.InvitationIsOver:
        return render(request, "advertising/invitation_over.html", status=404)
    return render(request, "advertising/invitation.html", {"invitation": invitation})
