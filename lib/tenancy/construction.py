"""A tenant that is a schema of the main database: everything in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, OperationalError, connections, transaction
from psycopg2 import errorcodes

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.exceptions import SubdomainTakenError
from lib.tenancy.locks import BEING_MADE, share_lock
from lib.tenancy.models import TenantModel
from lib.tenancy.spares import take_spare
from lib.tenancy.states import State
from lib.tenancy.template import load_template, replay
from lib.tenancy.tenants import UnderConstruction

_LOCK_TIMEOUT_SECONDS = 10


@contextmanager
def in_one_transaction(tenant: TenantModel) -> Iterator[None]:
    """Commit the tenant's row, its schema and what the block writes together, through the alias `default`.

    Inside, the tenant's tables are found, and the master's behind them. After a crash PostgreSQL forgets it
    all. Of two for one subdomain, the second waits for the first at the row's unique index.
    """
    place = UnderConstruction(subdomain=tenant.subdomain, schema=tenant.schema_name)
    with as_owner(), tenant_context(place), transaction.atomic(using=TENANT_ALIAS):
        # Shared by all who make tenants: a release waits for them before it looks who is behind.
        share_lock(BEING_MADE, connections[TENANT_ALIAS])
        template = load_template()
        tenant.version = template.version
        _claim(tenant)
        if not take_spare(template.version, place):
            replay(template, place)
        yield
        tenant.state = State.ACTIVE
        tenant.save(using=TENANT_ALIAS, update_fields=["state", "provisioned_ms"])


def _claim(tenant: TenantModel) -> None:
    """Insert the tenant's row, in place of one that failed before it."""
    with connections[TENANT_ALIAS].cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT_SECONDS}s'")
    rows = type(tenant)._default_manager.using(TENANT_ALIAS)
    tenant.state = State.PROVISIONING
    try:
        rows.filter(subdomain=tenant.subdomain, state=State.FAILED).delete()
        tenant.save(using=TENANT_ALIAS, force_insert=True)
    except IntegrityError as error:
        if not violates_subdomain(tenant, error):
            raise
        raise SubdomainTakenError(tenant.subdomain) from error
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != errorcodes.LOCK_NOT_AVAILABLE:
            raise
        raise SubdomainTakenError(tenant.subdomain) from error


def violates_subdomain(tenant: TenantModel, error: IntegrityError) -> bool:
    """Return whether `error` says that another row has the tenant's subdomain."""
    diagnostics = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnostics, "constraint_name", "") or ""
    return constraint.startswith(f"{tenant._meta.db_table}_subdomain")
