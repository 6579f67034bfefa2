"""The settings that all contestants share: those of `django-admin startproject`, in production."""

import os
from typing import Any

LOGIN = os.environ["BENCHMARK_LOGIN"]

SECRET_KEY = "of-a-benchmark"  # noqa: S105
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "benchmarks.requests.shop",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
ROOT_URLCONF = "benchmarks.requests.shop.urls"

DATABASE: dict[str, Any] = {
    "HOST": "127.0.0.1",
    "PORT": os.environ["BENCHMARK_PORT"],
    "NAME": LOGIN,
    "USER": LOGIN,
    "PASSWORD": os.environ["BENCHMARK_PASSWORD"],
    # Persistent, and not asked whether it still works: nothing but the view's queries is sent.
    "CONN_MAX_AGE": None,
    "DISABLE_SERVER_SIDE_CURSORS": True,
}
