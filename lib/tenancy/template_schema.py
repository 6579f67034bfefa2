"""Migrate the schema that the template is dumped from: from the last template, or from nothing.

Both ways end in the same. What a migration takes away again, such as the permissions of a model, can stay
behind when one begins in the middle; so the way from the last template looks whether anything did.
"""

import logging
from typing import Any

from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS
from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.migrating.first_rows import FirstRows, read_first_rows, remove_first_rows
from lib.tenancy.models import TenantTemplate
from lib.tenancy.template import TEMPLATE_SCHEMA, template_tenant
from lib.tenancy.versions import known_migrations

_QUOTED = quote_identifier(TEMPLATE_SCHEMA)

logger = logging.getLogger(__name__)


class CannotGoOnError(Exception):
    """What was made from the last template is not what the migrations make from nothing."""


def migrate_template_schema() -> None:
    """Give the template schema all the migrations of this code, whatever was in it before."""
    with as_owner(), tenant_context(template_tenant()):
        connection = connections[TENANT_ALIAS]
        last = _find_last_template()
        if last is None or not _has_gone_on(connection, last):
            logger.info("The template is made from nothing.")
            _begin(connection, f"CREATE SCHEMA {_QUOTED}")
            _migrate()


def _find_last_template() -> TenantTemplate | None:
    """Return the newest template all of whose migrations are still there."""
    templates = TenantTemplate.objects.using(MASTER_ALIAS).order_by("-version")
    for key, migrations in templates.values_list("pk", "migrations"):
        if known_migrations() > set(migrations):
            return templates.get(pk=key)
    return None


def _has_gone_on(connection: Any, last: TenantTemplate) -> bool:
    """Migrate the schema from `last`; return whether that led to what is made from nothing."""
    try:
        _begin(connection, last.sql)
        _check_history(connection, last)
        before = read_first_rows(connection)
        # Made anew by the migrations, as from nothing: those of models that are gone are not.
        remove_first_rows(connection)
        _migrate()
        _check_first_rows(before, read_first_rows(connection))
    except Exception as error:
        # From nothing is always right, and says what is wrong with a migration.
        logger.info("The template of %s cannot be gone on from: %s", last.version, error)
        return False
    return True


def _begin(connection: Any, sql: str) -> None:
    # From nothing each time: whatever a killed build or another branch left behind is gone.
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {_QUOTED} CASCADE;\n{sql}")


def _migrate() -> None:
    call_command("migrate", database=TENANT_ALIAS, verbosity=0, interactive=False, skip_checks=True)


def _check_history(connection: Any, last: TenantTemplate) -> None:
    loader = MigrationLoader(connection)
    applied = {f"{app}.{name}" for app, name in loader.applied_migrations}
    replaced = {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    on_disk = {f"{app}.{name}" for app, name in {*loader.disk_migrations, *replaced}}
    if gone := applied - on_disk:
        raise CannotGoOnError(f"the migrations {sorted(gone)} are no more")
    # An app that was the platform's until now: its migrations are noted, and its tables are not there.
    if noted := (applied & known_migrations()) ^ set(last.migrations):
        raise CannotGoOnError(f"{sorted(noted)} are not in the schema as the template says")


def _check_first_rows(before: FirstRows, after: FirstRows) -> None:
    lost = {*before.types, *before.permissions} - {*after.types, *after.permissions}
    if lost:
        raise CannotGoOnError(f"{sorted(lost)} are not made any more")
