"""Bodies that are made after the middleware has returned."""

from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any, cast

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from lib.tenancy.context import tenant_context
from lib.tenancy.tenants import Tenant


def keep_tenant_while_streaming(response: HttpResponseBase, tenant: Tenant) -> HttpResponseBase:
    """Make each piece of a streamed body under `tenant`. Files are left alone: they ask no database."""
    if not isinstance(response, StreamingHttpResponse) or isinstance(response, FileResponse):
        return response
    if response.is_async:
        response.streaming_content = _async_pieces(
            cast(AsyncIterator[Any], response.streaming_content), tenant
        )
    else:
        # Django closes a body that is given up with the response, when the request has left its tenant.
        response._resource_closers = [  # type: ignore[attr-defined]
            partial(_close, closer, tenant)
            for closer in response._resource_closers  # type: ignore[attr-defined]
        ]
        response.streaming_content = _pieces(iter(cast(Iterator[Any], response.streaming_content)), tenant)
    return response


def _pieces(body: Iterator[Any], tenant: Tenant) -> Iterator[Any]:
    # Entered anew for each piece: between two of them the server's thread belongs to nobody.
    while True:
        with tenant_context(tenant):
            try:
                piece = next(body)
            except StopIteration:
                return
        yield piece


def _close(closer: Callable[[], object], tenant: Tenant) -> None:
    with tenant_context(tenant):
        closer()


async def _async_pieces(body: AsyncIterator[Any], tenant: Tenant) -> AsyncIterator[Any]:
    iterator = aiter(body)
    try:
        while True:
            with tenant_context(tenant):
                try:
                    piece = await anext(iterator)
                except StopAsyncIteration:
                    return
            yield piece
    finally:
        if hasattr(iterator, "aclose"):
            with tenant_context(tenant):
                await iterator.aclose()
