"""What stands in front of a statement: ready-made bytes, so that choosing one costs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.tenancy.conf import extensions_schema
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.roles import owner_role, set_role


@dataclass(frozen=True, slots=True)
class Prefixes:
    """The three prefixes of one place: which is sent depends on the server and on the work at hand."""

    plain: bytes  # where there are no roles: the path alone
    user: bytes  # the path, under the role that may use the rows
    owner: bytes  # the path, under the role that owns the tables


def make_prefixes(schemas: Sequence[str], role: str | None) -> Prefixes:
    """Return the prefixes for statements that look in `schemas`, under `role` where there is one to take."""
    path = search_path(schemas)
    return Prefixes(
        plain=path.encode(),
        user=((set_role(role) if role else "") + path).encode(),
        owner=(set_role(owner_role()) + path).encode(),
    )


def search_path(schemas: Sequence[str]) -> str:
    """Return the statement that points one transaction at `schemas`, ending in a newline.

    `public` is in nobody's path. pg_temp is written last, because PostgreSQL otherwise searches
    it first and a temporary table of one tenant would hide the table of the next.
    """
    path = ", ".join([*(quote_identifier(schema) for schema in [*schemas, extensions_schema()]), "pg_temp"])
    return f"SET LOCAL search_path TO {path};\n"
