"""Work on a PostgreSQL server as such: its databases and logins, which no transaction can hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2

from lib.tenancy.servers import direct_settings, server_settings


@contextmanager
def administer(server: str, database: str | None = None) -> Iterator[Any]:
    """Yield a cursor of a connection of its own, as the platform's login, in autocommit; closed afterwards.

    `database` is the one to connect to, by default the server's own. Nothing here has a tenant: it is for
    CREATE DATABASE and its like, not for rows.
    """
    settings = direct_settings(server_settings(server))
    connection = psycopg2.connect(
        host=settings["HOST"],
        port=settings["PORT"] or None,
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=database or settings["NAME"],
    )
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
