"""What the login of DATABASE_URL must be allowed for tests to run, and the SQL that allows it."""

from typing import Any

import pytest
from django.db import connections

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.roles import server_uses_roles

_FACTS = """
    SELECT rolname, rolcreatedb OR rolsuper, rolcreaterole OR rolsuper,
           current_setting('server_version_num')::int FROM pg_roles WHERE rolname = current_user
"""


def require_login_rights() -> None:
    """End the whole run, with the cure, when no test could have its database."""
    master: Any = connections[MASTER_ALIAS]
    # The database of the settings may be one that the tests are about to make.
    with master._nodb_cursor() as cursor:
        cursor.execute(_FACTS)
        role, may_make_databases, may_make_roles, version = cursor.fetchone()
    missing = [] if may_make_databases else ["CREATEDB"]
    if server_uses_roles(version) and not may_make_roles:
        missing.append("CREATEROLE")
    if missing:
        pytest.exit(
            f"Tests make databases and roles, and the login {role!r} of DATABASE_URL may not. As a "
            f"superuser of that server, run:\n  ALTER ROLE {quote_identifier(role)} {' '.join(missing)};",
            returncode=1,
        )
