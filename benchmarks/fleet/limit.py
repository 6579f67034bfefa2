"""The limit: the same SQL, sent by psycopg2 alone, one message for each company on one connection."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2


class Limit:
    """Schemas of a database of its own."""

    def __init__(self, url: str, *, template: str, template_schema: str, owner: str) -> None:
        self._connection = psycopg2.connect(url)
        self._connection.autocommit = True
        self._cursor = self._connection.cursor()
        self._template, self._template_schema, self._owner = template, template_schema, owner
        self._schemas: list[str] = []
        self._databases = 0

    def found(self) -> float:
        """Make one schema more, and return how many seconds that took."""
        schema = f"l{len(self._schemas):04d}"
        self._schemas.append(schema)
        return self._seconds([self._template.replace(self._template_schema, schema)])

    def found_database(self, template: str) -> float:
        """Copy one database more, and return how many seconds that took."""
        self._databases += 1
        return self._seconds([f'CREATE DATABASE "bench_limit_{self._databases}" TEMPLATE "{template}"'])

    def migrate(self, sql: str, count: int) -> float:
        """Send `sql` to so many schemas, and return how many seconds that took."""
        return self._seconds(self._messages(sql, count))

    def ask_versions(self, url: str) -> float:
        """Return how many seconds the query takes that asks all tenants of ours for their versions."""
        with psycopg2.connect(url) as connection, connection.cursor() as cursor:
            query = 'SELECT subdomain, version FROM "master"."customers_customer"'
            cursor.execute(f'SET ROLE "{self._owner}"')
            cursor.execute(query)
            started_at = time.perf_counter()
            cursor.execute(query)
            cursor.fetchall()
            return time.perf_counter() - started_at

    def _messages(self, sql: str, count: int) -> Iterator[str]:
        for schema in self._schemas[:count]:
            yield f'SET LOCAL ROLE "{self._owner}"; SET LOCAL search_path TO "{schema}", pg_temp;\n{sql}'

    def _seconds(self, messages: Iterable[str]) -> float:
        started_at = time.perf_counter()
        for message in messages:
            self._cursor.execute(message)
        return time.perf_counter() - started_at


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """Yield a cursor in autocommit."""
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
