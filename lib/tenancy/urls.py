"""Addresses that cross from one host to another, which plain `reverse` cannot."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.urls import reverse

from lib.tenancy.conf import base_url, tenant_urlconf, www_urlconf
from lib.tenancy.hosts import PUBLIC_LABEL
from lib.tenancy.tenants import HasTenant


def tenant_url(tenant: HasTenant, viewname: str = "", **kwargs: Any) -> str:
    """Return the absolute address of a view of `tenant`, or of its front page when no view is named."""
    path = reverse(viewname, urlconf=tenant_urlconf(), kwargs=kwargs) if viewname else "/"
    return tenant_origin(tenant.as_tenant().subdomain) + path


def www_url(viewname: str = "", **kwargs: Any) -> str:
    """Return the absolute address of a view of the public site."""
    path = reverse(viewname, urlconf=www_urlconf(), kwargs=kwargs) if viewname else "/"
    return tenant_origin(PUBLIC_LABEL) + path


def tenant_origin(subdomain: str) -> str:
    """Return scheme, host and port of a subdomain, without a slash at the end."""
    parts = urlsplit(base_url())
    return urlunsplit((parts.scheme, f"{subdomain}.{parts.netloc}", "", "", ""))
