"""All settings, in one file. What differs from machine to machine comes from the environment or `.env`.

`.env.example` lists every variable with its meaning.
"""

from pathlib import Path
from typing import Any

import environ

from apps.demo.serving import find_served_port, with_port
from lib.postgres import development_url
from lib.postgres.programs import program

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
NAMED_BASE_URL = env.str("BASE_URL", default="")
env.read_env(BASE_DIR / ".env")

# --- Who and where we are ---------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
BASE_URL = env.str("BASE_URL", default="http://localhost:8000")
# In development the port is one that `make run` found free, unless the environment, not .env, names it.
SERVING_DIR = VAR_DIR / "serving"
SERVED_PORT = find_served_port(SERVING_DIR) if DEBUG else None
if SERVED_PORT and not NAMED_BASE_URL:
    BASE_URL = with_port(BASE_URL, SERVED_PORT)
HTTPS = BASE_URL.startswith("https://")

# Hosts are rows of the database: the tenant middleware answers those that nobody has, before anything else.
ALLOWED_HOSTS = ["*"]

# --- Tenancy ----------------------------------------------------------------------------------------

TENANCY_MODEL = "companies.Company"
TENANCY_TENANT_URLCONF = "config.urls.tenant"
# In development nobody answers at BASE_URL while `make run` is not going.
TENANCY_IS_SERVED = bool(SERVED_PORT or NAMED_BASE_URL or not DEBUG)

# A role in PostgreSQL for each company, where the server is 16 or newer.
TENANCY_ROLES = env.bool("TENANCY_ROLES", default=True)
# What separates companies for whom nothing else is said: `schema`, or `database` for one of their own.
TENANCY_ISOLATION = env.str("TENANCY_ISOLATION", default="schema")
# Ways past the poolers that the URLs of servers name: main=host:port, separated by commas.
DIRECT_ADDRESSES: dict[str, str] = env.dict("DIRECT_ADDRESSES", default={})
# More servers to place companies on: name=postgres://..., separated by commas.
TENANCY_SERVERS = {
    name: {**env.db_url_config(url), "DIRECT": DIRECT_ADDRESSES.get(name, "")}
    for name, url in env.dict("TENANCY_SERVERS", default={}).items()
}
# Where companies are placed: the name of a server, or `auto` for the one with the fewest.
TENANCY_SERVER = env.str("TENANCY_SERVER", default="main")
# How many schemas `manage.py refill_spares` keeps ready, so that a sign-up has only to name one.
TENANCY_SPARES = env.int("TENANCY_SPARES", default=0)
# For how many days a company that could not be made keeps its reason: manage.py reap_tenants.
TENANCY_KEEP_FAILED_DAYS = env.int("TENANCY_KEEP_FAILED_DAYS", default=7)
# Encrypt the passwords of databases: the first encrypts, all decrypt.
TENANCY_KEYS = env.list("TENANCY_KEYS", default=[])
# Reads every server up to its own version, wherever DATABASE_URL points.
TENANCY_PG_DUMP = str(program("pg_dump"))

# One table for the platform.
TENANCY_MASTER_APPS = ["lib.tenancy", "lib.commands", "apps.companies"]

# A table in every company's schema.
TENANCY_TENANT_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "apps.accounts",
    "apps.contacts",
    "apps.events",
    "allauth.account",
    "lib.commands.tokens",
]

INSTALLED_APPS = [
    *TENANCY_MASTER_APPS,
    *TENANCY_TENANT_APPS,
    "apps.dashboard",
    "apps.demo",
    "apps.files",
    "apps.mailbox",
    "apps.signup",
    "apps.www",
    "lib.forms",
    "allauth",
    "django.contrib.humanize",
    "django.forms",
    "django.contrib.messages",
    "django_tasks",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "heroicons",
]

