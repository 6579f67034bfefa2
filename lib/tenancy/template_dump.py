"""Read the template schema with PostgreSQL's own pg_dump, as SQL that can be one message."""

import os
import re
import subprocess

from django.db import connections

from lib.tenancy.conf import TENANT_ALIAS, pg_dump
from lib.tenancy.exceptions import TemplateBuildError
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.roles import owner_role, uses_roles
from lib.tenancy.servers import direct_settings
from lib.tenancy.template import TEMPLATE_SCHEMA

# What in the dump is for psql, or for people, alone.
_PSQL_ONLY = re.compile(
    r"^(?:\\(?:un)?restrict .*|--\n-- (?:Data for )?Name: .*; Schema: .*\n--)$", re.MULTILINE
)
_QUOTED = quote_identifier(TEMPLATE_SCHEMA)
_DUMP_OPTIONS = [
    f"--schema={TEMPLATE_SCHEMA}",
    "--quote-all-identifiers",
    "--no-owner",
    "--no-privileges",
    "--no-tablespaces",
    "--no-table-access-method",
    "--inserts",
    "--rows-per-insert=1000",
]


def dump_template_schema() -> str:
    """Return the SQL that makes the schema TEMPLATE_SCHEMA as it is now, rows and all.

    Raises:
        TemplateBuildError: pg_dump failed, or a row holds the name of the schema.
    """
    settings = direct_settings(connections[TENANT_ALIAS].settings_dict)
    where = {
        "PGHOST": settings["HOST"],
        "PGPORT": str(settings["PORT"]),
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGDATABASE": settings["NAME"],
    }
    # In the environment, not among the arguments, where every user of the machine could read the password.
    environment = {**os.environ, **{name: value for name, value in where.items() if value}}
    role = [f"--role={owner_role()}"] if uses_roles(TENANT_ALIAS) else []
    result = subprocess.run(  # noqa: S603 - our own binary, fixed options
        [pg_dump(), *_DUMP_OPTIONS, *role], env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise TemplateBuildError(f"pg_dump could not read the template schema: {result.stderr.strip()}")
    return _replayable(result.stdout)


def _replayable(dump: str) -> str:
    """Return the dump without what belongs to psql and what would stay set on the connection."""
    start = dump.find(f"CREATE SCHEMA {_QUOTED}")
    if start < 0:
        raise TemplateBuildError(f"pg_dump wrote no CREATE SCHEMA for {TEMPLATE_SCHEMA}.")
    sql = _PSQL_ONLY.sub("", dump[start:])
    if len(re.findall(TEMPLATE_SCHEMA, sql)) != sql.count(_QUOTED):
        raise TemplateBuildError(
            f"A row of the template holds the text {TEMPLATE_SCHEMA!r}; rename it there."
        )
    # A function's body may name what is created after it.
    return f"SET LOCAL check_function_bodies = false;\n{sql}\n"
