"""Messages of one company's pages, which mean nothing at another."""

from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.core import signing

from lib.tenancy.context import find_current_tenant


class HostCookieStorage(CookieStorage):
    """Django's, signed for the current company, or for the public site."""

    cookie_name = "__Host-messages" if settings.HTTPS else "messages"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tenant = find_current_tenant()
        place = tenant.schema if tenant else "www"
        self.signer = signing.get_cookie_signer(salt=f"{self.key_salt}:{place}")
