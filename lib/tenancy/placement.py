"""Which app's tables live where: in the master schema, in every tenant's, or in both."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver


# Both are asked at each query.
@lru_cache(maxsize=1)
def tenant_app_labels() -> frozenset[str]:
    """Return the labels of the apps whose tables every tenant has."""
    return _labels(settings.TENANCY_TENANT_APPS)


@lru_cache(maxsize=1)
def master_app_labels() -> frozenset[str]:
    """Return the labels of the apps whose tables the master schema has."""
    return _labels(settings.TENANCY_MASTER_APPS)


@receiver(setting_changed)
def _forget_labels(**kwargs: Any) -> None:
    tenant_app_labels.cache_clear()
    master_app_labels.cache_clear()


def _labels(names: Iterable[str]) -> frozenset[str]:
    # An app is named as in INSTALLED_APPS: by its package or by its AppConfig.
    known = {name: config.label for config in apps.get_app_configs() for name in _names_of(config)}
    return frozenset(known[name] for name in names if name in known)


def _names_of(config: AppConfig) -> tuple[str, str]:
    return config.name, f"{type(config).__module__}.{type(config).__qualname__}"
