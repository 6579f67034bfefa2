"""Signatures that carry their tenant: what one signed, another refuses.

Django signs with SECRET_KEY alone, which is the same for all tenants, and rows of two tenants may have the
same primary key. So the key is made the tenant's own, in the two places where Django makes a signature:
`Signer`, from which come signed cookies, messages, sessions and `signing.dumps`, and the generator of tokens
for password resets. Libraries that use them are covered without knowing it.

Without a tenant the key is the platform's. For code that must never sign as the platform there is
`TenantSigner`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing
from django.utils.encoding import force_bytes
from django.utils.module_loading import import_string

from lib.tenancy.context import current_tenant, find_current_tenant
from lib.tenancy.replacing import replace

_SALT = "lib.tenancy.signing"


class TenantSigner(signing.TimestampSigner):
    """Sign for the current tenant, or raise NoTenantError: it never signs, or accepts, for the platform."""

    def signature(self, value: Any, key: Any = None) -> str:
        current_tenant()
        return super().signature(value, key)


def dumps(obj: Any, *, salt: str = _SALT, compress: bool = False) -> str:
    """Return `obj` as signed text that the current tenant, and no other, will take back.

    Raises:
        NoTenantError: none is active.
    """
    return TenantSigner(salt=salt).sign_object(obj, compress=compress)


def loads(text: str, *, max_age_seconds: float, salt: str = _SALT) -> Any:
    """Return what `dumps` was given under the same tenant and salt, at most `max_age_seconds` ago.

    Raises:
        django.core.signing.BadSignature: it was changed, is too old, or was signed by another tenant.
        NoTenantError: none is active.
    """
    return TenantSigner(salt=salt).unsign_object(text, max_age=max_age_seconds)


def keep_signatures_apart() -> None:
    """Make every signature of this process the current tenant's."""
    if hasattr(signing.Signer.signature, "__wrapped__"):
        return
    replace(signing.Signer, "signature", _with_key_of_tenant)
    replace(PasswordResetTokenGenerator, "_make_token_with_timestamp", _with_secret_of_tenant)


def _with_key_of_tenant(signature: Callable[..., str]) -> Callable[..., str]:
    @wraps(signature)
    def tenant_signature(self: signing.Signer, value: Any, key: Any = None) -> str:
        return signature(self, value, _key_of_tenant(key or self.key))

    return tenant_signature


def _with_secret_of_tenant(make_token: Callable[..., str]) -> Callable[..., str]:
    @wraps(make_token)
    def tenant_token(self: Any, user: Any, timestamp: int, secret: Any) -> str:
        return make_token(self, user, timestamp, _key_of_tenant(secret))

    return tenant_token


def _key_of_tenant(key: Any) -> Any:
    tenant = find_current_tenant()
    # Not the subdomain: a tenant may change it, and another may then get it.
    return key if tenant is None else b"tenant:%b:%b" % (tenant.schema.encode(), force_bytes(key))


def signatures_are_apart() -> bool:
    """Return whether what SIGNING_BACKEND names signs as the tenant does."""
    backend = import_string(settings.SIGNING_BACKEND)
    return getattr(backend, "signature", None) in (signing.Signer.signature, TenantSigner.signature)
