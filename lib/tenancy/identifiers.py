"""Names inside PostgreSQL: quoted always, made by us, never taken from a person as they are."""

import secrets

MAX_IDENTIFIER_BYTES = 63
# Shorter than PostgreSQL allows: the tenant's role is named after its schema, with the login in front.
_MAX_SCHEMA_CHARACTERS = 40
_SUFFIX_BYTES = 3


def quote_identifier(name: str) -> str:
    """Return `name` as a quoted SQL identifier.

    Raises:
        ValueError: `name` is empty, holds a NUL or is longer than PostgreSQL keeps.
    """
    if not name or "\0" in name or len(name.encode()) > MAX_IDENTIFIER_BYTES:
        raise ValueError(f"{name!r} cannot be an identifier of PostgreSQL (1 to 63 bytes, no NUL).")
    return '"{}"'.format(name.replace('"', '""'))


def schema_name_for(subdomain: str) -> str:
    """Return a new schema name such as `acme_6a5f2d` for a valid subdomain.

    The suffix keeps a name apart from that of a tenant deleted earlier, whose backups still carry it.
    """
    suffix = f"_{secrets.token_hex(_SUFFIX_BYTES)}"
    stem = subdomain.replace("-", "_")
    # PostgreSQL keeps names that begin with pg_ for itself, and pg-tools is a fine tenant.
    if f"{stem}_".startswith("pg_"):
        stem = f"t_{stem}"
    return stem[: _MAX_SCHEMA_CHARACTERS - len(suffix)] + suffix
