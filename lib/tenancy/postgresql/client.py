"""`dbshell` for the current tenant."""

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from django.db.backends.postgresql.client import DatabaseClient as PostgresqlClient

from lib.tenancy.postgresql.alone import startup_options
from lib.tenancy.servers import direct_settings


class DatabaseClient(PostgresqlClient):
    """Start psql with the role and the search path that the statements of this alias have."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        # A pooler refuses a session with settings of its own.
        return super().settings_to_cmd_args_env(direct_settings(settings_dict), parameters)

    def runshell(self, parameters: Iterable[str]) -> None:
        # Only a connection knows whether its server keeps roles; psql brings one of its own.
        with closing(self.connection.get_new_connection(self.connection.get_connection_params())) as asked:
            options = startup_options(asked.prefix())
        with _environment("PGOPTIONS", options):
            super().runshell(parameters)


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """Set a variable inside the block only: libpq reads it for our own connections as well."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before
