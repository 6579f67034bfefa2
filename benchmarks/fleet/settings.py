"""What both Django projects of the benchmark share. Who we are comes from the environment."""

import os
from typing import Any
from urllib.parse import unquote, urlsplit

_url = urlsplit(os.environ.get("FLEET_URL", "postgres://nobody@127.0.0.1:1/nothing"))

SECRET_KEY = "benchmark"  # noqa: S105 - nothing is signed
BASE_URL = "http://localhost"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIDDLEWARE: list[str] = []
TENANT_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "benchmarks.fleet.library",
]
MIGRATION_MODULES = {"library": os.environ.get("FLEET_MIGRATIONS", "benchmarks.fleet.library.migrations")}
DATABASE: dict[str, Any] = {
    "HOST": _url.hostname,
    "PORT": _url.port,
    "USER": unquote(_url.username or ""),
    "PASSWORD": unquote(_url.password or ""),
    "NAME": _url.path[1:],
}
