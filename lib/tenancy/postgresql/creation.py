"""Test databases: made empty, since no tenant is there yet to migrate into."""

from django.conf import settings
from django.db.backends.postgresql.creation import DatabaseCreation as PostgresqlCreation


class DatabaseCreation(PostgresqlCreation):
    """Create a test database and leave its contents to `manage.py prepare`, as in production."""

    def create_test_db(  # type: ignore[override]
        self, verbosity: int = 1, autoclobber: bool = False, serialize: bool = True, keepdb: bool = False
    ) -> str:
        name: str = self._get_test_db_name()  # type: ignore[attr-defined]
        self._create_test_db(verbosity, autoclobber, keepdb)  # type: ignore[attr-defined]
        self.connection.close()
        settings.DATABASES[self.connection.alias]["NAME"] = name
        self.connection.settings_dict["NAME"] = name
        return name

    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:
        # By force: `master` is a second connection to the same database, and tests leave threads behind.
        with self._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(f"DROP DATABASE {self.connection.ops.quote_name(test_database_name)} WITH (FORCE)")
