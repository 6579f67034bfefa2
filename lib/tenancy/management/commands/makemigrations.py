"""Django's makemigrations, which wants to compare a database's history with the files."""

from contextlib import suppress
from typing import Any

from django.core.management.commands import makemigrations

from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.exceptions import UnreachableDatabaseError
from lib.tenancy.foundation import lay_foundation
from lib.tenancy.template import template_tenant


class Command(makemigrations.Command):
    def handle(self, *args: Any, **options: Any) -> Any:
        # Without a database Django compares nothing and says so.
        with suppress(UnreachableDatabaseError):
            lay_foundation()
        # Of all tenants' histories, the template's is the one that is always there and always current.
        with as_owner(), tenant_context(template_tenant()):
            return super().handle(*args, **options)
