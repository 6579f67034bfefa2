"""A tenant as the database backend sees it: where its rows live."""

from dataclasses import dataclass, field
from typing import Protocol

from lib.tenancy.conf import master_schema
from lib.tenancy.prefixes import Prefixes, make_prefixes
from lib.tenancy.roles import owner_role, tenant_role
from lib.tenancy.servers import MAIN_SERVER

# Names a physical database and who is connected to it; None is the database of the alias `default` itself.
ConnectionKey = tuple[str, ...] | None


@dataclass(frozen=True)
class Database:
    """A database of a tenant's own, with the one login besides the platform's that may connect to it."""

    name: str
    user: str
    password: str = field(repr=False, compare=False)


@dataclass(frozen=True)
class Tenant:
    """Name the place of one tenant's rows. Immutable, hashable and safe to pickle."""

    subdomain: str
    schema: str
    server: str = MAIN_SERVER
    database: Database | None = None
    prefixes: Prefixes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # In a database of its own the login is already the one that may use these rows alone.
        role = None if self.database else tenant_role(self.schema)
        object.__setattr__(self, "prefixes", make_prefixes([self.schema], role))

    def __str__(self) -> str:
        return self.subdomain

    def as_tenant(self) -> "Tenant":
        return self

    def connection_key(self, *, as_owner: bool) -> ConnectionKey:
        """Return which connection the tenant's statements need; tenants of one database share it."""
        if self.database is None:
            return None if self.server == MAIN_SERVER else (self.server,)
        return (self.server, self.database.name) if as_owner else (self.server, self.database.name, "")


class UnderConstruction(Tenant):
    """A tenant of the main server while it is made or removed: its statements find the master's tables too.

    So that the row of the tenant and its schema are made in one transaction of one connection.
    """

    def __post_init__(self) -> None:
        prefixes = make_prefixes([self.schema, master_schema()], owner_role())
        object.__setattr__(self, "prefixes", prefixes)


class HasTenant(Protocol):
    """Anything that knows its tenant: a `Tenant`, or a row of the tenant model."""

    def as_tenant(self) -> Tenant: ...
