"""The tenant template: PostgreSQL's own dump of a migrated schema with its first rows."""

from dataclasses import dataclass
from itertools import chain

from django.db import connections

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS
from lib.tenancy.exceptions import TemplateMissingError
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.models import TenantTemplate
from lib.tenancy.roles import create_role, grant_rows, owner_role, set_role, tenant_role, uses_roles
from lib.tenancy.tenants import Tenant
from lib.tenancy.versions import current_version, known_migrations

# Replaced by the tenant's schema when the template is replayed, so it must not occur in anybody's rows.
TEMPLATE_SCHEMA = "tenant_template_b41f"

_QUOTED = quote_identifier(TEMPLATE_SCHEMA)


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
    # Nearly always it is the newest, whose text is asked for at once.
    for row in chain(rows[:1], rows.defer("sql")[1:]):
        if row.version == current_version() or known_migrations() <= set(row.migrations):
            return Template(row.version, row.sql)
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
