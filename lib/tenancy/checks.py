"""System checks: what could not work, said before the first request. What would leak: leak_checks.py."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db.models import ForeignKey

from lib.tenancy.conf import MASTER_ALIAS, TENANT_ALIAS, base_domain, tenant_model_label
from lib.tenancy.placement import master_app_labels, tenant_app_labels

ENGINE = "lib.tenancy.postgresql"
MIDDLEWARE = "lib.tenancy.middleware.TenantMiddleware"
ROUTER = "lib.tenancy.router.TenancyRouter"

Check = Callable[..., Iterable[CheckMessage]]


def check_base_url(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if base_domain():
        return []
    hint = "Write the whole address, e.g. BASE_URL=https://example.com, without www."
    return [Error(f"BASE_URL is {settings.BASE_URL!r}, which names no host.", hint=hint, id="tenancy.E001")]


def check_databases(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    wrong = [
        Error(
            f"DATABASES[{alias!r}] uses {settings.DATABASES.get(alias, {}).get('ENGINE')!r}.",
            hint=f"Only {ENGINE!r} puts the tenant in front of each statement.",
            id="tenancy.E002",
        )
        for alias in (TENANT_ALIAS, MASTER_ALIAS)
        if settings.DATABASES.get(alias, {}).get("ENGINE") != ENGINE
    ]
    if not wrong and settings.DATABASES[TENANT_ALIAS].get("SCHEMA"):
        hint = "Remove SCHEMA from 'default', which must follow the current tenant; only 'master' has one."
        wrong.append(Error("DATABASES['default'] is pinned to a schema.", hint=hint, id="tenancy.E003"))
    return list(wrong)


def check_router(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if ROUTER in settings.DATABASE_ROUTERS:
        return []
    hint = f"Add {ROUTER!r}: without it the platform's tables would be looked for in a tenant."
    return [Error("DATABASE_ROUTERS lacks the tenancy router.", hint=hint, id="tenancy.E004")]


def check_middleware(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    chain = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in chain:
        return [
            Error("MIDDLEWARE lacks the tenant middleware.", hint=f"Add {MIDDLEWARE!r}.", id="tenancy.E005")
        ]
    if any(name.endswith(".SessionMiddleware") for name in chain[: chain.index(MIDDLEWARE)]):
        hint = "Sessions are rows of a tenant: put the tenant middleware before them."
        return [Error("Sessions come before the tenant is known.", hint=hint, id="tenancy.E006")]
    return []


def check_placement(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    placed = tenant_app_labels() | master_app_labels()
    hint = "Name it in TENANCY_TENANT_APPS (tables in every tenant) or TENANCY_MASTER_APPS (one for all)."
    return [
        Error(f"Nothing says where the tables of {app.name!r} live.", hint=hint, id="tenancy.E007")
        for app in apps.get_app_configs()
        if app.label not in placed and any(app.get_models())
    ]


def check_tenant_model(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if tenant_model_label().partition(".")[0] in master_app_labels() - tenant_app_labels():
        return []
    hint = "Put its app in TENANCY_MASTER_APPS alone: there is one list of tenants."
    return [
        Error(f"TENANCY_MODEL {tenant_model_label()!r} is not in the master.", hint=hint, id="tenancy.E008")
    ]


def check_walls(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """No foreign key may cross between a tenant and the master, in either direction."""
    return [
        Error(
            f"{field} points to {field.related_model._meta.label}, across the wall of a tenant.",
            hint="Store the other row's id in a plain field: a tenant is moved and removed as a whole.",
            obj=field,
            id="tenancy.E009",
        )
        for model in apps.get_models(include_auto_created=True)  # the tables of many-to-many fields, too
        for field in model._meta.local_fields
        if isinstance(field, ForeignKey) and not isinstance(field.related_model, str)
        if not _places(model._meta.app_label) <= _places(field.related_model._meta.app_label)
    ]


def _places(app_label: str) -> set[str]:
    return {
        place
        for place, labels in (("tenant", tenant_app_labels()), ("master", master_app_labels()))
        if app_label in labels
    }


ALL: list[Check] = [
    check_base_url,
    check_databases,
    check_router,
    check_middleware,
    check_placement,
    check_tenant_model,
    check_walls,
]