MIDDLEWARE = [
    # Headers first, so that every refusal below carries them.
    "lib.security.middleware.SecurityMiddleware",
    "lib.security.middleware.ContentSecurityPolicyMiddleware",
    "lib.security.middleware.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lib.security.database_unavailable.DatabaseUnavailableMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lib.security.client_address.ClientAddressMiddleware",
    "lib.security.hostile_input.HostileInputMiddleware",
    # From here on a request has its tenant. Before it nothing may touch a session or a user.
    "lib.tenancy.middleware.TenantMiddleware",
    "lib.security.middleware.PrivateCacheMiddleware",
    "lib.security.sessions.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.events.middleware.OriginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "apps.accounts.middleware.SignedOutFragmentMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls.www"
WSGI_APPLICATION = "config.wsgi.application"

# --- Database ---------------------------------------------------------------------------------------

# Without a DATABASE_URL it is the embedded PostgreSQL, which `make run` starts. Port 1 answers nobody:
# while no server runs, a command says so instead of finding somebody else's.
DATABASE: dict[str, Any] = {
    **env.db_url(
        "DATABASE_URL", default=development_url(VAR_DIR) or "postgres://terrace@127.0.0.1:1/terrace"
    ),
    "ENGINE": "lib.tenancy.postgresql",
    "DIRECT": DIRECT_ADDRESSES.get("main", ""),
    "CONN_MAX_AGE": env.int("CONN_MAX_AGE_SECONDS", default=600),
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": True,
}
# A session of PostgreSQL remembers the tables of each company it has served; then it is replaced.
TENANCY_MAX_TENANTS_PER_CONNECTION = env.int("MAX_TENANTS_PER_CONNECTION", default=200)
DATABASES = {
    "default": DATABASE,  # the current tenant
    "master": {**DATABASE, "SCHEMA": "master"},  # the platform
}
DATABASE_ROUTERS = ["lib.tenancy.router.TenancyRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Cache: `default` is the current tenant's part of `shared`, which belongs to all -------------------

# Rate limits are counted here. What makes room is forgotten, and Django's 300 entries are soon full.
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "lib.tenancy.cache.TenantCache", "LOCATION": "shared"},
    "shared": env.cache_url("CACHE_URL", default="dbcache://cache_entry?max_entries=100000"),
}

# --- People -----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:dashboard"
HANDOVER_SECONDS = 60
# After how many days a company is removed in which nobody proved an address, by remove_abandoned; 0: never.
ABANDONED_AFTER_DAYS = env.int("ABANDONED_AFTER_DAYS", default=14)

ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# By code, not by link: allauth's link signs a bare primary key, which another tenant would accept.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_FORMS = {
    "login": "apps.accounts.forms.LoginForm",
    "reset_password": "apps.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "apps.accounts.forms.ResetPasswordKeyForm",
    "change_password": "apps.accounts.forms.ChangePasswordForm",
    "confirm_email_verification_code": "apps.accounts.forms.ConfirmEmailVerificationCodeForm",
    "confirm_password_reset_code": "apps.accounts.forms.ConfirmPasswordResetCodeForm",
    "reauthenticate": "apps.accounts.forms.ReauthenticateForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# --- Cookies and headers -----------------------------------------------------------------------------

# Host-only in both cases. The prefix keeps a sibling subdomain from planting one; browsers ask HTTPS for it.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
DEVICE_COOKIE_NAME = "__Host-device" if HTTPS else "device"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The names of Django 6, whose middleware takes over when we get there.
SECURE_CSP: dict[str, list[str]] = {
    "default-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "img-src": ["'self'", "data:"],
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: [] for feature in ("camera", "geolocation", "microphone", "payment", "usb")
}

# --- Pages ------------------------------------------------------------------------------------------

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.www.context_processors.public_site",
            ],
        },
    },
]
FORM_RENDERER = "lib.forms.renderer.FormRenderer"
# In a cookie: the public site has no sessions.
MESSAGE_STORAGE = "apps.accounts.messages_storage.HostCookieStorage"

