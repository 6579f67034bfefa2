"""A short stamp for a set of tenant migrations: how many there are, and a digest of their names."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from django.db.migrations.loader import MigrationLoader

from lib.tenancy.placement import tenant_app_labels

_DIGEST_CHARACTERS = 12


@lru_cache(maxsize=1)
def current_version() -> str:
    """Return the stamp of the migrations this code has for tenants, such as `00031-5f0c2a9be871`."""
    return version_of(known_migrations())


@lru_cache(maxsize=1)
def known_migrations() -> frozenset[str]:
    """Return the names, such as `contacts.0001_initial`, of the migrations this code has for tenants.

    Reads the migration files once per process and no database.
    """
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    return frozenset(f"{label}.{name}" for label, name in graph.nodes if label in tenant_app_labels())


def version_of(migrations: Iterable[str]) -> str:
    """Return the stamp of a set of migrations, each named as in `known_migrations`."""
    names = sorted(migrations)
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:_DIGEST_CHARACTERS]
    return f"{len(names):05d}-{digest}"


def is_behind(version: str) -> bool:
    """Return whether a tenant at `version` lacks migrations of this code.

    A tenant that is ahead is not behind: during a release the old code still serves it.
    """
    return _count(version) < _count(current_version())


def is_ahead(version: str) -> bool:
    """Return whether a tenant at `version` has more migrations than this code knows."""
    return _count(version) > _count(current_version())


def _count(version: str) -> int:
    return int(version.partition("-")[0] or 0)
