#!/usr/bin/env python3
"""Django's command line."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit(
            "Django is not installed in this Python. Run `make run`, or call .venv/bin/python manage.py."
        ) from error
    from lib.tenancy.exceptions import NoTenantError

    try:
        execute_from_command_line(sys.argv)
    except NoTenantError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
