"""Schemas that are made in advance, so that a tenant who comes is there by giving one of them its name."""

from django.db import connections, transaction
from django.db.models import QuerySet

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS, wanted_spares
from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.identifiers import quote_identifier, schema_name_for
from lib.tenancy.locks import hold_lock
from lib.tenancy.models import TenantSpare
from lib.tenancy.roles import owner_role, set_role, tenant_role, uses_roles
from lib.tenancy.template import load_template, replay
from lib.tenancy.tenants import Tenant, UnderConstruction

# Of those that somebody else is taking at this moment, none is waited for.
_TAKE = """
    DELETE FROM tenancy_tenantspare WHERE id = (
        SELECT id FROM tenancy_tenantspare WHERE {which} ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING schema_name
"""


def take_spare(version: str, tenant: Tenant) -> bool:
    """Make the tenant's schema and role out of a spare of `version`, in the transaction of its construction.

    Returns whether there was one.
    """
    if not wanted_spares():
        return False
    spare = _take("version = %s", version)
    if spare is None:
        return False
    rename = f"ALTER SCHEMA {quote_identifier(spare)} RENAME TO {quote_identifier(tenant.schema)};\n"
    if uses_roles(TENANT_ALIAS):
        old, new = (quote_identifier(tenant_role(schema)) for schema in (spare, tenant.schema))
        # Roles are the login's, schemas the owner's. Rights stay with a role whatever its name.
        rename += f"SET LOCAL ROLE NONE;\nALTER ROLE {old} RENAME TO {new};\n{set_role(owner_role())}"
    with connections[TENANT_ALIAS].cursor() as cursor:
        cursor.execute(rename)
    return True


def refill_spares() -> int:
    """Make spares until there are as many as the settings want, and return how many were made.

    Those of other versions are dropped. Each is a transaction, and two processes never make too many.
    """
    version = load_template().version
    while _drop_one("version <> %s", version):
        pass
    while _spares(version, MASTER_ALIAS).count() > wanted_spares() and _drop_one("version = %s", version):
        pass
    made = 0
    while _make_one_more():
        made += 1
    return made


def _make_one_more() -> bool:
    place = _new_place()
    with as_owner(), tenant_context(place), transaction.atomic(using=TENANT_ALIAS):
        hold_lock("tenant-spares", using=TENANT_ALIAS)
        template = load_template()
        if _spares(template.version, TENANT_ALIAS).count() >= wanted_spares():
            return False
        replay(template, place)
        spare = TenantSpare(version=template.version, schema_name=place.schema)
        spare.save(using=TENANT_ALIAS)
        return True


def _spares(version: str, alias: str) -> QuerySet[TenantSpare]:
    return TenantSpare.objects.using(alias).filter(version=version)


def _new_place() -> UnderConstruction:
    schema = schema_name_for("spare")
    return UnderConstruction(subdomain=schema, schema=schema)


def _drop_one(which: str, version: str) -> bool:
    with as_owner(), tenant_context(_new_place()), transaction.atomic(using=TENANT_ALIAS):
        spare = _take(which, version)
        if spare is None:
            return False
        drop = f"DROP SCHEMA {quote_identifier(spare)} CASCADE;\n"
        if uses_roles(TENANT_ALIAS):
            drop += f"SET LOCAL ROLE NONE;\nDROP ROLE {quote_identifier(tenant_role(spare))}"
        with connections[TENANT_ALIAS].cursor() as cursor:
            cursor.execute(drop)
        return True


def _take(which: str, version: str) -> str | None:
    with connections[TENANT_ALIAS].cursor() as cursor:
        cursor.execute(_TAKE.format(which=which), [version])
        row = cursor.fetchone()
        return str(row[0]) if row else None
