"""What the superuser of an embedded server does for a benchmark, such as making logins."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
from psycopg2 import sql

from lib.postgres.cluster import SUPERUSER
from lib.postgres.processes import find_postmaster
from lib.postgres.server import EmbeddedServer


@contextmanager
def superuser(server: EmbeddedServer, database: str = "postgres") -> Iterator[Any]:
    """Yield a cursor of a connection of its own, in autocommit; closed afterwards."""
    password = (server.server_dir / "superuser-password").read_text().strip()
    with closing(
        psycopg2.connect(
            host="127.0.0.1", port=port_of(server), user=SUPERUSER, password=password, dbname=database
        )
    ) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def run(cursor: Any, statement: str, *names: str) -> None:
    """Execute a statement in which each `{}` is one of the identifiers `names`."""
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def port_of(server: EmbeddedServer) -> int:
    """Return the port of a server that runs."""
    postmaster = find_postmaster(server.data_dir)
    assert postmaster is not None
    assert postmaster.port is not None
    return postmaster.port
