"""The settings of a project that has installed Django's admin in its companies."""

import copy

from config import settings as ours
from config.settings import *  # noqa: F403 - a settings module holds all of them

ADMIN = "django.contrib.admin"
TENANCY_TENANT_APPS = [*ours.TENANCY_TENANT_APPS, ADMIN]
INSTALLED_APPS = [*ours.INSTALLED_APPS, ADMIN]
TENANCY_TENANT_URLCONF = "tests.isolation.with_admin.urls"
DATABASES = copy.deepcopy(ours.DATABASES)
