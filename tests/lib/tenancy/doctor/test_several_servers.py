"""Companies on a second PostgreSQL server, and two installations on one."""

from contextlib import closing

import environ
import pytest
from django.core.management import call_command
from django.db import connections

from lib.postgres import server as postgres_server
from lib.tenancy.foundation import lay_foundation
from lib.tenancy.removal import remove_tenant
from lib.tenancy.states import Isolation
from tests.lib.tenancy.doctor.conftest import elsewhere, made


@pytest.fixture
def second(patient, settings, tmp_path):
    """A second server, with a company of each kind."""
    server = postgres_server.testing_server(tmp_path)
    settings.TENANCY_SERVERS = {"second": environ.Env.db_url_config(server.ensure_running())}
    lay_foundation("second")
    companies = [made(f"umbrella-{each}", each, server="second") for each in Isolation.values]
    yield server
    server.ensure_running()
    for company in companies:
        remove_tenant(company)
    connections.close_all()
    server.stop()


def test_each_server_is_examined_for_itself(second, patient):
    assert "\n".join(map(str, patient.findings())) == ""
    with closing(patient.connect_to(second, "terrace")) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE public.leak (id int); ALTER ROLE terrace INHERIT")
        connection.commit()
    assert {(finding.name, finding.server) for finding in patient.findings()} == {
        ("public-is-not-empty", "second"),
        ("login-inherits", "second"),
    }
    assert patient.findings(server="main") == []
    assert len(patient.findings(server="second")) == 2
    connections.close_all()
    second.stop()
    assert {(finding.name, finding.server) for finding in patient.findings()} == {
        ("server-is-unreachable", "second")
    }
    assert patient.names(subdomain="umbrella-schema") == ["server-is-unreachable"]


def test_another_installation_on_the_server_is_not_taken_for_orphans(patient):
    address = patient.server.url.rpartition("/")[0] + "/another"
    patient.run("CREATE DATABASE another OWNER terrace")
    try:
        with elsewhere(address):
            call_command("prepare", verbosity=0)
            companies = [made(f"theirs-{each}", each) for each in Isolation.values]
        assert "\n".join(map(str, patient.findings())) == ""
    finally:
        with elsewhere(address):
            for company in companies:
                remove_tenant(company)
        patient.run("DROP DATABASE another WITH (FORCE)")
    assert patient.findings() == []
