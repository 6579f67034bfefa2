"""A project on django-tenants, as its documentation sets one up."""

from benchmarks.fleet.settings import *  # noqa: F403
from benchmarks.fleet.settings import DATABASE, TENANT_APPS

SHARED_APPS = ["django_tenants", "benchmarks.fleet.their_customers"]
INSTALLED_APPS = [*SHARED_APPS, *TENANT_APPS]
TENANT_MODEL = "customers.Customer"
TENANT_DOMAIN_MODEL = "customers.Domain"
DATABASES = {"default": {**DATABASE, "ENGINE": "django_tenants.postgresql_backend"}}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
