"""Passwords of tenants' logins, encrypted where they are kept."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from lib.tenancy.exceptions import EncryptionKeyError


def encrypt(text: str) -> str:
    """Return `text` encrypted with the first of TENANCY_KEYS.

    Raises:
        EncryptionKeyError: there is no key, or one that is none.
    """
    return _keys().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Return the text that any of TENANCY_KEYS encrypted.

    Raises:
        EncryptionKeyError: none of the keys did, for instance since one was removed too early.
    """
    try:
        return _keys().decrypt(token.encode()).decode()
    except InvalidToken:
        raise EncryptionKeyError("none of TENANCY_KEYS decrypts a password that is stored") from None


def encrypt_anew(token: str) -> str:
    """Return the same text encrypted with the first key, so that later keys can be taken away."""
    return encrypt(decrypt(token))


def _keys() -> MultiFernet:
    keys: list[str] = getattr(settings, "TENANCY_KEYS", [])
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise EncryptionKeyError(str(error)) from None
