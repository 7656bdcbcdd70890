"""Staff’s permissions need a session of today, and a second factor where the operator asks for one:
on the desk, and wherever else somebody acts as staff.
"""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from newsroom.operations import log_ins
from newsroom.pages import send_again

# Where staff sees what is everybody’s: orders, invoices and reports of all advertisers. The desk itself asks
# by its own guard.
STAFF_ACTS_AT = ("/partners/",)


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """Send to the log-in whose session is over, and to the second factor who must have one."""
    if log_ins.is_over(request):
        logout(request)
        if request.method == "POST":
            return send_again.page(request, "You are signed out", sign_in=True)
        return redirect_to_login(request.get_full_path(), reverse("account_login"))
    if settings.STAFF_SECOND_FACTOR and not is_mfa_enabled(request.user):
        messages.warning(request, "The desk needs a second factor. Add one here.")
        return redirect("mfa_index")
    return None


class StaffGuardMiddleware:
    """Stands behind the log-in. Pages for readers are not asked about: staff is nobody special there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            request.path.startswith(STAFF_ACTS_AT)
            and request.user.is_staff
            and (refusal := ask_again(request))
        ):
            return refusal
        return self.get_response(request)
