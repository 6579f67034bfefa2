"""Content types by tenant: Django keeps them by alias for the whole process, but ids are a tenant's own."""

from collections import OrderedDict
from threading import Lock
from typing import Any

from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import current_tenant

_MAX_TENANTS = 500


class ContentTypeCache:
    """Stand in for `ContentTypeManager._cache`: alias -> {key: content type}, each tenant its own."""

    def __init__(self) -> None:
        self._by_place: OrderedDict[str, dict[Any, Any]] = OrderedDict()
        self._lock = Lock()

    def __getitem__(self, alias: str) -> dict[Any, Any]:
        # Django takes a KeyError for a miss, and an empty dict raises it one step later.
        return self.setdefault(alias, {})

    def setdefault(self, alias: str, default: dict[Any, Any]) -> dict[Any, Any]:
        place = f"{alias}:{current_tenant().schema}" if alias == TENANT_ALIAS else alias
        with self._lock:
            cached = self._by_place.setdefault(place, default)
            self._by_place.move_to_end(place)
            while len(self._by_place) > _MAX_TENANTS:
                self._by_place.popitem(last=False)
            return cached

    def clear(self) -> None:
        with self._lock:
            self._by_place.clear()


class _CacheAttribute:
    """`ContentTypeManager._cache`: whatever dict is assigned, a cache by tenant is kept in its place."""

    def __get__(self, manager: Any, owner: Any = None) -> ContentTypeCache:
        cache: ContentTypeCache = manager.__dict__["_cache"]
        return cache

    def __set__(self, manager: Any, value: object) -> None:
        manager.__dict__["_cache"] = ContentTypeCache()


def keep_content_types_apart() -> None:
    """Replace Django's process-wide cache of content types, in managers that are there and that will be.

    Migrations bring managers of their own: one for each state of the models, which several tenants may share.
    """
    from django.contrib.contenttypes.models import ContentType, ContentTypeManager

    ContentTypeManager._cache = _CacheAttribute()  # type: ignore[attr-defined]
    # Django copies managers, and the copies share what they had when they were copied.
    cache = ContentTypeCache()
    for manager in (*ContentType._meta.local_managers, *ContentType._meta.managers):
        manager.__dict__["_cache"] = cache
