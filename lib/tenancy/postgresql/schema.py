"""Schema changes of one tenant."""

from typing import Any

from django.db.backends.postgresql.schema import DatabaseSchemaEditor as PostgresqlSchemaEditor

from lib.tenancy.conf import extensions_schema
from lib.tenancy.identifiers import quote_identifier


class DatabaseSchemaEditor(PostgresqlSchemaEditor):
    """Keep extensions out of the schemas of tenants."""

    def execute(self, sql: Any, params: Any = ()) -> None:
        text = str(sql)
        # An extension lives once in a database: without a place named, in the first tenant that migrates.
        if text.upper().startswith("CREATE EXTENSION") and " SCHEMA " not in text.upper():
            sql = f"{text.rstrip('; ')} WITH SCHEMA {quote_identifier(extensions_schema())}"
        super().execute(sql, params)
