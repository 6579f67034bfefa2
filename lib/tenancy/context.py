"""The current tenant: a context variable that only a `with` can set."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import connections

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.exceptions import NoTenantError, TenantChangeError
from lib.tenancy.prefixes import Prefixes
from lib.tenancy.tenants import HasTenant, Tenant

T = TypeVar("T")

_current: ContextVar[Tenant | None] = ContextVar("current_tenant", default=None)
# The schema of `_current`, in a variable of its own because every row that is loaded asks for it.
_stamp: ContextVar[str | None] = ContextVar("current_stamp", default=None)
_owner: ContextVar[bool] = ContextVar("is_owner", default=False)


def current_tenant() -> Tenant:
    """Return the active tenant.

    Raises:
        NoTenantError: none is active, for instance in a thread that was started without its context.
    """
    tenant = _current.get()
    if tenant is None:
        raise NoTenantError("asking for the current tenant")
    return tenant


# Return the active tenant, or None: for code that must not fail, such as logging. Like the two below, which
# each query and each row asks, it is the variable's own method, in C: it takes no frame of Python.
find_current_tenant = _current.get


def current_prefixes() -> Prefixes:
    """Return what the statements of the active tenant begin with."""
    tenant = _current.get()
    if tenant is None:
        raise NoTenantError
    return tenant.prefixes


def prefix_chooser(find: Callable[[], Prefixes], with_roles: bool) -> Callable[[], bytes]:
    """Return the function that picks, for each statement, one of the prefixes that `find` returns."""
    if not with_roles:
        return lambda: find().plain
    return lambda: find().owner if is_owner() else find().user


# Return the stamp of what is made now: the schema of the active tenant, or None for what is nobody's.
current_stamp = _stamp.get


# Return whether statements run under the role that owns the tables.
is_owner = _owner.get


@contextmanager
def as_owner() -> Iterator[None]:
    """Let the statements of the block, on all aliases, change tables: migrations, not requests."""
    token = _owner.set(True)
    try:
        yield
    finally:
        _owner.reset(token)


def tenant_context(tenant: HasTenant) -> AbstractContextManager[Tenant]:
    """Make `tenant` the current one inside the block, in this thread or task only.

    Raises:
        TenantChangeError: a transaction of another tenant is open on this thread's connection.
    """
    return _Switch(tenant.as_tenant())


def no_tenant() -> AbstractContextManager[None]:
    """Take the current tenant away inside the block, as for work handed to another process."""
    return _Switch(None)


def run_for_nobody(function: Callable[..., T], *arguments: Any) -> T:
    """Call `function` with no tenant, whatever is open: for code that is nobody's and sends no statement."""
    with _Setting(None):
        return function(*arguments)


MaybeTenant = TypeVar("MaybeTenant", bound=Tenant | None)


class _Setting(AbstractContextManager[MaybeTenant]):
    """Set the tenant around a block. A class, because each request and each piece of a body enters one."""

    __slots__ = ("_of_current", "_of_stamp", "_tenant")

    def __init__(self, tenant: MaybeTenant) -> None:
        self._tenant = tenant

    def __enter__(self) -> MaybeTenant:
        tenant = self._tenant
        self._of_current = _current.set(tenant)
        self._of_stamp = _stamp.set(None if tenant is None else tenant.schema)
        return tenant

    def __exit__(self, *error: object) -> None:
        _current.reset(self._of_current)
        _stamp.reset(self._of_stamp)


class _Switch(_Setting[MaybeTenant]):
    """Set the tenant around a block, unless a transaction of another is open."""

    __slots__ = ()

    def __enter__(self) -> MaybeTenant:
        _refuse_change_in_transaction(self._tenant)
        return super().__enter__()


def _refuse_change_in_transaction(wanted: Tenant | None) -> None:
    if wanted == _current.get():
        return
    for connection in connections.all(initialized_only=True):
        # Django's own backend, for comparison, sends no tenant that could be the wrong one.
        if connection.alias == TENANT_ALIAS and hasattr(connection, "transaction_owners"):
            # A streamed body leaves its tenant between two pieces, and comes back to its own transaction.
            for owner in connection.transaction_owners() - {wanted}:
                raise TenantChangeError(owner or "no tenant", wanted or "none")
