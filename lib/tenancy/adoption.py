"""Hand what the login owns to the owner's role: a database made without roles gets them."""

from typing import Any

from django.db import connections, transaction

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.fleet import provisioned_tenants
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.roles import create_role, grant_rows, owner_role, set_role, tenant_role, uses_roles
from lib.tenancy.servers import MAIN_SERVER
from lib.tenancy.states import Isolation

_SCHEMAS_OF_THE_LOGIN = "SELECT nspname FROM pg_namespace WHERE nspowner = current_user::regrole"

# A sequence that belongs to a column follows its table.
_THINGS_OF_THE_LOGIN = """
    SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                        ELSE 'TABLE' END, oid::regclass::text
    FROM pg_class
    WHERE relnamespace = %(schema)s::regnamespace AND relowner = current_user::regrole
      AND relkind IN ('r', 'p', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT FROM pg_depend
                      WHERE objid = pg_class.oid AND classid = 'pg_class'::regclass AND deptype IN ('a', 'i')
                        AND refclassid = 'pg_class'::regclass)
    UNION ALL
    SELECT 'ROUTINE', oid::regprocedure::text FROM pg_proc
    WHERE pronamespace = %(schema)s::regnamespace AND proowner = current_user::regrole
"""


def adopt_schemas() -> list[str]:
    """Give each schema that the login owns to the owner's role, and return their names. Safe to repeat.

    One transaction a schema. Does nothing on servers without roles.
    """
    connection = connections[MASTER_ALIAS]
    if not uses_roles(MASTER_ALIAS):
        return []
    with connection.connection.bare(), connection.cursor() as cursor:
        cursor.execute(_SCHEMAS_OF_THE_LOGIN)
        schemas = [name for (name,) in cursor.fetchall()]
        for schema in schemas:
            with transaction.atomic(using=MASTER_ALIAS):
                _give_to_owner(cursor, schema)
    return schemas


def ensure_tenant_roles() -> None:
    """Make the role of each tenant of the main database that has none. To be called after migrating."""
    connection = connections[MASTER_ALIAS]
    if not uses_roles(MASTER_ALIAS):
        return
    tenants = provisioned_tenants().filter(isolation=Isolation.SCHEMA, server=MAIN_SERVER)
    wanted = {tenant_role(schema): schema for schema in tenants.values_list("schema_name", flat=True)}
    with connection.connection.bare(), connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(wanted)])
        for role in wanted.keys() - {name for (name,) in cursor.fetchall()}:
            with transaction.atomic(using=MASTER_ALIAS):
                cursor.execute(create_role(role) + set_role(owner_role()) + grant_rows(wanted[role], role))


def _give_to_owner(cursor: Any, schema: str) -> None:
    owner, where = quote_identifier(owner_role()), quote_identifier(schema)
    cursor.execute(_THINGS_OF_THE_LOGIN, {"schema": where})
    things = cursor.fetchall()
    # A table's new owner must be able to create in its schema. The schema goes last: then it is closed to us.
    cursor.execute(f"GRANT CREATE ON SCHEMA {where} TO {owner}")
    for kind, name in things:
        cursor.execute(f"ALTER {kind} {name} OWNER TO {owner}")
    cursor.execute(f"ALTER SCHEMA {where} OWNER TO {owner}")
