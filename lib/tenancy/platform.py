"""The platform's tables from inside a tenant: in the tenant's own transaction, if one database holds both."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS
from lib.tenancy.context import find_current_tenant


def platform_alias() -> str:
    """Return the alias whose transaction can hold rows of the platform and of the current tenant together.

    It is `default` for a tenant of the main database. Without a tenant, or with one elsewhere: `master`.
    """
    tenant = find_current_tenant()
    shares_database = tenant is not None and tenant.is_in_main_database
    return TENANT_ALIAS if shares_database else MASTER_ALIAS


@contextmanager
def platform_cursor() -> Iterator[Any]:
    """Yield a cursor for the platform's tables on the connection of `platform_alias()`.

    The tenant's own role is not used, so that it needs no right on those tables.
    """
    connection: Any = connections[platform_alias()]
    if connection.alias == MASTER_ALIAS:
        with connection.cursor() as cursor:
            yield cursor
    else:
        with connection.pointed_at_master(), connection.cursor() as cursor:
            yield cursor
