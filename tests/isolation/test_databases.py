"""Companies in a database of their own, beside companies that are schemas."""

import os
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction

from apps.accounts.members import create_verified_member
from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy import current_tenant, tenant_context
from lib.tenancy.administration import administer
from lib.tenancy.encryption import decrypt
from lib.tenancy.exceptions import EncryptionKeyError, ProvisioningError, SubdomainTakenError
from lib.tenancy.logins import login_sql
from lib.tenancy.migrating.runs import migrate_behind
from lib.tenancy.provisioning import provisioning
from lib.tenancy.removal import remove_tenant
from lib.tenancy.roles import tenant_role
from lib.tenancy.states import Isolation, State
from lib.tenancy.testing import client_of
from tests.databases import databases_and_logins

# Databases and logins belong to the whole server, where another worker's tests make theirs.
NAME = f"initech{os.getpid()}"

pytestmark = pytest.mark.usefixtures("real_transactions")


def company(subdomain=NAME, **fields):
    fields = {"isolation": Isolation.DATABASE, **fields}
    return Company(
        subdomain=subdomain,
        company_name="Initech",
        contact_name="Peter",
        contact_email="p@x.example",
        **fields,
    )


def made(subdomain=NAME, **fields):
    row = company(subdomain, **fields)
    with provisioning(row):
        Organisation.objects.create(name=f"{subdomain} only")
    return Company.find_by_subdomain(subdomain)


@pytest.fixture
def new_stores(real_transactions):
    """Return the databases and logins that were not there before: a server keeps those of dead runs."""
    before = set(databases_and_logins(NAME))
    return lambda: sorted(set(databases_and_logins(NAME)) - before)


def connect_as(row, database):
    settings = connections.settings["default"]
    return psycopg2.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=row.database_user,
        password=decrypt(row.database_pwd),
        dbname=database,
    )


def test_it_works_in_a_database_of_its_own():
    initech = made()
    assert (initech.state, initech.database_name) == (State.ACTIVE, initech.schema_name)
    with tenant_context(initech), connection.cursor() as cursor:
        assert Organisation.objects.get().name == f"{NAME} only"
        cursor.execute("SELECT current_database(), session_user, current_user")
        assert cursor.fetchone() == (initech.database_name, initech.database_user, initech.database_user)


def test_both_isolations_are_served_side_by_side():
    own, shared = made(NAME), made(f"{NAME}-2", isolation=Isolation.SCHEMA)
    for _ in range(3):
        for row in (own, shared):
            with tenant_context(row), transaction.atomic():
                assert Organisation.objects.select_for_update().get().name == f"{row.subdomain} only"


def test_pages_work_there_too():
    initech = made()
    with tenant_context(initech):
        peter = create_verified_member(full_name="Peter", email="peter@x.example", password="tps reports 1")
    client = client_of(initech, peter)
    assert f"{NAME} only" in client.get("/organisations/").content.decode()
    new = {"name": "Hooli", "website": "", "city": ""}
    assert client.post("/organisations/new/", new).status_code == 302


def test_its_login_can_connect_to_nothing_else():
    initech, initrode = made(NAME), made(f"{NAME}-2")
    main = connections.settings["default"]["NAME"]
    for database in (initrode.database_name, main):
        with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
            connect_as(initech, database)
    own = connect_as(initech, initech.database_name)
    with own, own.cursor() as cursor:
        for sql in ("CREATE TABLE leak (id int)", f"DROP TABLE {initech.schema_name}.contacts_note"):
            with pytest.raises(psycopg2.DatabaseError):
                cursor.execute(sql)
            own.rollback()
    own.close()


def test_the_password_is_readable_nowhere():
    initech = made()
    password = decrypt(initech.database_pwd)
    assert len(password) > 40
    assert password not in initech.database_pwd
    for shown in (repr, vars, pickle.dumps):
        assert password not in str(shown(initech.as_tenant()))
        assert password not in str(shown(initech.as_tenant().database))
    with tenant_context(pickle.loads(pickle.dumps(initech.as_tenant()))):
        assert Organisation.objects.count() == 1
    with connections["master"].cursor() as cursor:
        cursor.execute("SELECT * FROM companies_company WHERE subdomain = %s", [NAME])
        assert password not in repr(cursor.fetchone())


def test_its_password_is_hashed_before_it_is_sent():
    initech = made()
    with administer("main") as cursor:
        sql = login_sql(cursor, initech, verb="ALTER")
        iterations = 1 if cursor.connection.server_version >= 160000 else 4096
    assert decrypt(initech.database_pwd) not in sql
    assert f"SCRAM-SHA-256${iterations}:" in sql


def test_an_error_inside_leaves_no_database_and_a_row_that_says_why(new_stores):
    with pytest.raises(ProvisioningError, match="the disk is full"), provisioning(company()):
        raise RuntimeError("the disk is full")
    failed = Company.find_by_subdomain(NAME)
    assert (failed.state, failed.state_reason) == (State.FAILED, "RuntimeError: the disk is full")
    assert new_stores() == []
    assert made().state == State.ACTIVE


