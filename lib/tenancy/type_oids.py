"""The numbers of hstore and citext, which each database gives anew when the extension is made in it."""

from typing import Any

from django.apps import apps

from lib.tenancy.replacing import replace


def ask_each_database_for_its_types() -> None:
    """Ask at each new connection, where django.contrib.postgres would remember one answer for the alias.

    The alias `default` is many databases, and a value of another's number would come back as plain text.
    """
    if not apps.is_installed("django.contrib.postgres"):
        return
    from django.contrib.postgres import signals  # importing it needs the app's extras

    for name in ("get_hstore_oids", "get_citext_oids"):
        replace(signals, name, _uncached)


def _uncached(function: Any) -> Any:
    return getattr(function, "__wrapped__", function)
