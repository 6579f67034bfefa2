"""Threads that work for the tenant who started them. A plain thread has none, and its statements raise."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from django.db import close_old_connections, connections

P = ParamSpec("P")
T = TypeVar("T")


class TenantExecutor(ThreadPoolExecutor):
    """A thread pool whose every call runs under the tenant that submitted it, and leaves nothing behind."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        call = partial(_tidily, close_old_connections, fn, *args, **kwargs)
        return super().submit(copy_context().run, call)


def tenant_thread(target: Callable[..., Any], *args: Any, **kwargs: Any) -> Thread:
    """Return a thread, not yet started, that calls `target` under the tenant that is current now."""
    return Thread(
        target=copy_context().run, args=(_tidily, connections.close_all, target, *args), kwargs=kwargs
    )


def _tidily(close: Callable[[], None], function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    # No request ends in this thread, so nobody else would close its connections to the database.
    try:
        return function(*args, **kwargs)
    finally:
        close()
