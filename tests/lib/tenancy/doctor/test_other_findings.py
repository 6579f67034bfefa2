"""Findings whose cause is no defect of the server: settings, keys, locks, other servers."""

from contextlib import contextmanager
from datetime import timedelta

import environ
import psycopg2
import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from apps.companies.models import Company
from lib.tenancy.doctor import looking
from lib.tenancy.doctor.examination import admit, carefully, examine
from lib.tenancy.doctor.login import examine_server_version
from lib.tenancy.doctor.scope import Installation, Server
from lib.tenancy.encryption import encrypt
from lib.tenancy.locks import lock_number
from lib.tenancy.servers import server_settings
from lib.tenancy.states import State
from lib.tenancy.versions import current_version

NOBODY = environ.Env.db_url_config("postgres://terrace:secret-of-nobody@127.0.0.1:1/terrace")


@contextmanager
def row(**fields):
    company = Company(subdomain="lost", company_name="Lost", version=current_version(), **fields)
    company.save()
    Company.objects.filter(pk=company.pk).update(created_at=timezone.now() - timedelta(hours=1))
    try:
        yield company
    finally:
        company.delete()


def only(findings):
    (finding,) = findings
    return finding


def test_a_company_that_a_process_is_at_work_on_is_a_warning(patient):
    with row(state=State.PROVISIONING), connections["master"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock_number("provision:lost")])
        try:
            finding = only(patient.findings())
        finally:
            cursor.execute("SELECT pg_advisory_unlock_all()")
        assert (finding.name, finding.severity, finding.tenant) == (
            "provisioning-takes-long",
            "warning",
            "lost",
        )
        assert patient.names() == ["provisioning-was-interrupted"]


def test_a_company_that_was_begun_a_moment_ago_is_left_alone(patient):
    company = Company(subdomain="lost", company_name="Lost", state=State.RESERVED)
    company.save()
    assert patient.findings() == []
    company.delete()


def test_a_company_that_is_ahead_is_named_and_not_compared(patient):
    count, digest = current_version().split("-")
    Company.objects.filter(subdomain="acme").update(version=f"{int(count) + 1:05d}-{digest}")
    finding = only(patient.findings())
    Company.objects.filter(subdomain="acme").update(version=current_version())
    assert (finding.name, finding.tenant) == ("tenant-is-ahead", "acme")


def test_a_company_on_a_server_that_nobody_knows_is_named(patient):
    with row(state=State.ACTIVE, server="gone"):
        finding = only(patient.findings())
    assert (finding.name, finding.server, finding.tenant) == ("server-is-unknown", "gone", "lost")
    assert "TENANCY_SERVERS in .env: gone=postgres://" in finding.cure


def test_a_password_that_no_key_decrypts_is_named_until_the_key_is_back(patient, settings):
    lost_key, key = Fernet.generate_key().decode(), settings.TENANCY_KEYS[0]
    kept = Company.find_by_subdomain("initech").database_pwd
    settings.TENANCY_KEYS = [lost_key]
    Company.objects.filter(subdomain="initech").update(database_pwd=encrypt("tps reports"))
    settings.TENANCY_KEYS = [key]
    findings = [finding for finding in patient.findings() if finding.name == "password-is-unreadable"]
    assert only(findings).tenant == "initech"
    assert "rotate_tenancy_keys" in only(findings).cure
    settings.TENANCY_KEYS = [key, lost_key]
    call_command("rotate_tenancy_keys")
    settings.TENANCY_KEYS = [key]
    assert patient.names() == ["tenant-login-is-refused"]  # it was another password
    Company.objects.filter(subdomain="initech").update(database_pwd=kept)
    assert patient.findings() == []


def test_statements_that_are_sent_without_a_tenant_are_noticed(patient):
    connections.close_all()
    connections.settings["default"]["SCHEMA"] = "master"
    try:
        names = patient.names()
    finally:
        del connections.settings["default"]["SCHEMA"]
        connections.close_all()
    assert names == ["statement-without-a-tenant-is-sent"]
    assert patient.findings() == []


def test_a_server_that_is_down_is_a_finding_and_the_rest_goes_on(patient, settings):
    settings.TENANCY_SERVERS = {"second": NOBODY}
    with row(state=State.RESERVED):
        names = patient.names()
    assert names == ["provisioning-was-interrupted", "server-is-unreachable"]
    finding = only(patient.findings())
    assert (finding.server, finding.tenant) == ("second", None)
    assert "127.0.0.1:1 lets nobody in" in finding.what


def test_a_server_too_old_for_roles_is_a_warning_unless_that_is_wanted(patient, settings, monkeypatch):
    # The servers here are new enough; the limit is moved, and nothing else.
    monkeypatch.setattr("lib.tenancy.roles.OLDEST_VERSION_WITH_ROLES", 990000)
    with looking.looking(server_settings("main")) as cursor:
        server = Server(Installation([], ["main"]), "main", cursor)
        finding = only(examine_server_version(server))
        assert (finding.name, finding.severity) == ("server-keeps-no-roles", "warning")
        settings.TENANCY_ROLES = False
        assert list(examine_server_version(server)) == []


def test_an_examination_that_fails_is_a_finding_and_the_next_one_works(patient):
    def examine_nothing(cursor):
        cursor.execute("SELECT 1 / 0")
        yield

    with looking.looking(server_settings("main")) as cursor:
        finding = only(carefully(examine_nothing, cursor, "main", cursor))
        assert looking.rows(cursor, "SELECT 1") == [(1,)]
    assert (finding.name, finding.severity) == ("could-not-be-examined", "warning")
    assert finding.what == "examine_nothing failed: DivisionByZero: division by zero"


def test_a_company_that_is_being_changed_holds_up_no_other(patient, monkeypatch):
    monkeypatch.setattr(looking, "_LOCK_TIMEOUT", "50ms")
    ((table,),) = patient.rows(
        "SELECT min(tablename) FROM pg_tables WHERE tablename <> 'django_migrations' "
        f"AND schemaname = '{patient.acme.schema_name}'"
    )
    with looking.looking(patient.superuser_settings()) as cursor:
        cursor.connection.rollback()
        cursor.connection.set_session(readonly=False)
        cursor.execute(f"LOCK TABLE {patient.acme.schema_name}.{table} IN ACCESS EXCLUSIVE MODE")
        installation = admit()
        findings = list(examine(installation))
    assert {(finding.name, finding.tenant) for finding in findings} == {("could-not-be-examined", "acme")}, (
        findings
    )
    assert installation.proved["tenants find their own rows"] == 3
    assert installation.proved["catalogs were compared with the template"] == 3
    assert patient.findings() == []


def test_a_platform_that_is_not_prepared_is_a_finding(patient, capsys):
    patient.run("ALTER SCHEMA master RENAME TO away")
    try:
        with pytest.raises(SystemExit) as ended:
            call_command("doctor")
    finally:
        patient.run("ALTER SCHEMA away RENAME TO master")
    assert ended.value.code == 2
    printed = capsys.readouterr().out
    assert "platform-is-not-prepared" in printed
    assert "python manage.py prepare" in printed


def test_nothing_can_be_changed_through_its_connections(patient):
    with looking.looking(patient.superuser_settings()) as cursor:
        for sql in (
            "CREATE TABLE public.leak (id int)",
            "UPDATE master.companies_company SET state = 'active'",
        ):
            with looking.undone(cursor), pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
                cursor.execute(sql)
