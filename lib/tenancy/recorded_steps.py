"""A tenant in a database of its own, or on another server: what one transaction cannot hold, step by step.

reserved -> provisioning -> active, each committed to the tenant's row. Whoever works on a subdomain holds a
lock that PostgreSQL gives back when its holder dies, so a row in one of the first two states whose lock is
free was left by a crash: the next try removes what there is of it and begins again.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, connections, transaction

from lib.tenancy.administration import administer
from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS
from lib.tenancy.construction import violates_subdomain
from lib.tenancy.context import as_owner, no_tenant, tenant_context
from lib.tenancy.encryption import encrypt
from lib.tenancy.exceptions import SubdomainTakenError
from lib.tenancy.locks import BEING_MADE, share_session_lock, try_session_lock
from lib.tenancy.models import TenantModel
from lib.tenancy.roles import tenant_role
from lib.tenancy.servers import MAIN_SERVER
from lib.tenancy.states import Isolation, State
from lib.tenancy.stores import build_store, drop_store
from lib.tenancy.template import load_template

UNFINISHED = (State.RESERVED, State.PROVISIONING, State.FAILED)
_PASSWORD_BYTES = 32


@contextmanager
def in_recorded_steps(tenant: TenantModel) -> Iterator[None]:
    """Reserve the subdomain, build the tenant's place, run the block inside it, and open it to people."""
    with no_tenant(), at_work_on(tenant.subdomain) as cursor:
        template = load_template()
        tenant.version = template.version
        _reserve(tenant)
        try:
            _record(tenant, State.PROVISIONING)
            build_store(tenant, template, cursor)
            # As the owner, as in one transaction: on the connection by which its place was made.
            with as_owner(), tenant_context(tenant), transaction.atomic(using=TENANT_ALIAS):
                yield
            _record(tenant, State.ACTIVE)
        except BaseException:
            _close_connection(tenant)
            drop_store(tenant)
            raise


@contextmanager
def at_work_on(subdomain: str) -> Iterator[Any]:
    """Hold the lock of whoever makes or removes the tenant with this subdomain; it ends with its holder.

    Yields a cursor that administers the main server, for the holder's work: the session that holds the lock.

    Raises:
        SubdomainTakenError: somebody else is at work on it.
    """
    # On a connection of its own, past a pooler: the steps commit on the one of `master`.
    with administer(MAIN_SERVER) as cursor:
        if not try_session_lock(f"provision:{subdomain}", cursor):
            raise SubdomainTakenError(subdomain)
        share_session_lock(BEING_MADE, cursor)
        yield cursor


def _reserve(tenant: TenantModel) -> None:
    rows = type(tenant)._default_manager.using(MASTER_ALIAS)
    leftover = rows.filter(subdomain=tenant.subdomain, state__in=UNFINISHED).first()
    if leftover is not None:
        drop_store(leftover)
        leftover.delete(using=MASTER_ALIAS)
    tenant.state = State.RESERVED
    if tenant.isolation == Isolation.DATABASE:
        tenant.database_name = tenant.schema_name
        tenant.database_user = tenant_role(tenant.schema_name)
        tenant.database_pwd = encrypt(secrets.token_urlsafe(_PASSWORD_BYTES))
    try:
        with transaction.atomic(using=MASTER_ALIAS):
            tenant.save(using=MASTER_ALIAS, force_insert=True)
    except IntegrityError as error:
        if not violates_subdomain(tenant, error):
            raise
        raise SubdomainTakenError(tenant.subdomain) from error


def _record(tenant: TenantModel, state: State) -> None:
    tenant.state = state
    tenant.save(using=MASTER_ALIAS, update_fields=["state", "provisioned_ms"])


def _close_connection(tenant: TenantModel) -> None:
    with as_owner(), tenant_context(tenant):
        connections[TENANT_ALIAS].close()
