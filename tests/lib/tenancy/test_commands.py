"""The command line, as it is typed: in a process of its own, on the database of the tests."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command, get_commands
from django.db import connections

from apps.companies.models import Company
from lib.tenancy.models import TenantTemplate
from lib.tenancy.states import State
from lib.tenancy.template import TEMPLATE_SCHEMA
from lib.tenancy.versions import current_version
from tests.databases import database_url

pytestmark = pytest.mark.usefixtures("real_transactions")

ROOT = Path(__file__).resolve().parents[3]


# What our commands cannot do without, and those that wait for the server.
WORDS = {
    "tenant": ["acme", "shell"],
    "restore_login": ["acme"],
    "prune_events": ["--older-than-days", "1"],
}
PATIENT = {"develop", "runserver", "worker"}
OURS = sorted(
    name
    for name, app in get_commands().items()
    if str(app).startswith(("apps.", "lib.")) and name not in PATIENT
)


def manage(*words, url=None):
    """Run `manage.py` with these words and return the finished process."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url or database_url()},
        capture_output=True,
        text=True,
        check=False,
    )


def assert_says_in_one_sentence(done, *words):
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    for word in words:
        assert word in done.stderr


class TestTenant:
    def test_it_runs_any_command_as_one_tenant(self):
        names = (
            "from apps.accounts.models import User; print(sorted(user.email for user in User.objects.all()))"
        )
        acme = manage("tenant", "acme", "shell", "--no-imports", "-c", names)
        assert (acme.returncode, acme.stdout.strip()) == (0, "['alice@acme.example', 'bob@acme.example']")
        globex = manage("tenant", "GLOBEX", "shell", "--no-imports", "-c", names)
        assert globex.stdout.strip() == "['charlie@globex.example']"

    def test_a_tenant_that_nobody_is_is_named_with_where_to_look(self):
        done = manage("tenant", "nobody", "shell")
        assert_says_in_one_sentence(done, "'nobody'", "manage.py tenants")

    def test_without_a_command_it_shows_one(self):
        assert_says_in_one_sentence(manage("tenant", "acme"), "manage.py tenant acme shell")

    def test_the_error_and_the_status_of_the_command_are_passed_on(self):
        unknown = manage("tenant", "acme", "nonsense")
        assert unknown.returncode == 1
        assert "Unknown command: 'nonsense'" in unknown.stderr
        failed = manage("tenant", "acme", "shell", "--no-imports", "-c", "raise SystemExit(7)")
        assert failed.returncode == 7

    def test_options_belong_to_the_command(self):
        done = manage("tenant", "acme", "migrate", "--check")
        assert done.returncode == 0, done.stderr
        assert "usage: manage.py migrate" in manage("tenant", "acme", "migrate", "--help").stdout

    @pytest.mark.parametrize("state", [State.RESERVED, State.PROVISIONING, State.FAILED])
    def test_one_without_a_schema_cannot_be_worked_in(self, state):
        company = Company(subdomain="initech", state=state)
        company.save()
        with pytest.raises(CommandError, match="initech"):
            call_command("tenant", "initech", "check")


