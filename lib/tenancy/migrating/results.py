"""What became of each tenant, noted in the master: in the migration's own transaction where it can be."""

from dataclasses import dataclass

from django.db import connections

from lib.tenancy.conf import MASTER_ALIAS, master_schema
from lib.tenancy.context import as_owner
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.models import MigrationResult, Outcome, TenantModel, get_tenant_model
from lib.tenancy.servers import MAIN_SERVER
from lib.tenancy.states import Isolation


@dataclass(frozen=True)
class Report:
    """What a run did to one tenant."""

    subdomain: str
    outcome: Outcome
    attempts: int = 1
    error: Exception | None = None


def is_beside_master(tenant: TenantModel) -> bool:
    """Return whether the tenant's rows are in the master's database, so that one transaction reaches both."""
    return tenant.isolation == Isolation.SCHEMA and tenant.server == MAIN_SERVER


def success_sql(
    run: int,
    tenant: TenantModel,
    *,
    outcome: Outcome,
    version: str,
    attempts: int,
    duration_ms: int | None = None,
) -> str:
    """Return the SQL, for the owner in the master's database, that notes what was done, and the new version.

    Without `duration_ms` it is how long the transaction has lasted that the SQL is sent in.
    """
    duration = (
        "extract(epoch FROM clock_timestamp() - now()) * 1000" if duration_ms is None else str(duration_ms)
    )
    schema = quote_identifier(master_schema())
    tenants = quote_identifier(get_tenant_model()._meta.db_table)
    results = quote_identifier(MigrationResult._meta.db_table)
    texts = (tenant.subdomain, outcome.value, tenant.version, version)
    return (
        f"UPDATE {schema}.{tenants} SET version = {_literal(version)} WHERE id = {int(tenant.pk)};\n"
        f"INSERT INTO {schema}.{results} (run_id, subdomain, outcome, version_before, version_after, "
        f"attempts, duration_ms, error, at) VALUES ({run}, {', '.join(map(_literal, texts))}, {attempts}, "
        f"{duration}, '', clock_timestamp())"
    )


def note_success(sql: str) -> None:
    """Send what `success_sql` returned to the master, for a tenant that is somewhere else."""
    with as_owner(), connections[MASTER_ALIAS].cursor() as cursor:
        cursor.execute(sql)


def note_failure(run: int, tenant: TenantModel, *, error: Exception, attempts: int, duration_ms: int) -> None:
    """Write down why a tenant was not migrated. It stays closed to people as long as it is behind."""
    MigrationResult.objects.using(MASTER_ALIAS).create(
        run_id=run,
        subdomain=tenant.subdomain,
        outcome=Outcome.FAILED,
        version_before=tenant.version,
        version_after=tenant.version,
        attempts=attempts,
        duration_ms=duration_ms,
        error=f"{type(error).__name__}: {error}"[:10_000].replace("\0", ""),
    )


def _literal(text: str) -> str:
    return "'{}'".format(text.replace("'", "''"))
