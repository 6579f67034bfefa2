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


def keep_content_types_apart() -> None:
    """Replace Django's process-wide cache of content types."""
    from django.contrib.contenttypes.models import ContentType

    ContentType.objects._cache = ContentTypeCache()  # type: ignore[attr-defined]
