"""What examinations look at: the installation, each of its servers, each database with schemas of ours."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lib.tenancy.catalog.reading import Model
from lib.tenancy.conf import MASTER_ALIAS, extensions_schema, master_schema
from lib.tenancy.models import TenantModel, get_tenant_model
from lib.tenancy.roles import master_role, owner_role, server_uses_roles, tenant_role
from lib.tenancy.servers import MAIN_SERVER, server_settings
from lib.tenancy.states import Isolation, State
from lib.tenancy.template import TEMPLATE_SCHEMA

# In these states a tenant has a store; before, somebody may be at work on it.
WITH_STORE = (State.ACTIVE, State.SUSPENDED)


@dataclass
class Installation:
    """All tenants' rows, which of them are wanted, and what has been proved so far."""

    tenants: list[TenantModel]
    servers: list[str]
    # The server whose findings are wanted, and the tenant, by its subdomain; None for all.
    wanted_server: str | None = None
    wanted: str | None = None
    # The subdomains of those as whom the walls are tried; None for all.
    tried: frozenset[str] | None = None
    model: Model | None = None
    proved: Counter[str] = field(default_factory=Counter)

    def wants(self, server: str, subdomain: str | None) -> bool:
        """Return whether a finding about this server, and this tenant if any, is asked for."""
        return self.wanted_server in (None, server) and self.wanted in (None, subdomain)

    def is_tried(self, tenant: TenantModel) -> bool:
        """Return whether attempts are to be made as this tenant."""
        return self.tried is None or tenant.subdomain in self.tried


@dataclass(frozen=True)
class Schema:
    """A schema of ours in some database, and the role that uses its rows, if anybody does."""

    name: str
    role: str | None = None
    tenant: TenantModel | None = None

    @property
    def subdomain(self) -> str | None:
        return self.tenant.subdomain if self.tenant else None


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server of the installation, with a cursor in the database that its settings name."""

    installation: Installation
    name: str
    cursor: Any
    # The search_path with which a connection of the login begins. The cursor's own is empty.
    path: str = ""

    @property
    def has_path(self) -> bool:
        """Whether the login's connections find anything that is named without its schema."""
        return bool(self.path.replace('"', "").strip())

    @property
    def settings(self) -> dict[str, Any]:
        return server_settings(self.name)

    @property
    def database(self) -> str:
        return str(self.settings["NAME"])

    @property
    def login(self) -> str:
        return str(self.settings["USER"])

    @property
    def uses_roles(self) -> bool:
        return server_uses_roles(self.cursor.connection.server_version)

    @property
    def owner(self) -> str:
        """The role that should own every table."""
        return owner_role() if self.uses_roles else self.login

    def tenants(self, isolation: Isolation) -> list[TenantModel]:
        """Return the tenants placed here that have a store of this kind."""
        return [
            tenant
            for tenant in self.installation.tenants
            if tenant.server == self.name and tenant.isolation == isolation and tenant.state in WITH_STORE
        ]

    def roles(self) -> dict[str, str | None]:
        """Return the roles there should be, each with the subdomain of its tenant if it has one."""
        roles: dict[str, str | None] = {}
        if self.uses_roles:
            roles |= {owner_role(): None, master_role(): None}
            roles |= {tenant_role(t.schema_name): t.subdomain for t in self.tenants(Isolation.SCHEMA)}
        return roles | {t.database_user: t.subdomain for t in self.tenants(Isolation.DATABASE)}


@dataclass(frozen=True)
class Place:
    """One database that holds schemas of ours, with a cursor in it."""

    server: Server
    database: str
    cursor: Any
    schemas: list[Schema]

    @property
    def installation(self) -> Installation:
        return self.server.installation

    def by_name(self) -> dict[str, Schema]:
        """Return the schemas by name, that of extensions included."""
        return {schema.name: schema for schema in [*self.schemas, Schema(extensions_schema())]}

    def of_tenants(self) -> Iterator[tuple[Schema, TenantModel]]:
        """Yield the schemas that are tenants', with their tenants."""
        for schema in self.schemas:
            if schema.tenant:
                yield schema, schema.tenant


def shared_place(server: Server) -> Place:
    """Return the server's own database, where tenants are schemas; the main server's has the master, too."""
    schemas = [
        Schema(tenant.schema_name, tenant_role(tenant.schema_name) if server.uses_roles else None, tenant)
        for tenant in server.tenants(Isolation.SCHEMA)
    ]
    if server.name == MAIN_SERVER:
        role = master_role() if server.uses_roles else None
        schemas = [Schema(master_schema(), role), Schema(TEMPLATE_SCHEMA), *schemas]
    return Place(server, server.database, server.cursor, schemas)


def own_place(server: Server, tenant: TenantModel, cursor: Any) -> Place:
    """Return the database of a tenant's own, with a cursor in it."""
    schemas = [Schema(tenant.schema_name, tenant.database_user, tenant)]
    return Place(server, tenant.database_name, cursor, schemas)


def read_tenants() -> list[TenantModel]:
    """Return all tenants' rows, in whatever state, as they are now."""
    return list(get_tenant_model()._default_manager.using(MASTER_ALIAS).order_by("subdomain"))
