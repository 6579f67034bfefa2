"""Plain Django: one company, Django's own backend."""

from benchmarks.requests.stack import *  # noqa: F403
from benchmarks.requests.stack import APPS, DATABASE

INSTALLED_APPS = [*APPS, "django.contrib.messages"]
DATABASES = {"default": {**DATABASE, "ENGINE": "django.db.backends.postgresql"}}
