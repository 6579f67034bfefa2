"""The login of a tenant's own database: made, and made again, from the password that is stored."""

from typing import Any

from django.db import connections
from psycopg2.extensions import encrypt_password

from lib.tenancy.administration import administer
from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.encryption import decrypt
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.models import TenantModel
from lib.tenancy.roles import grant_membership, grant_rows, role_exists

_OLDEST_VERSION_WITH_ITERATIONS = 160000


def restore_login(tenant: TenantModel) -> None:
    """Make the login of an existing database, or set it right, with its privileges. Safe to repeat.

    For instance on a server that was restored from a dump, which holds no logins.

    Raises:
        EncryptionKeyError: the stored password cannot be read.
    """
    with administer(tenant.server) as cursor:
        database, user = quote_identifier(tenant.database_name), quote_identifier(tenant.database_user)
        is_there = role_exists(cursor, tenant.database_user)
        cursor.execute(login_sql(cursor, tenant, verb="ALTER" if is_there else "CREATE"))
        cursor.execute(f"GRANT CONNECT ON DATABASE {database} TO {user}")
    with as_owner(), tenant_context(tenant), connections[TENANT_ALIAS].cursor() as inside:
        # One message, and so one transaction.
        inside.execute(grant_rows(tenant.schema_name, tenant.database_user))


def login_sql(cursor: Any, tenant: TenantModel, *, verb: str) -> str:
    """Return the SQL that gives the tenant's login the stored password, and lets the platform's take it on.

    `verb` is CREATE or ALTER; `cursor` is one of the platform's login.

    Raises:
        EncryptionKeyError: the stored password cannot be read.
    """
    password, user = decrypt(tenant.database_pwd), quote_identifier(tenant.database_user)
    if cursor.connection.server_version >= _OLDEST_VERSION_WITH_ITERATIONS:
        # Iterations slow down whoever guesses, and nobody guesses 32 random bytes. Client and server
        # would spend 2 ms each on them: here, and at each connection of this login.
        cursor.execute("SET scram_iterations = 1")
    # Hashed here, so that the password is in no statement and in no log of the server.
    hashed = encrypt_password(password, tenant.database_user, cursor.connection, "scram-sha-256")
    statement = cursor.mogrify(f"{verb} ROLE {user} LOGIN NOINHERIT PASSWORD %s;\n", [hashed]).decode()
    return f"{statement}{grant_membership(tenant.database_user, cursor.connection.server_version)}"
