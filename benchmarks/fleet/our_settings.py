"""A project on this backend."""

from benchmarks.fleet.settings import *  # noqa: F403
from benchmarks.fleet.settings import DATABASE, TENANT_APPS
from lib.postgres.programs import program

TENANCY_MODEL = "customers.Customer"
TENANCY_MASTER_APPS = ["lib.tenancy", "benchmarks.fleet.customers"]
TENANCY_TENANT_APPS = TENANT_APPS
TENANCY_PG_DUMP = str(program("pg_dump"))
TENANCY_KEYS = ["bm90LWEtc2VjcmV0LWJ1dC1hLWtleS1vZi0zMi1ieXQ="]
INSTALLED_APPS = [*TENANCY_MASTER_APPS, *TENANT_APPS]
DATABASE = {**DATABASE, "ENGINE": "lib.tenancy.postgresql", "DISABLE_SERVER_SIDE_CURSORS": True}
DATABASES = {"default": DATABASE, "master": {**DATABASE, "SCHEMA": "master"}}
DATABASE_ROUTERS = ["lib.tenancy.router.TenancyRouter"]
