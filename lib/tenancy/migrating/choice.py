"""Which tenants a run is for."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.migrations.loader import MigrationLoader
from django.db.models import QuerySet

from lib.tenancy.fleet import provisioned_tenants
from lib.tenancy.migrating.exceptions import UnknownTenantsError
from lib.tenancy.migrating.targets import Target
from lib.tenancy.models import TenantModel
from lib.tenancy.versions import current_version, is_ahead


@dataclass(frozen=True)
class Choice:
    """The tenants and the target of a run, as they were asked for."""

    target: Target = field(default_factory=Target)
    # By subdomain. An empty `only` means all.
    only: Sequence[str] = ()
    exclude: Sequence[str] = ()
    # Migrated before the others, who are left alone if one of these fails.
    canaries: Sequence[str] = ()

    def as_options(self) -> dict[str, Any]:
        """Return it as JSON can keep it."""
        return asdict(self)

    @classmethod
    def from_options(cls, options: dict[str, Any]) -> "Choice":
        """Return what `as_options` was called on."""
        return cls(**{**options, "target": Target(**options["target"])})

    def refuse_unknown(self) -> None:
        """Raise if a name is nobody's, or the target is no migration.

        Raises:
            UnknownTenantsError: names those that are nobody's.
            UnknownMigrationError: names the migrations there are.
        """
        self.target.nodes(MigrationLoader(None).graph)
        named = {*self.only, *self.exclude, *self.canaries}
        if named:
            known = set(provisioned_tenants().filter(subdomain__in=named).values_list("subdomain", flat=True))
            if named - known:
                raise UnknownTenantsError(sorted(named - known))

    def find_tenants(self) -> list[TenantModel]:
        """Return those that have something to do, as far as their stamps say: one query for all servers."""
        tenants = self.named()
        if self.target.is_all:
            # One that is ahead is left to the newer release that is at work on it.
            return [row for row in tenants.exclude(version=current_version()) if not is_ahead(row.version)]
        return list(tenants)

    def named(self) -> QuerySet[TenantModel]:
        """Return those that `only` and `exclude` leave, whatever their version."""
        tenants = provisioned_tenants()
        if self.only:
            tenants = tenants.filter(subdomain__in={*self.only, *self.canaries})
        return tenants.exclude(subdomain__in=self.exclude)

    def split(self, tenants: Iterable[TenantModel]) -> tuple[list[TenantModel], list[TenantModel]]:
        """Return the canaries among `tenants`, and the others."""
        rows = list(tenants)
        return (
            [row for row in rows if row.subdomain in self.canaries],
            [row for row in rows if row.subdomain not in self.canaries],
        )
