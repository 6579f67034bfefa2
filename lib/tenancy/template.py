"""The tenant template: PostgreSQL's own dump of a migrated schema with its first rows."""

import os
import re
import subprocess
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connections, transaction

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS, pg_dump
from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.exceptions import TemplateBuildError, TemplateMissingError
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.locks import hold_lock
from lib.tenancy.models import TenantTemplate
from lib.tenancy.roles import create_role, grant_rows, owner_role, set_role, tenant_role, uses_roles
from lib.tenancy.servers import direct_settings
from lib.tenancy.tenants import Tenant
from lib.tenancy.versions import current_version, known_migrations

# Replaced by the tenant's schema when the template is replayed, so it must not occur in anybody's rows.
TEMPLATE_SCHEMA = "tenant_template_b41f"

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


def template_tenant() -> Tenant:
    """Return the tenant that nobody is: its schema is migrated, dumped, and never served."""
    return Tenant(subdomain=TEMPLATE_SCHEMA, schema=TEMPLATE_SCHEMA)


@dataclass(frozen=True)
class Template:
    """The SQL that makes a tenant's schema, named TEMPLATE_SCHEMA in it, at one version."""

    version: str
    sql: str


def load_template() -> Template:
    """Return the newest template that has every migration of this code, and perhaps more.

    More is what a newer release has prepared while this code still serves: who is made now begins there, and
    is not left behind.

    Raises:
        TemplateMissingError: `manage.py prepare` has not run for the migrations of this code.
    """
    rows = TenantTemplate.objects.using(MASTER_ALIAS).order_by("-version")
    for key, version, migrations in rows.values_list("pk", "version", "migrations"):
        if version == current_version() or known_migrations() <= set(migrations):
            return Template(version, rows.values_list("sql", flat=True).get(pk=key))
    raise TemplateMissingError(current_version())


def replay(template: Template, tenant: Tenant) -> None:
    """Make the tenant's schema, its role and all in it: one message, in the transaction that is open."""
    sql = template.sql.replace(_QUOTED, quote_identifier(tenant.schema))
    if uses_roles(TENANT_ALIAS):
        role = tenant_role(tenant.schema)
        # Roles are made by the login, which may; schemas by the owner, who then owns them.
        make_role = f"SET LOCAL ROLE NONE;\n{create_role(role)}{set_role(owner_role())}"
        sql = make_role + sql + grant_rows(tenant.schema, role)
    with connections[TENANT_ALIAS].cursor() as cursor:
        cursor.execute(sql)


def ensure_template() -> bool:
    """Make the template for the current version unless it is there; return whether it was made.

    Two processes never build at once: the second waits, and finds it done.
    """
    with transaction.atomic(using=MASTER_ALIAS):
        hold_lock("tenant-template", using=MASTER_ALIAS)
        if TenantTemplate.objects.using(MASTER_ALIAS).filter(version=current_version()).exists():
            return False
        _migrate_template_schema()
        TenantTemplate.objects.using(MASTER_ALIAS).create(
            version=current_version(), migrations=sorted(known_migrations()), sql=_dump()
        )
        return True


def _migrate_template_schema() -> None:
    # From nothing each time: whatever a killed build or another branch left behind is gone.
    with as_owner(), tenant_context(template_tenant()):
        with connections[TENANT_ALIAS].cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {_QUOTED} CASCADE")
            cursor.execute(f"CREATE SCHEMA {_QUOTED}")
        call_command("migrate", database=TENANT_ALIAS, verbosity=0, interactive=False, skip_checks=True)


def _dump() -> str:
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
