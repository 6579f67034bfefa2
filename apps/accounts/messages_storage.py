"""Messages in a cookie that no sibling of this host can plant."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class HostCookieStorage(CookieStorage):
    """Django's, under a name that browsers keep host-only. It is signed for the current company."""

    cookie_name = "__Host-messages" if settings.HTTPS else "messages"
