"""`manage.py migrate_tenants`, as it is typed."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from apps.companies.models import Company
from lib.tenancy.context import as_owner, tenant_context
from lib.tenancy.migrating.progress import duration, progress_line
from lib.tenancy.migrating.turn import our_turn
from lib.tenancy.models import MigrationRun, TenantTemplate
from lib.tenancy.versions import current_version
from tests.lib.tenancy.migrating.conftest import CAST
from tests.lib.tenancy.migrating.releases import ADD_FIELD, ADD_INDEX

pytestmark = pytest.mark.usefixtures("real_transactions")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def migrate_tenants(*, out=None, **options):
    """Return what the command prints."""
    out = out or io.StringIO()
    call_command("migrate_tenants", stdout=out, stderr=out, no_color=True, exclude=list(CAST), **options)
    return out.getvalue()


FAIL = """
from lib.tenancy import current_tenant
def fail(apps, editor):
    if current_tenant().subdomain == "broken":
        raise ValueError("no such luck")
"""


def test_it_prepares_the_template_and_names_each(found, releases):
    found("initech")
    releases.add(ADD_FIELD)
    printed = migrate_tenants()
    assert "the tenant template was made" in printed
    assert "initech: migrated\n" in printed
    assert "1 migrated, 0 failed" in printed
    assert TenantTemplate.objects.using("master").filter(version=current_version()).exists()


def test_one_that_failed_is_named_with_its_error_and_the_command_fails(found, releases):
    found("broken")
    found("sound")
    releases.add("RunPython(fail)", code=FAIL)
    out = io.StringIO()
    with pytest.raises(CommandError, match=r"closed to their people until they are: broken\.") as failure:
        migrate_tenants(out=out)
    assert failure.value.returncode == 1
    assert "broken: ValueError: no such luck" in out.getvalue()
    assert "1 migrated, 1 failed" in out.getvalue()
    lines = io.StringIO()
    call_command("migrate_tenants", history=True, stdout=lines)
    assert f"to {current_version()}: 1 migrated, 1 failed, in " in lines.getvalue()
    assert "    broken: ValueError: no such luck" in lines.getvalue()


def test_a_failed_canary_is_said(found, releases):
    found("broken")
    found("sound")
    releases.add("RunPython(fail)", code=FAIL)
    with pytest.raises(CommandError, match="The others were left alone"):
        migrate_tenants(canary=["broken"])
    assert Company.find_by_subdomain("sound").is_behind


def test_a_name_that_is_nobodys_changes_nothing(found, releases):
    found("initech")
    releases.add(ADD_FIELD)
    for options in ({}, {"plan": True}, {"verify": True}):
        with pytest.raises(CommandError, match="'initec'"):
            migrate_tenants(only=["initec"], **options)
    with pytest.raises(CommandError, match="'contcats' is no app"):
        migrate_tenants(plan=True, backwards=["contcats", "0001"])
    assert Company.find_by_subdomain("initech").is_behind


@pytest.mark.parametrize(
    ("option", "least"),
    [("workers", 1), ("lock_timeout_ms", 1), ("retries", 0)],
    ids=lambda value: str(value),
)
def test_a_number_with_which_nobody_would_be_migrated_is_refused_first(found, releases, option, least):
    found("initech")
    releases.add(ADD_FIELD)
    out = io.StringIO()
    with pytest.raises(CommandError, match=rf"{option}\w* is {least - 1}; give {least} or more\."):
        migrate_tenants(out=out, **{option: least - 1})
    assert out.getvalue() == ""
    assert "initech: migrated" in migrate_tenants(**{option: least})


def test_a_server_that_is_away_is_said_in_words(monkeypatch):
    monkeypatch.setitem(connections.settings["default"], "PORT", 1)
    with pytest.raises(CommandError, match="If no server runs there, start it"):
        migrate_tenants()


def test_a_plan_is_said_and_changes_nothing(found, releases):
    found("initech")
    releases.add(ADD_FIELD, "RunPython(fail)", ADD_INDEX, code=FAIL)
    printed = migrate_tenants(plan=True)
    for words in (
        "1 of 000",
        "initech",
        'ALTER TABLE "contacts_contact" ADD COLUMN "nickname"',
        "run for each: Raw Python operation",
        "locks contacts_contact: AccessExclusiveLock, everybody waits",
    ):
        assert words in printed
    assert Company.find_by_subdomain("initech").is_behind
    assert not MigrationRun.objects.using("master").exists()
    migrate_tenants()
    assert "Nobody is behind." in migrate_tenants(plan=True)


def test_backwards_and_forwards(found, releases):
    found("initech")
    today = releases.names[-1]
    releases.add(ADD_FIELD)
    migrate_tenants()
    assert "initech: migrated" in migrate_tenants(backwards=["contacts", today])
    assert Company.find_by_subdomain("initech").is_behind
    assert migrate_tenants(plan=True, backwards=["contacts", today]).endswith("  nothing to run\n")


def test_another_process_at_work_is_said(releases):
    with our_turn(patient=False), pytest.raises(CommandError, match="Another process is migrating"):
        migrate_tenants()


def test_ctrl_c_says_how_to_go_on_and_the_status_says_so(found, releases, monkeypatch):
    for name in ("acorn", "birch", "cedar"):
        found(name)
    releases.add(ADD_FIELD)

    class Impatient(io.StringIO):
        def write(self, text):
            if "acorn: migrated" in text:
                raise KeyboardInterrupt
            return super().write(text)

    with pytest.raises(CommandError, match="--resume") as interrupted:
        migrate_tenants(out=Impatient(), workers=1)
    assert interrupted.value.returncode == 130
    printed = migrate_tenants(resume=True)
    assert "cedar: migrated" in printed
    assert MigrationRun.objects.using("master").count() == 1
    with pytest.raises(CommandError, match="No run was interrupted"):
        migrate_tenants(resume=True)


def test_on_a_terminal_a_bar_says_how_far_it_is(found, releases):
    for name in ("acorn", "birch"):
        found(name)
    releases.add(ADD_FIELD)
    printed = migrate_tenants(out=Terminal())
    assert "[############............] 1/2" in printed
    assert "[########################] 2/2" in printed
    assert "acorn: migrated" not in printed


def test_it_says_nothing_when_asked_not_to(found, releases):
    found("initech")
    releases.add(ADD_FIELD)
    assert migrate_tenants(verbosity=0) == ""


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((0, 0, 1.0), "[########################] 0/0  1/s  0 s left"),
        ((500, 1000, 83.0), "[############............] 500/1000  83/s  6 s left"),
        ((1, 1000, 0.5), "[........................] 1/1000  0/s  33 min 18 s left"),
    ],
)
def test_the_line_of_the_bar(arguments, line):
    assert progress_line(*arguments) == line


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (59, "59 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_a_time_is_said_as_people_say_it(seconds, said):
    assert duration(seconds) == said


def test_verify_names_what_differs_from_the_template(found, releases):
    initech, hooli = found("initech"), found("hooli")
    releases.add(ADD_FIELD)
    migrate_tenants()
    assert "All who are current are like the template." in migrate_tenants(verify=True)
    with as_owner(), tenant_context(initech), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contacts_contact DROP COLUMN nickname")
    with as_owner(), tenant_context(hooli), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = %s", [releases.names[-1]])
    out = io.StringIO()
    with pytest.raises(CommandError, match=r"Otherwise than the template: hooli, initech\."):
        migrate_tenants(out=out, verify=True)
    assert "initech: contacts_contact: column nickname is missing" in out.getvalue()
    assert f"hooli: lacks the migrations contacts.{releases.names[-1]}" in out.getvalue()
