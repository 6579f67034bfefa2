"""A tenant as the database backend sees it: where its rows live."""

from dataclasses import dataclass, field
from typing import Protocol

from lib.tenancy.conf import master_schema
from lib.tenancy.prefixes import Prefixes, make_prefixes
from lib.tenancy.roles import owner_role, tenant_role
from lib.tenancy.servers import MAIN_SERVER


@dataclass(frozen=True)
class Database:
    """A database of a tenant's own, with the one login besides the platform's that may connect to it."""

    name: str
    user: str
    # As in the row: it is decrypted when a connection is opened, which is seldom.
    encrypted_password: str = field(repr=False, compare=False)


@dataclass(frozen=True)
class Tenant:
    """Name the place of one tenant's rows. Immutable, hashable and safe to pickle."""

    subdomain: str
    schema: str
    server: str = MAIN_SERVER
    database: Database | None = None
    prefixes: Prefixes = field(init=False, repr=False, compare=False)
    # Whether its statements go through the connection of the alias `default` itself.
    is_in_main_database: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # In a database of its own the login is already the one that may use these rows alone.
        role = None if self.database else tenant_role(self.schema)
        self._note(make_prefixes([self.schema], role))

    def _note(self, prefixes: Prefixes) -> None:
        object.__setattr__(self, "prefixes", prefixes)
        object.__setattr__(self, "is_in_main_database", self.database is None and self.server == MAIN_SERVER)

    def __str__(self) -> str:
        return self.subdomain

    def as_tenant(self) -> "Tenant":
        return self

    def connection_key(self, *, as_owner: bool) -> tuple[str, ...]:
        """Return the physical database and who is connected to it; tenants of one database share it."""
        if self.database is None:
            return (self.server,)
        return (self.server, self.database.name) if as_owner else (self.server, self.database.name, "")


class UnderConstruction(Tenant):
    """A tenant of the main server while it is made or removed: its statements find the master's tables too.

    So that the row of the tenant and its schema are made in one transaction of one connection.
    """

    def __post_init__(self) -> None:
        self._note(make_prefixes([self.schema, master_schema()], owner_role()))


class HasTenant(Protocol):
    """Anything that knows its tenant: a `Tenant`, or a row of the tenant model."""

    def as_tenant(self) -> Tenant: ...
