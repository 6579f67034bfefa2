"""System checks for what the whole process shares: each names a setting by which tenants would meet."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Caution
from django.utils.module_loading import import_string

from lib.tenancy.conf import SHARED_CACHE_ALIAS, TENANT_ALIAS, base_domain
from lib.tenancy.signing import signatures_are_apart

CACHE_BACKEND = "lib.tenancy.cache.TenantCache"
STORAGE = "lib.tenancy.files.TenantFileSystemStorage"

# Each looks the site up by SITE_ID, or keeps rows by site.
_APPS_OF_ONE_SITE = ("django.contrib.sites", "django.contrib.flatpages", "django.contrib.redirects")
_COOKIE_DOMAINS = ("SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN", "LANGUAGE_COOKIE_DOMAIN")
_CACHED_SESSIONS = ("django.contrib.sessions.backends.cache", "django.contrib.sessions.backends.cached_db")


def check_sites(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    hint = "Remove it: SITE_ID names one site for the whole process. tenant_url() makes addresses."
    return [
        Error(f"{name} keeps one site for all tenants.", hint=hint, id="tenancy.E010")
        for name in _APPS_OF_ONE_SITE
        if apps.is_installed(name)
    ]


def check_cookie_domains(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"{name} spans tenants.",
            hint=f"Unset {name}: a cookie for the base domain is sent to every tenant.",
            id="tenancy.E011",
        )
        for name in _COOKIE_DOMAINS
        if getattr(settings, name, None)
    ]


def check_caches(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    hint = f"Set BACKEND to {CACHE_BACKEND!r} and LOCATION to the alias {SHARED_CACHE_ALIAS!r}, which stores."
    return [
        Error(f"The cache {alias!r} mixes the entries of tenants.", hint=hint, id="tenancy.E012")
        for alias, cache in settings.CACHES.items()
        if alias != SHARED_CACHE_ALIAS and cache.get("BACKEND") != CACHE_BACKEND
    ]


def check_sessions(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    engine = settings.SESSION_ENGINE
    if engine == "django.contrib.sessions.backends.file":
        hint = (
            "One folder holds the sessions of all tenants. Use the backend db: its rows are a tenant's own."
        )
        return [Error("SESSION_ENGINE keeps sessions in files.", hint=hint, id="tenancy.E013")]
    if engine in _CACHED_SESSIONS and settings.SESSION_CACHE_ALIAS == SHARED_CACHE_ALIAS:
        hint = "Set SESSION_CACHE_ALIAS to 'default', or a session of one tenant opens another."
        return [Error("SESSION_CACHE_ALIAS is the shared cache.", hint=hint, id="tenancy.E013")]
    return []


def check_storages(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    hint = f"Use {STORAGE!r}, or set keeps_tenants_apart on the class when it puts the tenant into each name."
    return [
        Error(f"STORAGES[{alias!r}] mixes the files of tenants.", hint=hint, id="tenancy.E014")
        for alias, storage in settings.STORAGES.items()
        # Static files are the code's, the same for all.
        if alias != "staticfiles"
        if not getattr(import_string(storage["BACKEND"]), "keeps_tenants_apart", False)
    ]


def check_trusted_origins(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A form of one tenant's page may not be sent to another's host."""
    return [
        Error(
            f"CSRF_TRUSTED_ORIGINS holds {origin!r}, so pages of one tenant may post to another.",
            hint="Remove it: a host trusts itself without being named.",
            id="tenancy.E015",
        )
        for origin in settings.CSRF_TRUSTED_ORIGINS
        if _is_under(urlsplit(origin.replace("*.", "", 1)).hostname or "", base_domain())
    ]


def check_signatures(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if signatures_are_apart():
        return []
    hint = "Derive it from django.core.signing.TimestampSigner, and leave signature() alone."
    return [
        Error(
            f"SIGNING_BACKEND {settings.SIGNING_BACKEND!r} signs without the tenant.",
            hint=hint,
            id="tenancy.E016",
        )
    ]


def check_forwarded_host(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.USE_X_FORWARDED_HOST:
        return []
    hint = "Unset it and let the proxy pass the Host header on: the tenant is found by Host alone."
    return [Error("USE_X_FORWARDED_HOST lets a request name two hosts.", hint=hint, id="tenancy.E017")]


def check_cursors(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.DATABASES[TENANT_ALIAS].get("DISABLE_SERVER_SIDE_CURSORS"):
        return []
    hint = "Behind a transaction pooler they fail; set it unless no pooler will ever stand in between."
    return [Caution("Server-side cursors are on.", hint=hint, id="tenancy.W001")]


def _is_under(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


ALL: list[Callable[..., Iterable[CheckMessage]]] = [
    check_sites,
    check_cookie_domains,
    check_caches,
    check_sessions,
    check_storages,
    check_trusted_origins,
    check_signatures,
    check_forwarded_host,
    check_cursors,
]
