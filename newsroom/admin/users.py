"""Accounts of the desk: made with an address, since signing in needs one."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

NEEDS_ADDRESS = "Who signs in to the desk needs an e-mail address."


class NeedsAddress(forms.ModelForm[User]):
    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_staff = data.get("is_staff", self.instance.is_staff)
        if is_staff and not data.get("email") and "email" not in self.errors:
            raise ValidationError({"email": NEEDS_ADDRESS})
        return data


class NewAccountForm(NeedsAddress, AdminUserCreationForm[User]):
    class Meta(AdminUserCreationForm.Meta):
        fields = ("username", "email", "first_name", "last_name", "is_staff", "groups")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_staff"].initial = True


class AccountForm(NeedsAddress, UserChangeForm[User]):
    pass


admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(UserAdmin[User]):
    form = AccountForm
    add_form = NewAccountForm
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    *("username", "email", "first_name", "last_name"),
                    *("is_staff", "groups", "usable_password", "password1", "password2"),
                ),
            },
        ),
    )
