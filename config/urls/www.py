"""The public site: www and the bare domain."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config import errors

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
handler429 = "lib.security.rate_limits.too_many_requests"  # allauth looks for it here

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("apps.www.urls")),
    path("signup/", include("apps.signup.urls")),
]

if settings.DEBUG:
    urlpatterns += [path("dev/mail/", include("apps.mailbox.urls"))]
