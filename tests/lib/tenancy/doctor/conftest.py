"""An installation to be ill: a PostgreSQL of its own, on which superusers may break what they like.

Acme and Globex are schemas, Initech and Hooli have databases of their own. Roles and databases belong to a
whole server, so that of the other tests would be disturbed, and would disturb.
"""

from contextlib import closing, contextmanager
from dataclasses import dataclass

import environ
import psycopg2
import pytest
from django.core.management import call_command
from django.db import connections

from apps.companies.models import Company
from lib.postgres import server as postgres_server
from lib.tenancy.doctor.examination import admit, examine
from lib.tenancy.provisioning import provisioning
from lib.tenancy.states import Isolation

ALIASES = ("default", "master")


@dataclass
class Patient:
    """The installation under examination, with the power to break it and to mend it."""

    server: postgres_server.EmbeddedServer
    acme: Company
    globex: Company
    initech: Company
    hooli: Company

    def run(self, sql, database="terrace"):
        """Run each statement by itself, as a superuser."""
        with closing(self.connect_to(self.server, database)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                for statement in _statements(sql):
                    cursor.execute(statement)

    def findings(self, **wanted):
        """Return what the doctor finds now."""
        return list(examine(admit(**wanted)))

    def rows(self, sql, database="terrace"):
        """Return what a superuser's query finds."""
        with closing(self.connect_to(self.server, database)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def names(self, **wanted):
        return sorted({finding.name for finding in self.findings(**wanted)})

    def superuser_settings(self):
        """Return database settings, as Django has them, of the superuser."""
        password = (self.server.server_dir / "superuser-password").read_text()
        return {**connections.settings["master"], "USER": "postgres", "PASSWORD": password}

    def connect_to(self, server, database):
        """Return a connection of the superuser to a server of ours."""
        password = (server.server_dir / "superuser-password").read_text()
        port = environ.Env.db_url_config(server.url)["PORT"]
        return psycopg2.connect(
            host="127.0.0.1", port=port, user="postgres", password=password, dbname=database
        )


@pytest.fixture(scope="package")
def clinic(tmp_path_factory, django_test_environment, django_db_blocker, tenancy_key):
    """Make the installation once; `patient` sees that each test leaves it well."""
    server = postgres_server.testing_server(tmp_path_factory.mktemp("clinic"))
    url = server.ensure_running()
    try:
        with django_db_blocker.unblock(), elsewhere(url):
            call_command("prepare", verbosity=0)
            yield Patient(
                server,
                acme=made("acme", Isolation.SCHEMA),
                globex=made("globex", Isolation.SCHEMA),
                initech=made("initech", Isolation.DATABASE),
                hooli=made("hooli", Isolation.DATABASE),
            )
    finally:
        server.stop()


@pytest.fixture
def patient(clinic):
    yield clinic
    connections.close_all()


@contextmanager
def elsewhere(url):
    """Point both aliases at another server for a while."""
    connections.close_all()
    before = {alias: dict(connections.settings[alias]) for alias in ALIASES}
    for alias in ALIASES:
        connections.settings[alias].update(environ.Env.db_url_config(url), ENGINE="lib.tenancy.postgresql")
    try:
        yield
    finally:
        connections.close_all()
        for alias in ALIASES:
            connections.settings[alias].clear()
            connections.settings[alias].update(before[alias])


def made(subdomain, isolation, **fields):
    company = Company(
        subdomain=subdomain,
        company_name=subdomain,
        contact_name="P",
        contact_email="p@x.example",
        isolation=isolation,
        **fields,
    )
    with provisioning(company):
        pass
    return company


def _statements(sql):
    # Of our own, in which a semicolon at the end of a line ends a statement, as psql sees it.
    return [part for part in sql.replace(";\n", ";\0").split("\0") if part.strip()]
