"""What a report about an error may show: the mail to ADMINS, and the page for developers."""

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.views.debug import SafeExceptionReporterFilter

# Addresses with a password in them: of the database, the cache, the mail server.
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*:[^/\s]*@")


class ReporterFilter(SafeExceptionReporterFilter):
    """Django's, which goes by the names of settings, and in addition by what values look like.

    A development server gives the environment to each request, so `DATABASE_URL` would be in the report; and
    what people type into a password field would be, when its view crashes and is not marked as sensitive.
    """

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        # The cookies by which Django knows a person and a form. Their names say nothing of secrets.
        if key in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
            return self.cleansed_substitute
        cleansed = super().cleanse_setting(key, value)
        if isinstance(cleansed, str):
            return _CREDENTIALS.sub(f"{self.cleansed_substitute}@", cleansed)
        return cleansed

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        posted = super().get_post_parameters(request)
        if not isinstance(posted, QueryDict) or request is None or not self.is_active(request):
            return posted
        cleansed = posted.copy()
        for name in posted:
            if self.hidden_settings.search(name):
                cleansed[name] = self.cleansed_substitute
        return cleansed
