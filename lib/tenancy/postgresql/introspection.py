"""Introspection as Django 5.2 expects it, on the servers that came after it."""

from typing import Any

from django.db.backends.postgresql.introspection import DatabaseIntrospection as PostgresqlIntrospection

_NOT_NULL_CONSTRAINTS = """
    SELECT con.conname FROM pg_constraint AS con JOIN pg_class AS rel ON rel.oid = con.conrelid
    WHERE con.contype = 'n' AND rel.relname = %s AND pg_table_is_visible(rel.oid)
"""


class DatabaseIntrospection(PostgresqlIntrospection):
    """Leave out the named NOT NULL constraints of PostgreSQL 18, which Django 5.2 takes for others."""

    def get_constraints(self, cursor: Any, table_name: str) -> dict[str, Any]:
        constraints: dict[str, Any] = super().get_constraints(cursor, table_name)
        if self.connection.pg_version >= 180000:
            cursor.execute(_NOT_NULL_CONSTRAINTS, [table_name])
            for (name,) in cursor.fetchall():
                constraints.pop(name, None)
        return constraints
