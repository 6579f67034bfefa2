import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, connections, transaction

from apps.companies.models import Company
from apps.contacts.models import Contact, Organisation
from lib.tenancy import tenant_context
from lib.tenancy.context import as_owner
from lib.tenancy.exceptions import (
    ProvisioningError,
    SubdomainTakenError,
    TemplateMissingError,
)
from lib.tenancy.models import TenantTemplate
from lib.tenancy.provisioning import provisioning
from lib.tenancy.removal import remove_tenant
from lib.tenancy.roles import tenant_role
from lib.tenancy.states import State
from lib.tenancy.stores import drop_store
from lib.tenancy.template import TEMPLATE_SCHEMA
from lib.tenancy.template_building import ensure_template
from lib.tenancy.tenants import Tenant
from lib.tenancy.versions import current_version
from tests.lib.tenancy.whole_schema import catalog_of

pytestmark = pytest.mark.usefixtures("real_transactions")


def company(subdomain="initech"):
    return Company(
        subdomain=subdomain, company_name="Initech", contact_name="Peter", contact_email="p@initech.example"
    )


def schemas():
    with connections["master"].cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'initech%'")
        return {name for (name,) in cursor.fetchall()}


def test_a_new_company_is_active_and_can_be_worked_in():
    initech = company()
    with provisioning(initech):
        Organisation.objects.create(name="Made inside")
    found = Company.find_by_subdomain("initech")
    assert (found.state, found.version, found.is_behind) == (State.ACTIVE, current_version(), False)
    assert found.provisioned_ms > 0
    with tenant_context(found):
        assert Organisation.objects.get().name == "Made inside"
        Contact.objects.create(last_name="Gibbons")


def test_a_replayed_schema_equals_the_migrated_one():
    initech = company()
    with provisioning(initech):
        pass
    template = Tenant(subdomain="template", schema=TEMPLATE_SCHEMA)
    made, migrated = catalog_of(initech), catalog_of(template)
    # The template is nobody's, so no role has rights on it.
    assert made.pop("owners and rights") != migrated.pop("owners and rights")
    assert made == migrated
    for model in (ContentType, Permission):
        with as_owner(), tenant_context(template):
            expected = list(model.objects.order_by("pk").values_list())
        with tenant_context(initech):
            assert list(model.objects.order_by("pk").values_list()) == expected
    with tenant_context(initech):
        call_command("migrate", verbosity=0, check_unapplied=True)  # exits with 1 if anything were missing


