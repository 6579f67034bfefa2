"""django-tenants, as its documentation sets it up."""

from benchmarks.requests.stack import *  # noqa: F403
from benchmarks.requests.stack import APPS, DATABASE
from benchmarks.requests.stack import MIDDLEWARE as OTHER_MIDDLEWARE

SHARED_APPS = ["django_tenants", "benchmarks.requests.django_tenants", "django.contrib.contenttypes"]
TENANT_APPS = APPS
INSTALLED_APPS = [
    *SHARED_APPS,
    *(app for app in TENANT_APPS if app not in SHARED_APPS),
    "django.contrib.messages",
]
TENANT_MODEL = "clients.Client"
TENANT_DOMAIN_MODEL = "clients.Domain"
MIDDLEWARE = ["django_tenants.middleware.main.TenantMainMiddleware", *OTHER_MIDDLEWARE]
DATABASES = {"default": {**DATABASE, "ENGINE": "django_tenants.postgresql_backend"}}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