@pytest.mark.parametrize("state", [State.RESERVED, State.PROVISIONING])
def test_what_a_crash_left_is_taken_over(state, new_stores):
    left = made()
    Company.objects.filter(pk=left.pk).update(state=state)
    again = made()
    assert again.state == State.ACTIVE
    assert new_stores() == [again.database_name, again.database_user]


@pytest.mark.parametrize("isolation", Isolation.values)
def test_a_role_that_nobody_may_take_on_is_no_obstacle(isolation, new_stores):
    """A crash between the two statements that made a login left one such; then its address was lost."""
    if isolation == Isolation.SCHEMA and not connections["master"].uses_roles:
        pytest.skip("This server is older than 16 and keeps no roles apart.")
    left = made(isolation=isolation)
    role = tenant_role(left.schema_name)
    with administer("main") as cursor:
        cursor.execute(f'REVOKE "{role}" FROM CURRENT_USER GRANTED BY CURRENT_USER')
    if isolation == Isolation.DATABASE:
        Company.objects.filter(pk=left.pk).update(state=State.PROVISIONING)
        left = made()
        assert new_stores() == [left.database_name, left.database_user]
    remove_tenant(left)
    assert new_stores() == []


def test_what_failed_before_it_had_a_database_is_taken_over(new_stores):
    company(state=State.FAILED).save(using="master")
    again = made()
    assert new_stores() == [again.database_name, again.database_user]


def test_of_five_at_once_exactly_one_wins(new_stores):
    all_are_here = threading.Barrier(5)

    def try_it(_):
        try:
            all_are_here.wait(20)
            with provisioning(company()):
                pass
        except SubdomainTakenError:
            return "taken"
        finally:
            connections.close_all()
        return "won"

    with ThreadPoolExecutor(5) as executor:
        outcomes = list(executor.map(try_it, range(5)))
    assert sorted(outcomes) == ["taken"] * 4 + ["won"]
    assert len(new_stores()) == 2


def test_removing_it_takes_the_database_and_the_login(new_stores):
    remove_tenant(made())
    assert new_stores() == []
    assert Company.find_by_subdomain(NAME) is None


def test_migrating_it_is_the_owners_work():
    initech = made()
    with tenant_context(initech), pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contacts_note ADD COLUMN leak text")
    Company.objects.filter(pk=initech.pk).update(version="")
    assert [report.subdomain for report in migrate_behind()] == [NAME]
    assert not Company.find_by_subdomain(NAME).is_behind


def test_a_thread_keeps_a_bounded_number_of_connections(settings):
    settings.TENANCY_MAX_DATABASES_PER_THREAD = 2
    rows = [made(f"{NAME}-{number}") for number in range(4)]
    for row in rows:
        with tenant_context(row):
            assert Organisation.objects.count() == 1
    opened = [wrapper for wrapper in connections.all() if wrapper.settings_dict.get("TENANT_DATABASE")]
    assert len(opened) == 2

    with tenant_context(rows[0]):
        reader = connection.cursor()
        reader.execute("SELECT name FROM contacts_organisation")
    for row in rows[1:]:
        with tenant_context(row):
            Organisation.objects.count()
    assert reader.fetchone() == (f"{NAME}-0 only",)  # somebody is reading: it was not closed to make room
    reader.close()


def test_unused_connections_are_closed(settings):
    with tenant_context(made()):
        Organisation.objects.count()
    settings.TENANCY_IDLE_SECONDS = -1
    connections.close_idle()
    assert not [wrapper for wrapper in connections.all() if wrapper.settings_dict.get("TENANT_DATABASE")]


def test_keys_can_be_changed(settings):
    initech, old_key = made(), settings.TENANCY_KEYS[0]
    new_key = Fernet.generate_key().decode()
    settings.TENANCY_KEYS = [new_key, old_key]
    call_command("rotate_tenancy_keys")
    settings.TENANCY_KEYS = [new_key]
    with tenant_context(Company.find_by_subdomain(NAME)):
        assert Organisation.objects.count() == 1
    settings.TENANCY_KEYS = [old_key]
    with pytest.raises(EncryptionKeyError, match="TENANCY_KEYS"):
        decrypt(Company.find_by_subdomain(NAME).database_pwd)
    settings.TENANCY_KEYS = [new_key]
    remove_tenant(initech)


def test_on_commit_and_rollback_belong_to_the_companys_database():
    initech, seen = made(), []
    with tenant_context(initech):
        with transaction.atomic():
            Organisation.objects.create(name="kept")
            transaction.on_commit(lambda: seen.append(current_tenant().subdomain))
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - the first is undone
            Organisation.objects.create(name="undone")
            raise ZeroDivisionError
        assert sorted(Organisation.objects.values_list("name", flat=True)) == [f"{NAME} only", "kept"]
    assert seen == [NAME]
