#!/usr/bin/env python
"""Django's command line for the publication."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"The publication cannot start. {error}")
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        from newsroom.operations.database import reason

        sys.exit(f"The database cannot be used: {reason(error)}")


if __name__ == "__main__":
    main()
