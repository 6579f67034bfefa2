"""`dbshell` for the current tenant."""

import os
from collections.abc import Iterable

from django.db.backends.postgresql.client import DatabaseClient as PostgresqlClient


class DatabaseClient(PostgresqlClient):
    """Start psql with the search path that the statements of this alias have."""

    def runshell(self, parameters: Iterable[str]) -> None:
        source = self.connection.prefix_source  # type: ignore[attr-defined]
        statement = source()().decode().strip().removesuffix(";")
        path = statement.removeprefix("SET LOCAL search_path TO ")
        # libpq splits PGOPTIONS at spaces.
        os.environ["PGOPTIONS"] = f"-c search_path={path.replace(' ', '')}"
        super().runshell(parameters)
