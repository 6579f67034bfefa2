from functools import partial

from django.conf import settings
from django.http import HttpRequest

from lib.tenancy.conf import base_url
from lib.tenancy.urls import www_url


def public_site(request: HttpRequest) -> dict[str, object]:
    """Give every page the addresses that cross hosts, and whether this is a developer's machine."""
    return {
        "base_domain": base_url().partition("://")[2],
        # Templates call these when they need them, which few pages do.
        "www_url": www_url,
        "signup_url": partial(www_url, "signup:signup"),
        "finder_url": partial(www_url, "www:finder"),
        "in_development": settings.DEBUG,
    }
