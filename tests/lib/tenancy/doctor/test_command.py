"""`manage.py doctor` as people and programs see it."""

import json

import pytest
from django.core.management import CommandError, call_command

from apps.companies.models import Company
from lib.tenancy.encryption import decrypt


def doctor(capsys, *words):
    """Return the exit status and what was printed."""
    try:
        call_command("doctor", *words, "--no-color")
    except SystemExit as ended:
        return ended.code, capsys.readouterr().out
    return 0, capsys.readouterr().out


@pytest.fixture
def warning(patient):
    """There is a role that nobody's row describes."""
    patient.run('CREATE ROLE "terrace:gone_abc123"')
    yield patient
    patient.run('DROP ROLE IF EXISTS "terrace:gone_abc123"')


@pytest.fixture
def error(patient):
    """A role of a company can log in."""
    role = f"terrace:{patient.acme.schema_name}"
    patient.run(f'ALTER ROLE "{role}" LOGIN')
    yield patient
    patient.run(f'ALTER ROLE "{role}" NOLOGIN')


def test_when_all_is_well_it_says_in_a_few_lines_what_was_proved(patient, capsys):
    status, printed = doctor(capsys)
    assert status == 0
    lines = printed.splitlines()
    assert len(lines) < 12
    assert lines[-1] == "Nothing is wrong."
    for said in (
        "1 server was examined: main, PostgreSQL",
        "4 tenants find their own rows",
        "4 catalogs were compared with the template",
        "2 passwords can be decrypted",
        "1 statement without a tenant was not sent",
    ):
        assert any(said in line for line in lines), printed
    # Acme and Globex: alone by path and by name, the other by name and by path, the master, and the master in
    # theirs. Initech and Hooli: the main database, and the other's.
    assert f"{2 * 6 + 2 * 2} attempts to read what is another's were refused" in printed


def test_a_warning_alone_ends_in_one(warning, capsys):
    status, printed = doctor(capsys)
    assert status == 1
    assert printed.startswith("WARNING orphan-role (server main)\n")
    assert "  Mend it in the database 'terrace':\n    DROP OWNED BY" in printed
    assert printed.endswith("0 errors, 1 warning.\n")


def test_an_error_ends_in_two(error, warning, capsys):
    status, printed = doctor(capsys)
    assert status == 2
    assert "ERROR role-can-log-in (server main, tenant acme)" in printed
    assert printed.endswith("1 error, 1 warning.\n")


def test_programs_read_json(error, capsys):
    status, printed = doctor(capsys, "--format", "json")
    report = json.loads(printed)
    (finding,) = report["findings"]
    assert (status, report["status"]) == (2, 2)
    assert finding == {
        "name": "role-can-log-in",
        "severity": "error",
        "what": finding["what"],
        "cure": f'ALTER ROLE "terrace:{error.acme.schema_name}" NOLOGIN;',
        "server": "main",
        "tenant": "acme",
        "database": "terrace",
    }
    assert report["proved"]["tenants find their own rows"] == 4


def test_json_is_json_when_all_is_well_too(patient, capsys):
    status, printed = doctor(capsys, "--format", "json")
    assert (status, json.loads(printed)["findings"]) == (0, [])


def test_one_tenant_can_be_looked_at(error, warning, capsys):
    assert doctor(capsys, "--tenant", "globex")[0] == 0
    status, printed = doctor(capsys, "--tenant", "Acme")
    assert status == 2
    assert "orphan-role" not in printed
    assert "1 tenants find their own rows" in printed
    assert doctor(capsys, "--tenant", "initech")[0] == 0


def test_a_sample_bounds_who_is_tried_as(patient, capsys):
    printed = doctor(capsys, "--sample", "1")[1]
    assert "1 tenants find their own rows" in printed
    assert "4 catalogs were compared" in printed
    assert "find their own rows" not in doctor(capsys, "--sample", "0")[1]
    assert "4 tenants find" in doctor(capsys, "--sample", "1000")[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--server", "third"), "There is no server 'third'; there are main."),
        (("--tenant", "nobody"), "There is no tenant 'nobody'"),
        (("--sample", "-1"), "0 or more"),
    ],
)
def test_a_wrong_question_ends_in_three(words, says, patient):
    with pytest.raises(CommandError, match=says) as raised:
        call_command("doctor", *words)
    assert raised.value.returncode == 3


def test_no_password_appears_anywhere(patient, capsys, settings):
    secrets = {decrypt(row.database_pwd) for row in Company.objects.exclude(database_pwd="")}
    secrets |= {row.database_pwd for row in Company.objects.exclude(database_pwd="")}
    secrets |= {settings.TENANCY_KEYS[0], settings.DATABASES["default"]["PASSWORD"]}
    patient.run(f"ALTER ROLE \"{patient.initech.database_user}\" PASSWORD 'another'")
    patient.run("ALTER ROLE terrace SUPERUSER")
    try:
        printed = "".join(doctor(capsys, "--format", form)[1] for form in ("text", "json"))
    finally:
        patient.run("ALTER ROLE terrace NOSUPERUSER")
        call_command("restore_login", "initech")
    assert "tenant-login-is-refused" in printed
    assert [secret for secret in secrets if secret in printed] == []
    assert patient.findings() == []


class TestRestoreLogin:
    def test_a_company_without_a_login_of_its_own_is_named(self, patient):
        with pytest.raises(CommandError, match="'acme' is a schema"):
            call_command("restore_login", "acme")

    def test_a_name_that_nobody_has_is_an_error(self, patient):
        with pytest.raises(CommandError, match="nobody"):
            call_command("restore_login", "nobody")
