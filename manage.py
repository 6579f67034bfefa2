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
    from django.conf import settings
    from django.db import OperationalError

    from lib.tenancy.exceptions import NoTenantError

    try:
        execute_from_command_line(sys.argv)
    except NoTenantError as error:
        raise SystemExit(str(error)) from error
    except OperationalError as error:
        # Port 1 stands in the settings for an embedded server that does not run.
        if settings.DATABASES["default"]["PORT"] == 1:
            reason = "PostgreSQL does not run. Start it with `make run`, or set DATABASE_URL."
            raise SystemExit(reason) from error
        # Who is let in gets errors with a code.
        if getattr(error.__cause__, "pgcode", None) is None:
            cure = "Start that server, or mend its address in .env: DATABASE_URL, or TENANCY_SERVERS."
            raise SystemExit(f"{str(error).strip()}\n{cure}") from error
        raise


if __name__ == "__main__":
    main()