def test_nothing_of_the_replay_stays_on_the_connection():
    with provisioning(company()):
        pass
    with connections["default"].connection.bare(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('search_path'), current_setting('check_function_bodies')")
        assert cursor.fetchone() == ('""', "on")


def test_an_error_inside_leaves_no_schema_and_a_row_that_says_why():
    with pytest.raises(ProvisioningError, match="the disk is full"), provisioning(company()):
        raise RuntimeError("the disk is full")
    failed = Company.find_by_subdomain("initech")
    assert (failed.state, failed.state_reason) == (State.FAILED, "RuntimeError: the disk is full")
    assert schemas() == set()


def test_the_next_try_replaces_one_that_failed():
    with pytest.raises(ProvisioningError), provisioning(company()):
        raise RuntimeError
    with provisioning(company()):
        pass
    assert Company.find_by_subdomain("initech").state == State.ACTIVE
    assert len(schemas()) == 1


def test_a_taken_subdomain_is_refused_and_the_owner_keeps_it():
    with provisioning(company()):
        pass
    before = Company.find_by_subdomain("initech").schema_name
    with pytest.raises(SubdomainTakenError, match="initech"), provisioning(company()):
        pytest.fail("the block must not be entered")
    assert schemas() == {before}


def test_of_twenty_at_once_exactly_one_wins():
    all_are_here = threading.Barrier(20)

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

    with ThreadPoolExecutor(20) as executor:
        outcomes = list(executor.map(try_it, range(20)))
    assert sorted(outcomes) == ["taken"] * 19 + ["won"]
    assert schemas() == {Company.find_by_subdomain("initech").schema_name}


def test_without_a_template_it_names_the_command_that_makes_it():
    templates = TenantTemplate.objects.using("master")
    saved = templates.get(version=current_version())
    templates.all().delete()
    try:
        with pytest.raises(TemplateMissingError, match=r"manage\.py prepare"), provisioning(company()):
            pytest.fail("the block must not be entered")
        assert Company.find_by_subdomain("initech") is None
    finally:
        saved.save(using="master", force_insert=True)


def test_the_template_is_made_once():
    assert ensure_template() is False


KILLED = """
import os, signal, sys, django
django.setup()
from django.db import connections
for alias in connections: connections[alias].settings_dict["NAME"] = sys.argv[1]
from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy import construction, provisioning
step = sys.argv[2]
def die(*args, **kwargs): os.kill(os.getpid(), signal.SIGKILL)
if step == "after the row": construction.replay = die
company = Company(subdomain="initech", company_name="I", contact_name="P", contact_email="p@x.example")
if step == "before commit": type(connections["default"])._commit = die
with provisioning.provisioning(company):
    if step == "after the schema": die()
    Organisation.objects.create(name="x")
    if step == "after the first rows": die()
"""


@pytest.mark.parametrize(
    "step", ["after the row", "after the schema", "after the first rows", "before commit"]
)
def test_after_a_kill_nothing_is_left_and_the_second_try_works(step):
    database = connections["master"].settings_dict["NAME"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, database, step],
        cwd=django_settings.BASE_DIR,
        env=environment,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert Company.find_by_subdomain("initech") is None
    with provisioning(company()):
        pass
    assert Company.find_by_subdomain("initech").state == State.ACTIVE
    wait_for_the_killed_session()
    assert schemas() == {Company.find_by_subdomain("initech").schema_name}


def wait_for_the_killed_session():
    # PostgreSQL notices a vanished client when it next reads from it.
    for _ in range(50):
        if len(schemas()) == 1:
            return
        time.sleep(0.1)


def test_removing_a_company_takes_everything(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with provisioning(company()):
        pass
    initech = Company.find_by_subdomain("initech")
    folder = tmp_path / initech.schema_name
    with tenant_context(initech):
        default_storage.save("plan.txt", ContentFile(b"ours"))
    assert folder.is_dir()
    remove_tenant(initech)
    assert Company.find_by_subdomain("initech") is None
    assert schemas() == set()
    assert not folder.exists()


@pytest.mark.parametrize(
    "sql", ["SELECT lo_from_bytea(0, 'ours')", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC"]
)
def test_removing_a_company_takes_what_no_schema_holds(sql):
    """What any role may do, so that PostgreSQL drops it no longer, and the company could not be removed."""
    if not connections["master"].uses_roles:
        pytest.skip("This server is older than 16 and keeps no roles apart.")
    with provisioning(company()):
        pass
    initech = Company.find_by_subdomain("initech")
    with tenant_context(initech), connection.cursor() as cursor:
        cursor.execute(sql)
    remove_tenant(initech)
    with connections["master"].cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [tenant_role(initech.schema_name)])
        assert not cursor.rowcount  # and with it what it owned: PostgreSQL would not have dropped it
    assert Company.find_by_subdomain("initech") is None
    drop_store(initech)  # once more is nothing


def test_a_removal_that_could_not_take_the_files_is_finished_by_the_next(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    with provisioning(company()):
        pass
    initech = Company.find_by_subdomain("initech")
    settings.MEDIA_ROOT.mkdir()
    in_the_way = settings.MEDIA_ROOT / initech.schema_name
    in_the_way.symlink_to(tmp_path)
    with pytest.raises(SuspiciousFileOperation):
        remove_tenant(initech)
    assert schemas() == set()
    assert Company.find_by_subdomain("initech") == initech
    in_the_way.unlink()
    remove_tenant(initech)
    assert Company.find_by_subdomain("initech") is None
    assert tmp_path.is_dir()


def test_a_sequence_goes_on_after_the_template_rows():
    with provisioning(company()):
        ContentType.objects.create(app_label="later", model="thing")
    with tenant_context(Company.find_by_subdomain("initech")), transaction.atomic():
        newest = ContentType.objects.get(model="thing").pk
        assert newest == max(ContentType.objects.values_list("pk", flat=True))
