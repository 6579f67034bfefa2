"""Find the tenant that a host belongs to, remembering the answer for a few seconds."""

import copy
import time
from collections import OrderedDict
from threading import Lock
from typing import Any

from lib.tenancy.conf import base_domain, lookup_seconds
from lib.tenancy.exceptions import UnknownHostError
from lib.tenancy.hosts import host_name, subdomain_of
from lib.tenancy.models import TenantModel, get_tenant_model
from lib.tenancy.states import State

_MAX_REMEMBERED = 10_000

_remembered: OrderedDict[str, tuple[float, TenantModel]] = OrderedDict()
_lock = Lock()


def find_tenant(host: str) -> TenantModel | None:
    """Return the tenant served at a raw Host header, or None for the public site. One query at most.

    Each caller gets an instance of its own, in whatever state the tenant is.

    Raises:
        MalformedHostError: `host` is not a host name.
        UnknownHostError: no tenant has this host.
    """
    name = host_name(host)
    tenant = _recall(name)
    if tenant is None:
        tenant = _look_up(name)
        if tenant is None:
            return None
        # Only active tenants: one that is being prepared may become active any moment.
        if tenant.state == State.ACTIVE:
            _remember(name, tenant)
    return copy.copy(tenant)


def forget_tenant(**kwargs: Any) -> None:
    """Forget all answers in this process. A receiver for signals of the tenant model."""
    with _lock:
        _remembered.clear()


def _look_up(name: str) -> TenantModel | None:
    model = get_tenant_model()
    try:
        subdomain = subdomain_of(name, base_domain())
    except UnknownHostError:
        tenant = model.find_by_domain(name)
        if tenant is None:
            raise
        return tenant
    if subdomain is None:
        return None
    tenant = model.find_by_subdomain(subdomain)
    if tenant is None:
        raise UnknownHostError(name, base_domain())
    return tenant


def _recall(name: str) -> TenantModel | None:
    with _lock:
        expires_at, tenant = _remembered.get(name, (0.0, None))
        return tenant if expires_at > time.monotonic() else None


def _remember(name: str, tenant: TenantModel) -> None:
    with _lock:
        _remembered[name] = (time.monotonic() + lookup_seconds(), tenant)
        _remembered.move_to_end(name)
        while len(_remembered) > _MAX_REMEMBERED:
            _remembered.popitem(last=False)
