"""`dbshell` for the current tenant."""

import os
import re
from collections.abc import Iterable

from django.db.backends.postgresql.client import DatabaseClient as PostgresqlClient

_SETTING = re.compile(r"SET LOCAL (ROLE|search_path)(?: TO)? (.*);")


class DatabaseClient(PostgresqlClient):
    """Start psql with the search path that the statements of this alias have."""

    def runshell(self, parameters: Iterable[str]) -> None:
        self.connection.ensure_connection()
        prefix: str = self.connection.connection.prefix().decode()
        # libpq splits PGOPTIONS at spaces; a role is named there without quotes.
        os.environ["PGOPTIONS"] = " ".join(
            f"-c {setting}={value.replace(' ', '') if setting == 'search_path' else value.strip(chr(34))}"
            for setting, value in _SETTING.findall(prefix)
        )
        super().runshell(parameters)
