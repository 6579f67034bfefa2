"""How one schema differs from another: each difference as a sentence, with the SQL that takes it away."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from lib.tenancy.catalog import cures
from lib.tenancy.catalog.facts import Catalog, Key
from lib.tenancy.catalog.queries import OWN, SEPARATOR
from lib.tenancy.identifiers import quote_identifier

# What a relation, a column or a database function takes along is not named again.
_RELATIONS = ("table", "view", "materialized view")
# The order in which cures can be run: a constraint needs its column, and that its sequence or type.
_ORDER = ("type", "domain", "sequence", "table", "column", "view", "materialized view", "constraint", "index")


class Change(StrEnum):
    """What is wrong with a schema, seen from the template."""

    MISSING = "missing"
    DIFFERENT = "different"
    SURPLUS = "surplus"


@dataclass(frozen=True)
class Difference:
    """One thing that a schema lacks, has besides, or has otherwise."""

    change: Change
    sentence: str
    statements: str

    def cure(self, schema: str) -> str:
        """Return the SQL that makes `schema` like the template, for the role that owns its tables."""
        return self.statements.replace(f"{OWN}.", f"{quote_identifier(schema)}.").replace(OWN, schema)


def compare(template: Catalog, actual: Catalog) -> Iterator[Difference]:
    """Yield what distinguishes `actual` from `template`, in an order in which the cures can be run."""
    missing = _alone([key for key in template if key not in actual], template)
    surplus = _alone([key for key in actual if key not in template], actual)
    different = [key for key in template if key in actual and actual[key] != template[key]]
    for key in sorted(missing, key=_rank):
        statements = cures.create_with_parts(key, template)
        yield Difference(Change.MISSING, f"{_name(key)} is missing", statements)
    for key in sorted(different, key=_rank):
        here, there = _shown(key, actual[key]), _shown(key, template[key])
        statements = cures.change(key, actual[key], template[key])
        sentence = f"{_name(key)} is {here} here, {there} in the template"
        yield Difference(Change.DIFFERENT, sentence, statements)
    for key in sorted(surplus, key=_rank, reverse=True):
        yield Difference(Change.SURPLUS, f"{_name(key)} is not in the template", cures.drop(key))


def _alone(keys: list[Key], catalog: Catalog) -> list[Key]:
    """Leave out what goes with a table, or a column, that is itself among `keys`."""
    whole = {key.relation for key in keys if key.kind in _RELATIONS}
    return [
        key
        for key in keys
        if key.kind != "identity sequence" and (key.kind in _RELATIONS or key.relation not in whole)
    ]


def _rank(key: Key) -> tuple[int, Key]:
    return (_ORDER.index(key.kind) if key.kind in _ORDER else len(_ORDER), key)


def _name(key: Key) -> str:
    return f"{key.relation}: {key.kind} {key.part}" if key.part else f"{key.kind} {key.relation}"


def _shown(key: Key, definition: str) -> str:
    parts = [part for part in definition.replace(f"{OWN}.", "").split(SEPARATOR) if part]
    return " ".join(" ".join(parts).split()) or "plain"
