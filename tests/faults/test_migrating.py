"""Killed, interrupted, locked out and disconnected while companies are migrated."""

import random
import signal
import time
from urllib.parse import urlsplit

import pytest
from django.db import connection

from apps.companies.models import Company
from lib.postgres import server as postgres_server
from lib.tenancy import tenant_context
from lib.tenancy.context import as_owner
from lib.tenancy.migrating.scratch import SCRATCH_SCHEMA
from lib.tenancy.migrating.stock import migrate_by_itself
from lib.tenancy.migrating.targets import Target
from lib.tenancy.models import MigrationRun
from lib.tenancy.states import State
from lib.tenancy.versions import current_version
from tests.databases import database_url
from tests.faults.processes import Program, kill_at_a_random_moment
from tests.lib.tenancy.migrating.conftest import CAST
from tests.lib.tenancy.migrating.releases import ADD_FIELD, ADD_INDEX, ADD_MODEL
from tests.lib.tenancy.whole_schema import catalog_of
from tests.sizes import IS_FULL_SIZE

COMPANIES, KILLS = (100, 50) if IS_FULL_SIZE else (12, 4)

ONE_CONTACT = """
def add(apps, editor):
    apps.get_model("contacts", "Contact").objects.create(last_name="From the migration")
"""
MIGRATE = ("manage.py", "migrate_tenants", "--exclude", *CAST, "--workers", "2")

pytestmark = pytest.mark.usefixtures("real_transactions")


def ask(company, query):
    with as_owner(), tenant_context(company), connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def state_of(company):
    """Return what says at a company whether it was migrated: version, history, tables, rows of the code."""
    tables = "SELECT to_regclass('contacts_pet') IS NOT NULL"
    columns = (
        "SELECT count(*) FROM information_schema.columns WHERE column_name = 'nickname' AND table_schema = "
        f"'{company.schema_name}'"
    )
    history = "SELECT count(*) FROM django_migrations WHERE name LIKE '9%'"
    rows = "SELECT count(*) FROM contacts_contact"
    return (
        company.version == current_version(),
        *(ask(company, query)[0][0] for query in (tables, columns, history, rows)),
    )


OLD, NEW = (False, False, 0, 0, 0), (True, True, 1, 3, 1)


def states(companies):
    rows = {row.subdomain: row for row in Company.objects.all()}
    return {name: state_of(rows[name]) for name in companies}


def settled(read, allowed):
    # PostgreSQL finishes what a killed process had sent before it notices that nobody listens.
    deadline = time.monotonic() + 10
    while not (seen := set(read().values())) <= allowed and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen


@pytest.fixture
def companies(found, releases):
    """Companies that have a release with code to run before them."""
    names = [f"company-{number}" for number in range(COMPANIES)]
    for name in names:
        found(name)
    releases.add(ADD_FIELD, ADD_MODEL)
    releases.add("RunPython(add)", code=ONE_CONTACT)
    releases.add(ADD_INDEX)
    return names


@pytest.fixture
def program(releases):
    return Program(database_url(), releases)


