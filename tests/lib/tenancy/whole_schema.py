"""What PostgreSQL knows of a schema, in a form that two schemas can be compared in."""

import re

from django.db import connection

from lib.tenancy.context import as_owner, tenant_context

CATALOG = {
    "columns": """
        SELECT table_name, column_name, data_type, is_nullable, column_default, identity_generation,
               character_maximum_length, is_generated, generation_expression
        FROM information_schema.columns WHERE table_schema = %s ORDER BY 1, 2""",
    "constraints": """
        SELECT rel.relname, con.conname, pg_get_constraintdef(con.oid) FROM pg_constraint con
        JOIN pg_class rel ON rel.oid = con.conrelid
        WHERE con.connamespace = %s::regnamespace ORDER BY 1, 2""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %s ORDER BY 1, 2",
    "valid": """
        SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE relnamespace = %s::regnamespace ORDER BY 1""",
    "owners and rights": """
        SELECT relname, relkind, relowner::regrole::text, array_agg(acl::text ORDER BY acl::text)
        FROM pg_class LEFT JOIN unnest(relacl) AS acl ON true
        WHERE relnamespace = %s::regnamespace GROUP BY 1, 2, 3 ORDER BY 1""",
    "sequences": """
        SELECT sequencename, data_type, increment_by, start_value FROM pg_sequences
        WHERE schemaname = %s ORDER BY 1""",
}

ROWS = {
    "content types": "SELECT app_label, model FROM django_content_type ORDER BY 1, 2",
    "permissions": """
        SELECT app_label, model, codename, name FROM auth_permission
        JOIN django_content_type ON content_type_id = django_content_type.id ORDER BY 1, 2, 3""",
    "migrations": "SELECT app, name FROM django_migrations ORDER BY 1, 2",
}


def catalog_of(tenant):
    """Return the tenant's tables, first rows and history, its own names taken out."""
    tenant = tenant.as_tenant()
    found = {}
    with as_owner(), tenant_context(tenant), connection.cursor() as cursor:
        for what, query in CATALOG.items():
            cursor.execute(query, [tenant.schema])
            found[what] = [
                tuple(comparable(str(cell), tenant.schema) for cell in row) for row in cursor.fetchall()
            ]
        for what, query in ROWS.items():
            cursor.execute(query)
            found[what] = cursor.fetchall()
    return found


def comparable(definition, schema):
    # PostgreSQL casts `x IN ('a', 'b')` over varchar elsewhere once it has read its own output.
    return re.sub(r"::character varying|::text|\[\]|[()]", "", definition.replace(schema, "*"))
