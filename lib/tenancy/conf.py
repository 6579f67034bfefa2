"""The settings of this package, typed and read when used."""

from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings

TENANT_ALIAS = "default"
MASTER_ALIAS = "master"
# The one cache that is not any tenant's.
SHARED_CACHE_ALIAS = "shared"


def master_schema() -> str:
    """Return the schema of the platform's own tables."""
    return getattr(settings, "TENANCY_MASTER_SCHEMA", "master")


def extensions_schema() -> str:
    """Return the schema that holds extensions, read by every tenant and written by none."""
    return getattr(settings, "TENANCY_EXTENSIONS_SCHEMA", "extensions")


def base_url() -> str:
    """Return the public site's address without `www`, e.g. `https://example.com`."""
    return str(settings.BASE_URL).rstrip("/")


def base_domain() -> str:
    """Return the lower-case domain under which tenants get their subdomains."""
    return _domain_of(base_url())


def is_served() -> bool:
    """Return whether somebody answers at the base URL, as far as this process knows."""
    return bool(getattr(settings, "TENANCY_IS_SERVED", True))


def roles_wanted() -> bool:
    """Return whether each tenant gets a role of its own on servers that can keep roles apart."""
    return bool(getattr(settings, "TENANCY_ROLES", True))


def max_databases_per_thread() -> int:
    """Return how many connections to databases of tenants' own a thread may keep open."""
    return int(getattr(settings, "TENANCY_MAX_DATABASES_PER_THREAD", 4))


def max_tenants_per_connection() -> int:
    """Return how many tenants a connection may have served when it is replaced between two requests."""
    return int(getattr(settings, "TENANCY_MAX_TENANTS_PER_CONNECTION", 200))


def idle_seconds() -> float:
    """Return after how long an unused connection to a tenant's database is closed."""
    return float(getattr(settings, "TENANCY_IDLE_SECONDS", 60.0))


def default_isolation() -> str:
    """Return the isolation of tenants for whom nothing else is said: `schema` or `database`."""
    return str(getattr(settings, "TENANCY_ISOLATION", "schema"))


def default_server() -> str:
    """Return the server for tenants for whom none is named, or `auto` for the least loaded."""
    return str(getattr(settings, "TENANCY_SERVER", "main"))


def wanted_spares() -> int:
    """Return how many schemas are to be kept ready for tenants to come."""
    return int(getattr(settings, "TENANCY_SPARES", 0))


def keep_failed_days() -> int:
    """Return for how many days the row of a tenant that could not be made keeps its reason."""
    return int(getattr(settings, "TENANCY_KEEP_FAILED_DAYS", 7))


def tenant_model_label() -> str:
    """Return the `app_label.ModelName` of the tenant model."""
    return str(settings.TENANCY_MODEL)


def tenant_urlconf() -> str:
    return str(settings.TENANCY_TENANT_URLCONF)


def www_urlconf() -> str:
    return str(settings.ROOT_URLCONF)


def pg_dump() -> str:
    """Return the pg_dump program that reads the template: as new as the server, or newer."""
    return str(getattr(settings, "TENANCY_PG_DUMP", "pg_dump"))


def lookup_seconds() -> float:
    """Return how long a process may remember which active tenant a host belongs to."""
    return float(getattr(settings, "TENANCY_LOOKUP_SECONDS", 5.0))


@lru_cache
def _domain_of(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()
