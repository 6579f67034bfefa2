"""Modules are made for nobody, whoever happens to be current when one is first imported."""

from functools import wraps
from importlib.machinery import SourceFileLoader, SourcelessFileLoader
from typing import Any

from lib.tenancy.context import run_for_nobody
from lib.tenancy.replacing import replace


def import_for_nobody() -> None:
    """Run the code of each module without a tenant.

    URLs, and the forms behind them, are imported by the first request, which has a tenant. Without this a
    queryset that a form keeps in its class would be that tenant's, and refused to all others.
    """
    for loader in (SourceFileLoader, SourcelessFileLoader):
        replace(loader, "exec_module", _exec_for_nobody)


def _exec_for_nobody(original: Any) -> Any:
    @wraps(original)
    def exec_module(self: Any, module: Any) -> None:
        run_for_nobody(original, self, module)

    return exec_module