def test_killed_at_any_moment_each_is_wholly_old_or_new_and_a_resumed_run_finishes(companies, program, found):
    resume = ()
    for _ in range(KILLS):
        printed = kill_at_a_random_moment(program.start(*MIGRATE, *resume), lines=COMPANIES // 3)
        seen = settled(lambda: states(companies), {OLD, NEW})
        assert seen <= {OLD, NEW}, printed
        # Killed before it had begun, it has nothing to be resumed.
        resume = (
            ("--resume",) if MigrationRun.objects.using("master").filter(finished_at=None).exists() else ()
        )
    status, printed = program.run(*MIGRATE, *resume)
    assert status == 0, printed
    assert set(states(companies).values()) == {NEW}
    assert (
        ask(Company.find_by_subdomain("acme"), f"SELECT FROM pg_namespace WHERE nspname = '{SCRATCH_SCHEMA}'")
        == []
    )
    assert Company.objects.filter(subdomain__in=companies, state=State.ACTIVE).count() == COMPANIES


def test_ctrl_c_finishes_those_at_work_and_begins_no_others(companies, program):
    process = program.start(*MIGRATE)
    printed = kill_at_a_random_moment(process, lines=4, sign=signal.SIGINT)
    assert set(states(companies).values()) <= {OLD, NEW}
    assert "Traceback" not in printed or process.returncode != 130, printed
    status, printed = program.run(*MIGRATE)
    assert status == 0, printed
    assert set(states(companies).values()) == {NEW}


def test_killed_in_a_migration_that_is_no_transaction_a_resumed_run_finishes(found, releases, program):
    names = [f"company-{number}" for number in range(COMPANIES // 2)]
    for name in [*names, "bydjango"]:
        found(name)
    releases.add(
        ADD_FIELD,
        'AddIndexConcurrently("contact", models.Index(fields=["nickname"], name="by_nickname"))',
        "RunPython(add, atomic=True)",
        'AddIndexConcurrently("contact", models.Index(fields=["last_name"], name="by_last_name"))',
        atomic=False,
        code=ONE_CONTACT,
    )
    for _ in range(KILLS):
        kill_at_a_random_moment(program.start(*MIGRATE, "--exclude", *CAST, "bydjango"), lines=3)
    status, printed = program.run(*MIGRATE, "--exclude", *CAST, "bydjango")
    assert status == 0, printed
    expected = Company.find_by_subdomain("bydjango")
    migrate_by_itself(expected, Target(), lock_timeout_ms=1000)
    for name in names:
        company = Company.find_by_subdomain(name)
        assert catalog_of(company) == catalog_of(expected)
        assert ask(company, "SELECT count(*) FROM contacts_contact") == [(1,)]


def test_one_that_raises_is_quarantined_and_the_others_are_migrated(companies, releases, program):
    bad = companies[COMPANIES // 3]
    with tenant_context(Company.find_by_subdomain(bad)), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_organisation (version, name, website, city) VALUES (1, 'Bad', '', '')"
        )
    releases.add(
        "RunPython(refuse)",
        code="""
def refuse(apps, editor):
    if apps.get_model("contacts", "Organisation").objects.exists():
        raise ValueError("no organisations, please")
""",
    )
    status, printed = program.run(*MIGRATE)
    assert status == 1
    assert f"{bad}: ValueError: no organisations, please" in printed
    assert f"{COMPANIES - 1} migrated, 1 failed" in printed
    behind = [row.subdomain for row in Company.objects.exclude(subdomain__in=CAST) if row.is_behind]
    assert behind == [bad]
    assert states([bad]) == {bad: OLD}


def test_a_lock_held_by_a_long_query_delays_that_company_alone(companies, program):
    busy = random.choice(companies)
    with tenant_context(Company.find_by_subdomain(busy)), connection.cursor() as cursor:
        connection.set_autocommit(False)
        cursor.execute("SELECT * FROM contacts_contact")
        process = program.start(*MIGRATE, "--lock-timeout-ms", "100", "--retries", "50")
        others = [process.stdout.readline() for _ in range(COMPANIES)]
        connection.rollback()
        connection.set_autocommit(True)
    rest, _ = process.communicate(timeout=60)
    assert not any(line.startswith(f"{busy}: ") for line in others)
    assert f"{busy}: migrated" in rest
    assert process.returncode == 0
    assert set(states(companies).values()) == {NEW}


MAKE = """
import sys, django
django.setup()
from django.core.management import call_command
from apps.companies.models import Company
from lib.tenancy.provisioning import provisioning
call_command("prepare", verbosity=0)
for number in range(int(sys.argv[1])):
    fields = {"company_name": "C", "contact_name": "P", "contact_email": "p@x.example"}
    with provisioning(Company(subdomain=f"company-{number}", **fields)):
        pass
"""
TELL = """
import django
django.setup()
from django.db import connection
from apps.companies.models import Company
from lib.tenancy import tenant_context
from lib.tenancy.context import as_owner
for company in Company.objects.all():
    with as_owner(), tenant_context(company), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM contacts_contact")
        print(company.subdomain, "behind" if company.is_behind else "current", *cursor.fetchone())
"""


def test_postgresql_started_anew_in_the_middle_is_waited_for(tmp_path, releases):
    server = postgres_server.testing_server(tmp_path / "own")
    try:
        url = server.ensure_running()
        # The release of today makes them, that of tomorrow migrates.
        status, printed = Program(url).run("-c", MAKE, str(COMPANIES))
        assert status == 0, printed
        releases.add("RunPython(add)", code=f"import time\n{ONE_CONTACT}    time.sleep(0.1)\n")
        process = Program(url, releases).start("manage.py", "migrate_tenants", "--workers", "2")
        first = process.stdout.readline() + process.stdout.readline()
        server.stop()
        assert server.ensure_running() == url, urlsplit(url).port
        rest, _ = process.communicate(timeout=120)
        assert process.returncode == 0, first + rest
        status, printed = Program(url, releases).run("-c", TELL)
        assert printed.count(" current 1\n") == COMPANIES, printed
    finally:
        server.stop()
