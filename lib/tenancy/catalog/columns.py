"""The SQL for columns, whose definition has three parts: type, nullability, where the value comes from."""

from lib.tenancy.catalog.queries import SEPARATOR
from lib.tenancy.identifiers import quote_identifier


def column_clause(name: str, definition: str) -> str:
    """Return the column as it stands between the brackets of CREATE TABLE."""
    return " ".join([quote_identifier(name), *filter(None, definition.split(SEPARATOR))])


def add_column(table: str, name: str, definition: str) -> str:
    """Return the SQL that adds a column; `table` is quoted."""
    return f"ALTER TABLE {table} ADD COLUMN {column_clause(name, definition)};"


def change_column(table: str, name: str, actual: str, template: str) -> str:
    """Return the SQL that makes a column as the template has it; its rows stay where that is possible."""
    old_type, old_null, old_value = actual.split(SEPARATOR)
    new_type, new_null, new_value = template.split(SEPARATOR)
    column = quote_identifier(name)
    if old_value != new_value and new_value.startswith("GENERATED ALWAYS AS ("):
        return f"ALTER TABLE {table} DROP COLUMN {column};\n{add_column(table, name, template)}"
    actions = []
    if old_type != new_type:
        actions.append(f"TYPE {new_type}")
    if old_null != new_null:
        actions.append(f"{'SET' if new_null else 'DROP'} NOT NULL")
    if old_value != new_value:
        actions += _change_value(old_value, new_value)
    return " ".join(f"ALTER TABLE {table} ALTER COLUMN {column} {action};" for action in actions)


def _change_value(old: str, new: str) -> list[str]:
    if _is_identity(old) and _is_identity(new):
        return [f"SET {new.removesuffix(' AS IDENTITY')}"]
    actions = [drop for drop in [_drop_of(old)] if drop and not (_is_default(old) and _is_default(new))]
    if new:
        actions.append(f"{'SET' if _is_default(new) else 'ADD'} {new}")
    return actions


def _drop_of(value: str) -> str:
    if _is_identity(value):
        return "DROP IDENTITY"
    if _is_default(value):
        return "DROP DEFAULT"
    return "DROP EXPRESSION" if value else ""


def _is_identity(value: str) -> bool:
    return value.endswith(" AS IDENTITY")


def _is_default(value: str) -> bool:
    return value.startswith("DEFAULT ")
