"""Make a tenant: its row, its schema and its first rows in one transaction, or nothing at all."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connections,
    transaction,
)
from psycopg2 import errorcodes

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS
from lib.tenancy.context import tenant_context
from lib.tenancy.exceptions import ProvisioningError, SubdomainTakenError
from lib.tenancy.identifiers import schema_name_for
from lib.tenancy.models import TenantModel
from lib.tenancy.states import State
from lib.tenancy.template import load_template, replay
from lib.tenancy.tenants import UnderConstruction
from lib.tenancy.versions import current_version

logger = logging.getLogger(__name__)

_LOCK_TIMEOUT_SECONDS = 10


@contextmanager
def provisioning(tenant: TenantModel) -> Iterator[None]:
    """Make the unsaved `tenant` real around the block; inside, it is current and its tables are there.

    Row, schema, what the block writes and the state `active` are committed together, on the connection of
    the alias `default`, where the block finds the master's tables too. So there is nothing to clean up after
    a crash: PostgreSQL forgets it all. Of two for one subdomain, the second waits for the first.

    Raises:
        SubdomainTakenError: another tenant has the subdomain, or got it a moment ago.
        TemplateMissingError: nothing was begun; see `manage.py prepare`.
        ProvisioningError: anything else; the row is left in state `failed` with the reason, and the next
            try for the subdomain replaces it.
    """
    started_at = time.perf_counter()
    template = load_template()
    tenant.schema_name = schema_name_for(tenant.subdomain)
    place = UnderConstruction(subdomain=tenant.subdomain, schema=tenant.schema_name)
    try:
        with tenant_context(place), transaction.atomic(using=TENANT_ALIAS):
            _claim(tenant)
            replay(template, place)
            yield
            tenant.state = State.ACTIVE
            tenant.provisioned_ms = round((time.perf_counter() - started_at) * 1000)
            tenant.save(using=TENANT_ALIAS, update_fields=["state", "provisioned_ms"])
    except SubdomainTakenError:
        raise
    except (OperationalError, InterfaceError):
        # The server is away: nothing was committed, and there is nobody to tell the reason to.
        raise
    except Exception as error:
        _record_failure(tenant, error)
        raise ProvisioningError(tenant.subdomain, error) from error
    # It was written through `default`; from now on it is a row of the master like any other.
    tenant._state.db = MASTER_ALIAS


def _claim(tenant: TenantModel) -> None:
    """Insert the tenant's row, in place of one that failed before it."""
    with connections[TENANT_ALIAS].cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT_SECONDS}s'")
    rows = type(tenant)._default_manager.using(TENANT_ALIAS)
    tenant.state = State.PROVISIONING
    tenant.version = current_version()
    try:
        rows.filter(subdomain=tenant.subdomain, state=State.FAILED).delete()
        tenant.save(using=TENANT_ALIAS, force_insert=True)
    except IntegrityError as error:
        if not _violates_subdomain(tenant, error):
            raise
        raise SubdomainTakenError(tenant.subdomain) from error
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != errorcodes.LOCK_NOT_AVAILABLE:
            raise
        raise SubdomainTakenError(tenant.subdomain) from error


def _violates_subdomain(tenant: TenantModel, error: IntegrityError) -> bool:
    diagnostics = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnostics, "constraint_name", "") or ""
    return constraint.startswith(f"{tenant._meta.db_table}_subdomain")


def _record_failure(tenant: TenantModel, error: Exception) -> None:
    logger.exception("Provisioning of %s failed", tenant.subdomain)
    tenant.pk = None
    tenant._state.adding = True
    tenant.state = State.FAILED
    tenant.state_reason = f"{type(error).__name__}: {error}"[:2000]
    try:
        tenant.save(using=MASTER_ALIAS, force_insert=True)
    except DatabaseError:
        # Somebody has taken the name since; theirs is the row that counts.
        logger.info("The failure of %s was not recorded", tenant.subdomain, exc_info=True)
