"""Which app's tables live where: in the master schema, in every tenant's, or in both."""

from functools import lru_cache

from django.apps import AppConfig, apps
from django.conf import settings


def tenant_app_labels() -> frozenset[str]:
    """Return the labels of the apps whose tables every tenant has."""
    return _labels(tuple(settings.TENANCY_TENANT_APPS))


def master_app_labels() -> frozenset[str]:
    """Return the labels of the apps whose tables the master schema has."""
    return _labels(tuple(settings.TENANCY_MASTER_APPS))


@lru_cache
def _labels(names: tuple[str, ...]) -> frozenset[str]:
    # An app is named as in INSTALLED_APPS: by its package or by its AppConfig.
    known = {name: config.label for config in apps.get_app_configs() for name in _names_of(config)}
    return frozenset(known[name] for name in names if name in known)


def _names_of(config: AppConfig) -> tuple[str, str]:
    return config.name, f"{type(config).__module__}.{type(config).__qualname__}"
