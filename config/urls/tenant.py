"""A company's own host."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config import errors

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("apps.dashboard.urls")),
    path("", include("apps.accounts.urls")),
    path("", include("apps.contacts.urls")),
    path("", include("apps.events.urls")),
    path("files/", include("apps.files.urls")),
]

if settings.DEBUG:
    urlpatterns += [path("dev/mail/", include("apps.mailbox.urls"))]
