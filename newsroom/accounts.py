"""Accounts: django-allauth’s flows with our words, and where a person lands after signing in."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache


class AccountAdapter(DefaultAccountAdapter):
    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Mails name SITE_URL, whatever host the request came by."""
        return settings.SITE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])


def verify_staff_address(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Accounts of the desk are made by people who know whose they are: their address needs no mail to confirm."""
    if instance.is_staff and instance.email:
        confirm_address(instance)


def confirm_address(user: Any) -> None:
    EmailAddress.objects.update_or_create(
        user=user, email=user.email.lower(), defaults={"verified": True, "primary": True}
    )


@login_required
@never_cache
def account_home(request: HttpRequest) -> HttpResponse:
    """Staff go to the desk, everybody else to their placements."""
    return redirect("admin:index" if request.user.is_staff else "placements")
