"""Django's makemigrations, which wants to compare a database's history with the files."""

from typing import Any

from django.core.management.commands import makemigrations

from lib.tenancy.context import tenant_context
from lib.tenancy.template import template_tenant


class Command(makemigrations.Command):
    def handle(self, *args: Any, **options: Any) -> Any:
        # Of all tenants' histories, the template's is the one that is always there and always current.
        with tenant_context(template_tenant()):
            return super().handle(*args, **options)
