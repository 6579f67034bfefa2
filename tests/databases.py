"""Databases on the server of the tests, for programs that are started in processes of their own."""

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import quote

import psycopg2
from django.db import connections

from lib.tenancy.administration import administer


def database_url(**changes: Any) -> str:
    """Return the address of the test's own database; `changes` are settings that differ: `NAME="other"`."""
    where = {**connections["master"].settings_dict, **changes}
    password = quote(where["PASSWORD"], safe="")
    return f"postgres://{where['USER']}:{password}@{where['HOST']}:{where['PORT']}/{where['NAME']}"


@contextmanager
def new_database(prefix: str) -> Iterator[str]:
    """Make an empty database around the block, and yield its address."""
    name = f"{prefix}_{uuid.uuid4().hex[:8]}"
    with closing(psycopg2.connect(database_url())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
            try:
                yield database_url(NAME=name)
            finally:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def databases_and_logins(subdomain: str) -> list[str]:
    """Return the databases and the roles of the whole server that have names like those of this tenant."""
    with administer("main") as cursor:
        cursor.execute(
            f"SELECT datname FROM pg_database WHERE datname LIKE '{subdomain}%' "
            f"UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE '%:{subdomain}%'"
        )
        return [name for (name,) in cursor.fetchall()]
