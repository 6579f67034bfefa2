"""Our backend with one tenant active for ever, and the test databases that Django's own backend makes."""

from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql.creation import DatabaseCreation

from benchmarks.django_suite.backends import TENANT_SCHEMA
from lib.tenancy.conf import roles_wanted
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.postgresql import base
from lib.tenancy.prefixes import make_prefixes
from lib.tenancy.roles import owner_role


class GrantingDatabaseCreation(DatabaseCreation):
    """Let the owner's role make schemas in a test database, as `manage.py prepare` does in ours."""

    def _execute_create_test_db(self, cursor: Any, parameters: dict[str, str], keepdb: bool = False) -> None:
        super()._execute_create_test_db(cursor, parameters, keepdb)  # type: ignore[misc]
        if roles_wanted():
            cursor.execute(
                f"GRANT CREATE ON DATABASE {parameters['dbname']} TO {quote_identifier(owner_role())}"
            )


class DatabaseWrapper(base.DatabaseWrapper):
    # Ours leaves a test database empty for `manage.py prepare`; the suite wants its tables.
    creation_class = GrantingDatabaseCreation  # type: ignore[assignment]

    def prefix_source(self, *, with_roles: bool) -> Callable[[], bytes]:
        if self.alias == NO_DB_ALIAS:
            return lambda: b""
        # The owner's role: tests make and change tables all the time.
        prefixes = make_prefixes([TENANT_SCHEMA], owner_role())
        prefix = prefixes.owner if with_roles else prefixes.plain
        return lambda: prefix
