"""Django’s `createsuperuser`, which does not make an account that could not sign in."""

import os
import sys
from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError

NEEDS_ADDRESS = "Who signs in to the desk needs an e-mail address."


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        given = options.get("email") or os.environ.get("DJANGO_SUPERUSER_EMAIL")
        if not options["interactive"] and not given:
            raise CommandError(f"{NEEDS_ADDRESS} Name one with --email.")
        if not options["interactive"] and not os.environ.get("DJANGO_SUPERUSER_PASSWORD"):
            raise CommandError("Give the password in DJANGO_SUPERUSER_PASSWORD.")
        if options["interactive"] and not (options.get("stdin") or sys.stdin).isatty():
            raise CommandError(
                "Nobody can be asked here. Use --noinput with --username, --email and "
                "DJANGO_SUPERUSER_PASSWORD, or a terminal."
            )
        return super().handle(*args, **options)

    def get_input_data(self, field: Any, message: Any, default: Any = None) -> Any:
        value = super().get_input_data(field, message, default)
        if field.name == "email" and not value:
            self.stderr.write(NEEDS_ADDRESS)
            return None  # It asks again.
        return value
