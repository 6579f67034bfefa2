"""What a report about an error may show: the mail to ADMINS, and the page for developers."""

import re
from collections.abc import ItemsView
from typing import Any

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.views.debug import SafeExceptionReporterFilter

# Addresses with a password in them: of the database, the cache, the mail server.
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*:[^/\s]*@")
# The same as libpq writes them: user=terrace password=... dbname=terrace.
_PASSWORD_OF_DSN = re.compile(r"(?<=\bpassword=)(?:'(?:[^'\\]|\\.)*'|[^'\s]\S*)")
_SECRET_VARIABLE = re.compile("password|passwd|pwd|secret", re.IGNORECASE)
# Deep enough for settings and parameters of a connection; what lies deeper may go round in a circle.
_MAX_DEPTH = 5


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

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> ItemsView[str, Any]:
        """Return the variables of one frame. That of a lost connection has the password of the database."""
        variables = super().get_traceback_frame_variables(request, tb_frame)
        return {name: self._cleanse_variable(name, value, _MAX_DEPTH) for name, value in variables}.items()

    def _cleanse_variable(self, name: Any, value: Any, depth: int) -> Any:
        # By type(): isinstance() would wake a lazy object, which would ask the database that failed.
        kind = type(value)
        if kind is str:
            return self._cleanse_text(name, value)
        if issubclass(kind, dict) and depth:
            return {key: self._cleanse_variable(key, item, depth - 1) for key, item in value.items()}
        if kind in (list, tuple) and depth:
            return kind(self._cleanse_variable(name, item, depth - 1) for item in value)
        return value

    def _cleanse_text(self, name: Any, text: str) -> str:
        if type(name) is str and _SECRET_VARIABLE.search(name):
            return self.cleansed_substitute
        without = _CREDENTIALS.sub(f"{self.cleansed_substitute}@", text)
        return _PASSWORD_OF_DSN.sub(self.cleansed_substitute, without)

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        posted = super().get_post_parameters(request)
        if not isinstance(posted, QueryDict) or request is None or not self.is_active(request):
            return posted
        cleansed = posted.copy()
        for name in posted:
            if self.hidden_settings.search(name):
                cleansed[name] = self.cleansed_substitute
        return cleansed
