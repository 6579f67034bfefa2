"""What new tenants are made from: the SQL in the master, its schema, and the databases that are copied."""

from collections.abc import Iterator

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.doctor.findings import Finding, error, warning
from lib.tenancy.doctor.looking import rows
from lib.tenancy.doctor.scope import Installation, Server
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.locks import is_held
from lib.tenancy.models import TenantTemplate
from lib.tenancy.servers import MAIN_SERVER
from lib.tenancy.template_database import template_database_name
from lib.tenancy.versions import current_version

MISSING = error("template-is-missing")
NO_MODEL = error("template-schema-is-missing")
UNFINISHED = warning("template-database-is-unfinished")
OUTDATED = warning("template-database-is-outdated")
IN_USE = warning("template-database-lets-in")

_BUILD_AGAIN = (
    'python manage.py shell -c "from lib.tenancy.models import TenantTemplate; '
    "TenantTemplate.objects.using('master').filter(version='{}').delete()\" && python manage.py prepare"
)
_DATABASES = """
    SELECT datname, datistemplate, datallowconn FROM pg_database WHERE starts_with(datname, %(stem)s)
"""


def examine_template(installation: Installation) -> Iterator[Finding]:
    """Look whether there is a template for the migrations of this code, and a schema to compare with."""
    templates = TenantTemplate.objects.using(MASTER_ALIAS)
    if not templates.filter(version=current_version()).exists():
        yield MISSING.found(
            f"There is no tenant template for the migrations of this code (version {current_version()}): "
            "nobody can sign up.",
            cure="python manage.py prepare",
            server=MAIN_SERVER,
        )
    elif installation.model is None:
        yield NO_MODEL.found(
            "The schema the template was made from is not there: no tenant's catalog was compared with it.",
            cure=_BUILD_AGAIN.format(current_version()),
            server=MAIN_SERVER,
        )


def examine_template_databases(server: Server) -> Iterator[Finding]:
    """Look at the databases that tenants' databases are copied from."""
    current = template_database_name(server.name, current_version())
    stem = current.removesuffix(current_version())
    is_being_built = is_held("template-database", server.cursor)
    databases = rows(server.cursor, _DATABASES, stem=stem)
    # One of another release is replaced when the next database is made. Beside the current, it was forgotten.
    has_current = (current, True) in [database[:2] for database in databases]
    for name, is_template, lets_in in databases:
        quoted, where = quote_identifier(name), {"server": server.name, "database": server.database}
        if not is_template:
            if not is_being_built:
                what = f"The template database {name!r} was left unfinished."
                yield UNFINISHED.found(what, cure=f"DROP DATABASE {quoted} WITH (FORCE);", **where)
        elif name != current and has_current:
            what = f"The template database {name!r} is of another version, and the current one is there."
            cure = f"ALTER DATABASE {quoted} IS_TEMPLATE false;\nDROP DATABASE {quoted} WITH (FORCE);"
            yield OUTDATED.found(what, cure=cure, **where)
        elif name == current and lets_in:
            what = (
                f"The template database {name!r} lets connections in, and copying it fails while one is open."
            )
            yield IN_USE.found(what, cure=f"ALTER DATABASE {quoted} ALLOW_CONNECTIONS false;", **where)
