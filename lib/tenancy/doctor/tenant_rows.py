"""What the tenants' rows say of themselves: states, versions, servers and passwords."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connections
from django.utils import timezone

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.doctor.findings import Finding, error, warning
from lib.tenancy.doctor.scope import WITH_STORE, Installation
from lib.tenancy.doctor.stores import removal_command
from lib.tenancy.encryption import decrypt
from lib.tenancy.exceptions import EncryptionKeyError
from lib.tenancy.locks import is_held
from lib.tenancy.models import TenantModel
from lib.tenancy.servers import server_names
from lib.tenancy.states import State
from lib.tenancy.versions import current_version, is_ahead, is_behind

HALF_MADE = error("provisioning-was-interrupted")
SLOW = warning("provisioning-takes-long")
FAILED = warning("provisioning-failed")
BEHIND = error("tenant-is-behind")
AHEAD = warning("tenant-is-ahead")
OTHER_VERSION = warning("tenant-has-other-migrations")
UNKNOWN_SERVER = error("server-is-unknown")
UNREADABLE = error("password-is-unreadable")

PROVISIONING_MINUTES = 5


def examine_states(installation: Installation) -> Iterator[Finding]:
    """Look for tenants that were not made to the end."""
    oldest = timezone.now() - timedelta(minutes=PROVISIONING_MINUTES)
    for tenant in installation.tenants:
        where = {"server": tenant.server, "tenant": tenant.subdomain}
        retry = f"Sign up for {tenant.subdomain!r} again, which replaces it, or: {removal_command(tenant)}"
        if tenant.state == State.FAILED:
            reason = tenant.state_reason or "no reason was recorded"
            yield FAILED.found(f"It could not be made: {reason}", cure=retry, **where)
        elif tenant.state in (State.RESERVED, State.PROVISIONING) and tenant.created_at < oldest:
            since = f"since {tenant.created_at:%Y-%m-%d %H:%M} UTC"
            if _somebody_is_at_work_on(tenant):
                what = f"It is in state {tenant.state!r} {since}, and a process is still at work on it."
                yield SLOW.found(
                    what, cure="Wait, or look for what the server waits: pg_stat_activity.", **where
                )
            else:
                what = f"It is in state {tenant.state!r} {since}, and whoever made it is gone."
                yield HALF_MADE.found(what, cure=retry, **where)


def examine_versions(installation: Installation) -> Iterator[Finding]:
    """Compare each tenant's recorded version with the migrations of this code."""
    for tenant in installation.tenants:
        if tenant.state not in WITH_STORE or tenant.version == current_version():
            continue
        where = {"server": tenant.server, "tenant": tenant.subdomain}
        versions = f"version {tenant.version or 'unknown'}, this code {current_version()}"
        if is_ahead(tenant.version):
            what = f"It has {versions}: a newer release is at work on it, and nothing here was compared."
            yield AHEAD.found(what, cure="Run the doctor of the newer release.", **where)
        elif is_behind(tenant.version):
            what = f"It has {versions}: its people see a maintenance page."
            yield BEHIND.found(what, cure="python manage.py migrate_tenants", **where)
        else:
            what = f"It has {versions}: as many migrations, but others."
            yield OTHER_VERSION.found(what, cure="python manage.py migrate_tenants", **where)


def examine_placement(installation: Installation) -> Iterator[Finding]:
    """Look for tenants on servers that the settings do not name."""
    for tenant in installation.tenants:
        if tenant.server not in server_names():
            yield UNKNOWN_SERVER.found(
                f"It is placed on the server {tenant.server!r}, which the settings do not name.",
                cure=f"Name it in TENANCY_SERVERS in .env: {tenant.server}=postgres://user:password@host/database",
                server=tenant.server,
                tenant=tenant.subdomain,
            )


def examine_passwords(installation: Installation) -> Iterator[Finding]:
    """Decrypt the password of every tenant's login, and say nothing about it but whether it can be read."""
    for tenant in installation.tenants:
        if not tenant.database_pwd:
            continue
        try:
            decrypt(tenant.database_pwd)
        except EncryptionKeyError:
            yield UNREADABLE.found(
                "None of TENANCY_KEYS decrypts the password of its login.",
                cure="Put the key that was taken out back into TENANCY_KEYS in .env, as the last one. "
                "Then: python manage.py rotate_tenancy_keys",
                server=tenant.server,
                tenant=tenant.subdomain,
            )
        else:
            installation.proved["passwords can be decrypted"] += 1


def _somebody_is_at_work_on(tenant: TenantModel) -> bool:
    with connections[MASTER_ALIAS].cursor() as cursor:
        return is_held(f"provision:{tenant.subdomain}", cursor)
