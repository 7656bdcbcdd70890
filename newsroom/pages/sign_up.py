"""The form of a new account."""

from typing import Any

from allauth.account.forms import SignupForm
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest


class SignUpForm(SignupForm):
    def try_save(self, request: HttpRequest) -> Any:
        """Take as long for an address that has an account, whose owner is told by mail, as for a new
        one, whose password is hashed: otherwise time would tell who has one.
        """
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)
