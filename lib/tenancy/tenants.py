"""A tenant as the database backend sees it: where its rows live."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from lib.tenancy.conf import extensions_schema, master_schema
from lib.tenancy.identifiers import quote_identifier


@dataclass(frozen=True)
class Tenant:
    """Name the place of one tenant's rows. Immutable, hashable and safe to pickle."""

    subdomain: str
    schema: str
    # Ready-made bytes: every statement of the tenant begins with them.
    prefix: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "prefix", search_path_prefix([self.schema]))

    def __str__(self) -> str:
        return self.subdomain

    def as_tenant(self) -> "Tenant":
        return self


class UnderConstruction(Tenant):
    """A tenant while it is provisioned: its statements also find the master's tables, after its own.

    So that the row of the tenant and its schema are made in one transaction of one connection.
    """

    def __post_init__(self) -> None:
        object.__setattr__(self, "prefix", search_path_prefix([self.schema, master_schema()]))


class HasTenant(Protocol):
    """Anything that knows its tenant: a `Tenant`, or a row of the tenant model."""

    def as_tenant(self) -> Tenant: ...


def search_path_prefix(schemas: Sequence[str]) -> bytes:
    """Return the statement that points one transaction at `schemas`, ending in a newline.

    `public` is in nobody's path. pg_temp is written last, because PostgreSQL otherwise searches
    it first and a temporary table of one tenant would hide the table of the next.
    """
    path = ", ".join([*(quote_identifier(schema) for schema in [*schemas, extensions_schema()]), "pg_temp"])
    return f"SET LOCAL search_path TO {path};\n".encode()
