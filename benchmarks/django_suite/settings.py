"""The settings that Django's `runtests.py` is given; which backend, the environment says."""

import json
import os
from typing import Any

_BACKEND: dict[str, Any] = json.loads(os.environ["DJANGO_SUITE_BACKEND"])
_DATABASE: dict[str, Any] = {
    "ENGINE": _BACKEND["engine"],
    "HOST": "127.0.0.1",
    "PORT": _BACKEND["port"],
    "USER": _BACKEND["login"],
    "PASSWORD": _BACKEND["password"],
}

DATABASES: dict[str, Any] = {
    alias: {
        **_DATABASE,
        "NAME": f"{_BACKEND['login']}_{alias}",
        "TEST": {"TEMPLATE": _BACKEND["login"]},
    }
    for alias in ("default", "other")
}
TENANCY_ROLES = _BACKEND["has_roles"]
TEST_RUNNER = "benchmarks.django_suite.runner.RecordingRunner"

# As in the settings that come with the suite.
SECRET_KEY = "django_tests_secret_key"  # noqa: S105
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = False
