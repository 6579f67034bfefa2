"""The tenants of all tests of one process: made once, in each isolation that its tests ask for.

Each has one row in the master, and a place in each isolation. The row says which place is in use, so that
a test finds the same subdomains whatever its isolation.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS, master_schema
from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.models import TenantModel, get_tenant_model
from lib.tenancy.provisioning import provisioning
from lib.tenancy.removal import remove_tenant
from lib.tenancy.resolver import forget_tenant
from lib.tenancy.servers import MAIN_SERVER
from lib.tenancy.states import Isolation
from lib.tenancy.stores import drop_store
from lib.tenancy.template_database import drop_template_database
from lib.tenancy.tenants import Tenant
from lib.tenancy.testing.isolations import isolations
from lib.tenancy.testing.snapshots import Snapshot, take_snapshot

# Where a tenant's rows are, as its own row says it.
_PLACE = ("isolation", "server", "schema_name", "database_name", "database_user", "database_pwd")


@dataclass(frozen=True)
class Place:
    """One place of one tenant, with its rows as they were made."""

    subdomain: str
    fields: dict[str, Any]
    # Asked once: a test may change the key that the password is encrypted with.
    tenant: Tenant
    snapshot: Snapshot


@dataclass(frozen=True)
class Casting:
    """How a project makes a tenant for its tests: its unsaved row, and then its first rows."""

    build: Callable[[str], TenantModel]
    furnish: Callable[[TenantModel], None]


class Stage:
    """Make the tenants for every choice of isolation in `choices`, and put up those of `default`."""

    def __init__(
        self, casting: Casting, *, subdomains: Sequence[str], default: str, choices: Collection[str]
    ) -> None:
        self.subdomains = subdomains
        self.default = self.shown = default
        self._places: dict[tuple[str, Isolation], Place] = {}
        drop_template_database(MAIN_SERVER)  # of a run that was killed
        for subdomain, shown in isolations(default, subdomains).items():
            wanted = {isolations(choice, subdomains)[subdomain] for choice in choices}
            self._make_places(casting, subdomain, [*sorted(wanted - {shown}), shown])
        self._keys = set(_rows().values_list("pk", flat=True))
        self._master = _snapshot_of_master()

    def show(self, choice: str) -> None:
        """Put up the tenants of another isolation. Commits, so no transaction of a test may be open."""
        if choice == self.shown:
            return
        if connections[MASTER_ALIAS].in_atomic_block:
            raise RuntimeError(
                f"A transaction of a test with isolation {self.shown} is open, so {choice} cannot be put up. "
                "All tests of one class of unittest have the same isolation: mark the class, not its methods."
            )
        for subdomain, isolation in isolations(choice, self.subdomains).items():
            _rows().filter(subdomain=subdomain).update(**self._places[subdomain, isolation].fields)
        self.shown = choice
        forget_tenant()

    def tenants(self) -> list[Tenant]:
        """Return the tenants that are put up."""
        shown = isolations(self.shown, self.subdomains)
        return [self._places[subdomain, shown[subdomain]].tenant for subdomain in self.subdomains]

    def restore(self) -> list[str]:
        """Remove the tenants a test has made, put back rows it has changed; return those tables' names."""
        for tenant in _rows().exclude(pk__in=self._keys):
            remove_tenant(tenant)
        changed = []
        for place in self._places.values():
            with as_owner(), tenant_context(place.tenant):
                tables = _restore(TENANT_ALIAS, place.snapshot)
            changed += [f"{place.subdomain}: {table}" for table in tables]
        with as_owner():
            changed += [f"master: {table}" for table in _restore(MASTER_ALIAS, self._master)]
        self.shown = self.default
        forget_tenant()
        return changed

    def reset_sequences(self) -> None:
        """Let all sequences count on from where they were when the tenants were made."""
        with as_owner(), connections[MASTER_ALIAS].cursor() as cursor:
            self._master.restore_sequences(cursor)
        for place in self._places.values():
            with as_owner(), tenant_context(place.tenant), connections[TENANT_ALIAS].cursor() as cursor:
                place.snapshot.restore_sequences(cursor)

    def strike(self) -> None:
        """Remove all tenants. Their databases, logins and roles belong to the server and would stay."""
        for place in self._places.values():
            drop_store(_row_at(place))
        _rows().filter(pk__in=self._keys).delete()
        for tenant in _rows():
            remove_tenant(tenant)
        drop_template_database(MAIN_SERVER)

    def _make_places(self, casting: Casting, subdomain: str, kinds: Sequence[Isolation]) -> None:
        for isolation in kinds:
            # The place made last keeps the row.
            _rows().filter(subdomain=subdomain).delete()
            row = casting.build(subdomain)
            row.isolation = isolation
            with provisioning(row):
                casting.furnish(row)
            with as_owner(), tenant_context(row) as tenant, connections[TENANT_ALIAS].cursor() as cursor:
                snapshot = take_snapshot(cursor, tenant.schema)
            fields = {name: getattr(row, name) for name in _PLACE}
            self._places[subdomain, isolation] = Place(subdomain, fields, tenant, snapshot)


def _rows() -> Any:
    return get_tenant_model()._default_manager.using(MASTER_ALIAS)


def _row_at(place: Place) -> TenantModel:
    return get_tenant_model()(subdomain=place.subdomain, **place.fields)


def _snapshot_of_master() -> Snapshot:
    with as_owner(), connections[MASTER_ALIAS].cursor() as cursor:
        return take_snapshot(cursor, master_schema())


def _restore(alias: str, snapshot: Snapshot) -> list[str]:
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        return snapshot.restore(cursor)
