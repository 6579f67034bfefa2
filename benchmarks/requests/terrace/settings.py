"""Terrace: `lib.tenancy` with what it needs, and no more."""

import json
import os

from benchmarks.requests.stack import *  # noqa: F403
from benchmarks.requests.stack import APPS, DATABASE
from benchmarks.requests.stack import MIDDLEWARE as OTHER_MIDDLEWARE
from lib.postgres.programs import program

BASE_URL = "http://localhost"
TENANCY_MODEL = "terrace.Company"
TENANCY_TENANT_URLCONF = "benchmarks.requests.shop.urls"
TENANCY_PG_DUMP = str(program("pg_dump"))
TENANCY_MASTER_APPS = ["lib.tenancy", "benchmarks.requests.terrace"]
TENANCY_TENANT_APPS = APPS
# Isolation, roles and the key, which differ from run to run.
globals().update(json.loads(os.environ["BENCHMARK_TENANCY"]))

INSTALLED_APPS = [*TENANCY_MASTER_APPS, *TENANCY_TENANT_APPS, "django.contrib.messages"]
MIDDLEWARE = ["lib.tenancy.middleware.TenantMiddleware", *OTHER_MIDDLEWARE]

DATABASES = {
    "default": {**DATABASE, "ENGINE": "lib.tenancy.postgresql"},
    "master": {**DATABASE, "ENGINE": "lib.tenancy.postgresql", "SCHEMA": "master"},
}
DATABASE_ROUTERS = ["lib.tenancy.router.TenancyRouter"]
CACHES = {
    "default": {"BACKEND": "lib.tenancy.cache.TenantCache", "LOCATION": "shared"},
    "shared": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
STORAGES = {"default": {"BACKEND": "lib.tenancy.files.TenantFileSystemStorage"}}
