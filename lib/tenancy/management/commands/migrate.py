"""Django's migrate, run by the role that owns the tables."""

from typing import Any

from django.core.management.commands import migrate

from lib.tenancy.context import as_owner


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> Any:
        with as_owner():
            return super().handle(*args, **options)
