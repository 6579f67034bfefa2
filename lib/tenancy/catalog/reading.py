"""Read what is in schemas, and find those that differ from a template."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lib.tenancy.catalog.differences import Difference, compare
from lib.tenancy.catalog.facts import Catalog, Key
from lib.tenancy.catalog.queries import READ_FACTS, READ_FINGERPRINTS


@dataclass(frozen=True)
class Model:
    """A schema that others are compared with: all that is in it, and the digest of that."""

    catalog: Catalog
    fingerprint: str


def read_model(cursor: Any, schema: str) -> Model | None:
    """Return `schema` as a model for others, or None where there is nothing in it.

    `cursor` must have an empty search_path, as the login's own connections have; the same holds below.
    """
    fingerprint = read_fingerprints(cursor, [schema]).get(schema)
    return Model(read_catalogs(cursor, [schema])[schema], fingerprint) if fingerprint else None


def find_differences(cursor: Any, schemas: Sequence[str], model: Model) -> Iterator[tuple[str, Difference]]:
    """Yield how schemas of the cursor's database differ from `model`, each with its name. Two queries in all.

    The server compares digests; only what differs is read. A schema that is not there counts as empty.
    """
    fingerprints = read_fingerprints(cursor, schemas)
    differing = [schema for schema in schemas if fingerprints.get(schema) != model.fingerprint]
    if differing:
        catalogs = read_catalogs(cursor, differing)
        for schema in differing:
            for difference in compare(model.catalog, catalogs[schema]):
                yield schema, difference


def read_fingerprints(cursor: Any, schemas: Sequence[str]) -> dict[str, str]:
    """Return a digest of all that is in each schema; one that is empty or missing has none."""
    cursor.execute(READ_FINGERPRINTS, {"schemas": list(schemas)})
    return dict(cursor.fetchall())


def read_catalogs(cursor: Any, schemas: Sequence[str]) -> dict[str, Catalog]:
    """Return what is in each schema, in definitions that name the schema itself `@own`."""
    catalogs: dict[str, Catalog] = {schema: {} for schema in schemas}
    cursor.execute(READ_FACTS, {"schemas": list(schemas)})
    for schema, kind, relation, part, definition in cursor.fetchall():
        catalogs[schema][Key(kind, relation, part)] = definition
    return catalogs
