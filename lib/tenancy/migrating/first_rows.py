"""What receivers of post_migrate add to a tenant: content types and permissions, as SQL without keys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db.models.signals import post_migrate

from lib.tenancy.placement import tenant_app_labels

_OURS = (create_contenttypes, create_permissions)
_TYPES = "SELECT app_label, model FROM django_content_type ORDER BY id"
_PERMISSIONS = """
    SELECT app_label, model, codename, name FROM auth_permission
    JOIN django_content_type ON django_content_type.id = content_type_id ORDER BY auth_permission.id
"""
# Those that refer to others first.
_TABLES = (("auth", "auth_permission"), ("contenttypes", "django_content_type"))
_EMPTY = "DELETE FROM {table}; SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1, false);\n"


@dataclass(frozen=True)
class FirstRows:
    """The content types and the permissions of one tenant, in the order in which they were made."""

    types: Sequence[tuple[str, ...]]
    permissions: Sequence[tuple[str, ...]]


def read_first_rows(connection: Any) -> FirstRows:
    """Return those of the current tenant; none where its apps have no such tables."""
    labels = tenant_app_labels()
    with connection.cursor() as cursor:
        types = _read(cursor, _TYPES, "django_content_type") if "contenttypes" in labels else []
        permissions = _read(cursor, _PERMISSIONS, "auth_permission") if "auth" in labels else []
    return FirstRows(types, permissions)


def remove_first_rows(connection: Any) -> None:
    """Take away those of the current tenant, with all their keys: the next one made gets the first key.

    Raises:
        IntegrityError: another row refers to one of them, and they are all still there.
    """
    labels = tenant_app_labels()
    tables = [table for label, table in _TABLES if label in labels]
    # One message, and so one transaction.
    with connection.cursor() as cursor:
        cursor.execute("".join(_EMPTY.format(table=table) for table in tables))


def sql_for_new_rows(connection: Any, before: FirstRows, after: FirstRows) -> str:
    """Return the SQL that adds to any tenant what `after` has more than `before`, unless it is there."""
    statements = []
    with connection.cursor() as cursor:
        if types := _new(before.types, after.types):
            statements.append(
                "INSERT INTO django_content_type (app_label, model) SELECT app_label, model "
                f"FROM (VALUES {_values(cursor, types)}) AS new (app_label, model) WHERE NOT EXISTS ("
                "SELECT FROM django_content_type AS old WHERE (old.app_label, old.model) = "
                "(new.app_label, new.model))"
            )
        if permissions := _new(before.permissions, after.permissions):
            statements.append(
                "INSERT INTO auth_permission (content_type_id, codename, name) "
                "SELECT type.id, codename, name "
                f"FROM (VALUES {_values(cursor, permissions)}) AS new (app_label, model, codename, name) "
                "JOIN django_content_type AS type USING (app_label, model) WHERE NOT EXISTS ("
                "SELECT FROM auth_permission AS old WHERE (old.content_type_id, old.codename) = "
                "(type.id, new.codename))"
            )
    return ";\n".join(statements)


def other_receivers() -> list[tuple[Any, Any]]:
    """Return the receivers of post_migrate that are not Django's, each with the app it is told of."""
    return [
        (config, receiver)
        for config in apps.get_app_configs()
        if config.models_module is not None
        for receiver in _receivers_for(config)
        if receiver not in _OURS
    ]


def _receivers_for(config: Any) -> Iterable[Any]:
    synchronous, _ = post_migrate._live_receivers(config)
    return synchronous


def _read(cursor: Any, query: str, table: str) -> list[tuple[str, ...]]:
    cursor.execute("SELECT to_regclass(%s)", [table])
    if cursor.fetchone() == (None,):
        return []
    cursor.execute(query)
    return list(cursor.fetchall())


def _new(before: Sequence[tuple[str, ...]], after: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    known = set(before)
    return [row for row in after if row not in known]


def _values(cursor: Any, rows: Sequence[tuple[str, ...]]) -> str:
    return ", ".join(cursor.mogrify("%s", [row]).decode() for row in rows)
