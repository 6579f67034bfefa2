"""Every address of a company's host, with the keys of somebody else's rows in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from lib.tenancy.conf import tenant_urlconf


@dataclass(frozen=True)
class Page:
    name: str
    path: str

    def __str__(self) -> str:
        return self.name


def pages(pk: int) -> list[Page]:
    """Return every page, with `pk` wherever its address wants a number."""
    return [Page(name, _path(name, pattern, pk)) for name, pattern in _named(get_resolver(tenant_urlconf()))]


def _named(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _named(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        else:
            assert entry.name, f"{entry} has no name, so no test can find it"
            yield f"{prefix}{entry.name}", entry


def _path(name: str, pattern: URLPattern, pk: int) -> str:
    converters = pattern.pattern.converters
    kwargs: dict[str, Any] = {
        key: pk if isinstance(converter, IntConverter) else "x" for key, converter in converters.items()
    }
    return reverse(name, urlconf=tenant_urlconf(), kwargs=kwargs)
