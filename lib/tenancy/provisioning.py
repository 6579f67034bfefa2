"""Make a tenant: its row, its place and its first rows, or nothing at all."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, OperationalError

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.construction import in_one_transaction
from lib.tenancy.exceptions import ProvisioningError, SubdomainTakenError, TemplateMissingError
from lib.tenancy.identifiers import schema_name_for
from lib.tenancy.models import TenantModel
from lib.tenancy.recorded_steps import in_recorded_steps
from lib.tenancy.servers import MAIN_SERVER
from lib.tenancy.states import Isolation, State

logger = logging.getLogger(__name__)


@contextmanager
def provisioning(tenant: TenantModel) -> Iterator[None]:
    """Make the unsaved `tenant` real around the block; inside, it is current and its tables are there.

    A schema of the main database is one transaction with all that the block writes. For a database of its
    own, or another server, each step is recorded in the tenant's row. Both ways a crash leaves nothing
    that the next try for the subdomain does not remove. Of two for one subdomain, the second is refused.

    Raises:
        SubdomainTakenError: another tenant has the subdomain, or got it a moment ago.
        TemplateMissingError: nothing was begun; see `manage.py prepare`.
        ProvisioningError: anything else; the row is left in state `failed` with the reason, and the next
            try for the subdomain replaces it.
    """
    started_at = time.perf_counter()
    tenant.schema_name = schema_name_for(tenant.subdomain)
    is_of_main_database = tenant.isolation == Isolation.SCHEMA and tenant.server == MAIN_SERVER
    steps = in_one_transaction if is_of_main_database else in_recorded_steps
    try:
        with steps(tenant):
            yield
            tenant.provisioned_ms = round((time.perf_counter() - started_at) * 1000)
    except (SubdomainTakenError, TemplateMissingError):
        raise
    except (OperationalError, InterfaceError):
        # A server is away: there may be nobody to tell the reason to.
        raise
    except Exception as error:
        _record_failure(tenant, error)
        raise ProvisioningError(tenant.subdomain, error) from error
    # It may have been written through `default`; from now on it is a row of the master like any other.
    tenant._state.db = MASTER_ALIAS


def _record_failure(tenant: TenantModel, error: Exception) -> None:
    logger.exception("Provisioning of %s failed", tenant.subdomain)
    tenant.state = State.FAILED
    tenant.state_reason = f"{type(error).__name__}: {error}"[:2000]
    try:
        if not type(tenant)._default_manager.using(MASTER_ALIAS).filter(pk=tenant.pk).exists():
            tenant.pk = None
            tenant._state.adding = True
        tenant.save(using=MASTER_ALIAS)
    except DatabaseError:
        # Somebody has taken the name since; theirs is the row that counts.
        logger.info("The failure of %s was not recorded", tenant.subdomain, exc_info=True)
