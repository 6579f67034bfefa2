"""Jobs are signed: whoever can write to the table, by injected SQL for instance, still cannot run anything.

Not with Django's signer: its signatures are the current tenant's, and a job is verified where none is.
"""

import hashlib
import hmac
from uuid import UUID

from django.conf import settings

_SALT = b"lib.commands:"


def sign(job: UUID, *, tenant: str, command: str, payload: str, witness: str) -> str:
    """Return the signature of what a job will do, and for whom, as hexadecimal digits."""
    return _digest(settings.SECRET_KEY, _message(job, tenant, command, payload, witness))


def is_signed(job: UUID, *, tenant: str, command: str, payload: str, witness: str, signature: str) -> bool:
    """Return whether SECRET_KEY, or one of SECRET_KEY_FALLBACKS, made the signature of this very job."""
    message = _message(job, tenant, command, payload, witness)
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(hmac.compare_digest(_digest(key, message), signature) for key in keys)


def _message(job: UUID, *parts: str) -> bytes:
    # With their lengths, so that no two jobs make one message.
    return job.bytes + b"".join(b"%d:%b" % (len(part.encode()), part.encode()) for part in parts)


def _digest(key: str | bytes, message: bytes) -> str:
    secret = key if isinstance(key, bytes) else key.encode()
    return hmac.new(hashlib.sha256(_SALT + secret).digest(), message, hashlib.sha256).hexdigest()