class TestWithoutATenant:
    @pytest.mark.parametrize(
        "words",
        [
            ["migrate"],
            ["flush", "--no-input"],
            ["dumpdata", "contacts"],
            ["clearsessions"],
            ["showmigrations"],
        ],
    )
    def test_a_command_for_tenants_says_how_to_run_it(self, words):
        done = manage(*words)
        assert done.returncode == 1
        assert "manage.py tenant <subdomain> <command>" in done.stderr
        assert "Traceback" not in done.stderr

    def test_migrate_says_it_in_one_line_and_touches_nothing(self):
        assert_says_in_one_sentence(manage("migrate"), "No tenant is active", "manage.py migrate_tenants")
        with connections["master"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            assert cursor.fetchone() == (0,)

    def test_the_models_have_no_changes_that_lack_a_migration(self):
        done = manage("makemigrations", "--check", "--dry-run")
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.strip() == "No changes detected"

    def test_check_finds_nothing(self):
        done = manage("check", "--fail-level", "WARNING")
        assert done.returncode == 0, done.stderr


class TestWithoutAServer:
    """Nothing listens at these ports. The first is that of an embedded server that does not run."""

    @pytest.mark.parametrize("name", OURS)
    def test_no_command_ends_in_a_traceback(self, name):
        done = manage(name, *WORDS.get(name, []), url="postgres://terrace:secret@127.0.0.1:2/terrace")
        assert "Traceback" not in done.stderr
        if done.returncode:
            assert "refused" in done.stdout + done.stderr

    @pytest.mark.parametrize(("port", "cure"), [(1, "`make run`"), (2, "mend its address in .env")])
    def test_it_says_what_to_do(self, port, cure):
        done = manage("tenants", url=f"postgres://terrace:secret@127.0.0.1:{port}/terrace")
        assert (done.returncode, done.stdout) == (1, "")
        assert cure in done.stderr


class TestPrepare:
    def test_a_second_time_it_changes_nothing(self, capsys):
        before = TenantTemplate.objects.using("master").get()
        call_command("prepare")
        assert "the tenant template was up to date" in capsys.readouterr().out
        assert TenantTemplate.objects.using("master").get() == before

    def test_it_makes_a_template_that_is_missing_and_companies_can_be_made_from_it(self, capsys):
        TenantTemplate.objects.using("master").all().delete()
        call_command("prepare")
        assert "the tenant template was made" in capsys.readouterr().out
        assert TEMPLATE_SCHEMA in TenantTemplate.objects.using("master").get().sql

    def test_it_says_nothing_when_asked_not_to(self, capsys):
        call_command("prepare", verbosity=0)
        assert capsys.readouterr().out == ""

    def test_the_login_finds_nothing_by_itself(self):
        with connections["master"].cursor() as cursor:
            cursor.execute(
                "SELECT setconfig FROM pg_db_role_setting WHERE setrole = session_user::regrole"
                " AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            assert cursor.fetchall() == [(['search_path=""'],)]

    def test_migrate_tenants_prepares_first(self, capsys):
        call_command("migrate_tenants")
        printed = capsys.readouterr().out
        assert "Platform ready" in printed
        assert "0 migrated, 0 failed" in printed


class TestTenants:
    def listed(self):
        out = io.StringIO()
        call_command("tenants", stdout=out)
        return out.getvalue().splitlines()

    def test_it_lists_each_with_state_schema_and_address(self):
        heading, acme, globex = self.listed()
        assert heading.split() == [
            *(
                "SUBDOMAIN",
                "STATE",
                "ISOLATION",
                "SERVER",
                "PLACE",
                "MIGRATIONS",
                "VERSION",
                "SINCE",
                "ADDRESS",
            )
        ]
        schema = Company.find_by_subdomain("acme").schema_name
        assert acme.split()[:7] == ["acme", "active", "schema", "main", schema, "current", current_version()]
        assert acme.endswith("http://acme.localhost:8000/")
        assert globex.startswith("globex ")

    def test_it_names_no_address_at_which_nobody_answers(self, settings):
        settings.TENANCY_IS_SERVED = False
        _, acme, globex = self.listed()
        assert acme.endswith("  no server runs")
        assert "http" not in acme + globex

    def test_columns_are_as_wide_as_their_longest_word(self):
        Company(subdomain="a-much-longer-name-than-the-others").save()
        columns = {line.index(line.split()[1]) for line in self.listed()}
        assert len(columns) == 1

    def test_one_that_is_behind_or_failed_is_seen(self):
        Company(subdomain="initech", version="00001-x", state=State.ACTIVE).save()
        Company(subdomain="zinc", state=State.FAILED, state_reason="the disk is full").save()
        lines = self.listed()
        assert "behind" in next(line for line in lines if line.startswith("initech "))
        assert "failed" in next(line for line in lines if line.startswith("zinc "))
        assert lines[-1] == "zinc: the disk is full"