# Each company has a folder in it, served to its members by apps.files.
MEDIA_ROOT = VAR_DIR / "files"
MEDIA_URL = "/files/"

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "public"]
STORAGES = {
    "default": {"BACKEND": "lib.tenancy.files.TenantFileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

# --- Mail -------------------------------------------------------------------------------------------

# In development mails are written to var/mail and read at /dev/mail.
MAILBOX_DIR = VAR_DIR / "mail"
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = "apps.mailbox.backend.EmailBackend" if DEBUG else EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_CONFIG["EMAIL_HOST"]
EMAIL_PORT = EMAIL_CONFIG["EMAIL_PORT"]
EMAIL_HOST_USER = EMAIL_CONFIG["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = EMAIL_CONFIG["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL_CONFIG.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Terrace <hello@terrace.example>")

# --- Commands that run elsewhere ----------------------------------------------------------------------

# Queues that workers serve; management commands that may be sent, and what is sent by the clock.
COMMANDS_QUEUES = ["default"]
COMMANDS_MANAGEMENT: dict[str, dict[str, Any]] = {}
COMMANDS_SCHEDULE: dict[str, dict[str, Any]] = {}
# How many jobs of one company may run at a time; 0 is no limit.
COMMANDS_TENANT_LIMIT = env.int("COMMANDS_TENANT_LIMIT", default=0)
# How workers are woken: zmq, notify or none.
COMMANDS_DOORBELL = env.str("COMMANDS_DOORBELL", default="zmq")
COMMANDS_BELL_ADDRESSES = env.list("COMMANDS_BELL_ADDRESSES", default=[])
COMMANDS_BELL_BIND = env.str("COMMANDS_BELL_BIND", default="")
COMMANDS_CURVE_SERVER_SECRET_KEY = env.str("COMMANDS_CURVE_SERVER_SECRET_KEY", default="")
COMMANDS_CURVE_SERVER_PUBLIC_KEY = env.str("COMMANDS_CURVE_SERVER_PUBLIC_KEY", default="")
COMMANDS_CURVE_CLIENT_SECRET_KEY = env.str("COMMANDS_CURVE_CLIENT_SECRET_KEY", default="")
COMMANDS_CURVE_CLIENTS = env.str("COMMANDS_CURVE_CLIENTS", default="").split()
TASKS = {"default": {"BACKEND": "lib.commands.tasks.CommandsBackend", "QUEUES": COMMANDS_QUEUES}}

# --- Log, and mails about errors ---------------------------------------------------------------------

# Both name the company. Mails go out only where DEBUG is off.
ADMINS = [(address, address) for address in env.list("ADMINS", default=[])]
SERVER_EMAIL = env.str("SERVER_EMAIL", default=DEFAULT_FROM_EMAIL)
EMAIL_SUBJECT_PREFIX = "[Terrace] "
DEFAULT_EXCEPTION_REPORTER_FILTER = "lib.security.reports.ReporterFilter"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "tenant": {"()": "lib.tenancy.logs.TenantFilter"},
        # A page asks for thirty files; their lines would hide those of the page.
        "no_static": {"()": "lib.security.logs.NoStaticFiles"},
        "not_in_development": {"()": "django.utils.log.RequireDebugFalse"},
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s [%(tenant)s] %(name)s: %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "filters": ["tenant"], "formatter": "line"},
        "mail_admins": {
            "class": "lib.tenancy.logs.TenantAdminEmailHandler",
            "level": "ERROR",
            "filters": ["not_in_development", "tenant"],
        },
    },
    "root": {"handlers": ["console", "mail_admins"], "level": "INFO"},
    "loggers": {
        # Django gives these handlers of their own, which know no tenant.
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {
            "handlers": ["console"],
            "filters": ["no_static"],
            "level": "INFO",
            "propagate": False,
        },
        "django.utils.autoreload": {"level": "WARNING"},
    },
}
