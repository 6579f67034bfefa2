"""The SQL that makes one thing of a schema as its template has it. `@own` stands for the schema."""

from lib.tenancy.catalog.columns import add_column, change_column, column_clause
from lib.tenancy.catalog.facts import Catalog, Key
from lib.tenancy.catalog.queries import OWN
from lib.tenancy.identifiers import quote_identifier

_OF_TABLE = {"constraint", "column"}
# Written out by PostgreSQL as a statement that makes them.
_COMPLETE = {"index", "function", "procedure", "trigger", "rule"}
_SWITCHES = {
    "row security": ("ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"),
    "forced row security": ("FORCE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY"),
    "unlogged": ("SET UNLOGGED", "SET LOGGED"),
}
_MARKS = {" DISABLED": "DISABLE", " ON REPLICA": "ENABLE REPLICA", " ALWAYS": "ENABLE ALWAYS"}
_INVALID = " INVALID"


def create_with_parts(key: Key, catalog: Catalog) -> str:
    """Return the SQL that makes a thing; a table with its columns, constraints and indexes."""
    parts = [other for other in catalog if other.relation == key.relation and other.kind != key.kind]
    if key.kind == "table":
        columns = [column_clause(part.part, catalog[part]) for part in parts if part.kind == "column"]
        statements = [f"CREATE TABLE {_own(key.relation)} ({', '.join(columns)});"]
        statements += _switched(key, "", catalog[key])
    else:
        statements = [create(key, catalog[key])]
    if key.kind in ("table", "view", "materialized view"):
        rest = [part for part in parts if part.kind not in ("column", "identity sequence", "sequence")]
        # Primary keys before what may refer to them.
        rest.sort(key=lambda part: (not catalog[part].startswith("PRIMARY KEY"), part))
        statements += [create(part, catalog[part]) for part in rest]
    return "\n".join(statements)


def create(key: Key, definition: str) -> str:
    """Return the SQL that makes one thing by itself."""
    if key.kind in _COMPLETE:
        return _complete(key, definition)
    if key.kind == "column":
        return add_column(_own(key.relation), key.part, definition)
    if key.kind == "sequence":
        return f"CREATE SEQUENCE {_own(key.part)} {definition};"
    table, name = _own(key.relation), quote_identifier(key.part or key.relation)
    return {
        "constraint": f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition};",
        "policy": f"CREATE POLICY {name} ON {table} {definition};",
        "view": f"CREATE VIEW {table} AS {definition}",
        "materialized view": f"CREATE MATERIALIZED VIEW {table} AS {definition}",
        "type": f"CREATE TYPE {table} AS ENUM ({definition});",
        "domain": f"CREATE DOMAIN {table} AS {definition};",
    }.get(key.kind, f"-- Make the {key.kind} {key.relation} as the template has it: {definition}")


def drop(key: Key) -> str:
    """Return the SQL that removes one thing, with the rows in it if it is a table or a column."""
    table, name = _own(key.relation), quote_identifier(key.part or key.relation)
    if key.kind in _OF_TABLE:
        return f"ALTER TABLE {table} DROP {key.kind.upper()} {name};"
    if key.kind in ("trigger", "rule", "policy"):
        return f"DROP {key.kind.upper()} {name} ON {table};"
    if key.kind in ("function", "procedure", "aggregate"):
        function, arguments = key.relation.split("(", 1)
        return f"DROP {key.kind.upper()} {_own(function)}({arguments};"
    return f"DROP {key.kind.upper()} {_own(key.part or key.relation)};"


def change(key: Key, actual: str, template: str) -> str:
    """Return the SQL that turns a thing as it is into what the template has."""
    if key.kind == "column":
        return change_column(_own(key.relation), key.part, actual, template)
    if key.kind in ("sequence", "identity sequence"):
        return f"ALTER SEQUENCE {_own(key.part)} {template};"
    if key.kind == "table":
        return "\n".join(_switched(key, actual, template))
    if key.kind in ("function", "procedure"):
        return create(key, template)
    return f"{drop(key)}\n{create(key, template)}"


def _switched(key: Key, actual: str, template: str) -> list[str]:
    have, want = set(filter(None, actual.split(", "))), set(filter(None, template.split(", ")))
    table = f"ALTER TABLE {_own(key.relation)}"
    statements = []
    for name in sorted(have ^ want):
        if name in _SWITCHES:
            statements.append(f"{table} {_SWITCHES[name][name not in want]};")
        elif name in want:
            statements.append(f"{table} SET ({name});" if "=" in name else f"-- Make {key.relation} {name}.")
        elif "=" in name and not any(other.startswith(name.split("=")[0] + "=") for other in want):
            statements.append(f"{table} RESET ({name.split('=')[0]});")
    return statements


def _complete(key: Key, definition: str) -> str:
    for mark, verb in _MARKS.items():
        if key.kind == "trigger" and definition.endswith(mark):
            table, name = _own(key.relation), quote_identifier(key.part)
            return f"{definition.removesuffix(mark)};\nALTER TABLE {table} {verb} TRIGGER {name};"
    statement = f"{definition.removesuffix(_INVALID).rstrip().removesuffix(';')};"
    if key.kind in ("function", "procedure"):
        # Its body may name what is found only where it will run.
        return f"SET check_function_bodies = off;\n{statement}\nRESET check_function_bodies;"
    return statement


def _own(name: str) -> str:
    return f"{OWN}.{quote_identifier(name)}"
