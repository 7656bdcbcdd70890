"""Accounts: django-allauth’s flows with our words, and where a person lands after signing in."""

import json
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.sites.shortcuts import get_current_site
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_tasks import task

from core import mail, sealed, strangers


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Links in mails lead to SITE_URL, whatever host the request came by."""
        addresses = {
            name: on_site(value) for name, value in context.items() if name.endswith("_url")
        }
        context = {**context, **addresses, "email": email, "request": self.request}
        context["current_site"] = get_current_site(self.request)
        message = self.render_mail(template_prefix, email, context)
        text = sealed.seal(json.dumps([message.subject, message.body]))
        transaction.on_commit(lambda: mail_account.enqueue(email, text))


@task()
def mail_account(address: str, sealed_text: str) -> None:
    """No request waits for a mail server. The text is sealed, because there may be a key in it."""
    if strangers.waits(mail_account, address, address, sealed_text):
        return
    subject, body = json.loads(sealed.unseal(sealed_text))
    mail.JobMail(subject, body, to=[address], headers=mail.AUTOMATIC, asked=True).send()


def on_site(address: str) -> str:
    parts = urlsplit(address)
    return settings.SITE_URL + urlunsplit(("", "", parts.path, parts.query, parts.fragment))


def verify_staff_address(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Accounts of the desk are made by people who know whose they are: their address needs no mail
    to confirm.
    """
    if instance.is_staff and instance.email:
        confirm_address(instance)


@transaction.atomic
def confirm_address(user: Any) -> None:
    """Make the account’s address its confirmed one, unless it is another account’s already."""
    email = user.email.lower()
    if EmailAddress.objects.filter(email__iexact=email, verified=True).exclude(user=user).exists():
        return
    EmailAddress.objects.filter(user=user, primary=True).exclude(email=email).update(primary=False)
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )


@login_required
def account_home(request: HttpRequest) -> HttpResponse:
    """Staff go to the desk, everybody else to their placements."""
    return redirect("admin:index" if request.user.is_staff else "placements")
