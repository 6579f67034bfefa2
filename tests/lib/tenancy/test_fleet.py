"""All tenants at once."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.companies.models import Company
from apps.contacts.models import Contact
from lib.tenancy import find_current_tenant, tenant_context
from lib.tenancy.context import as_owner
from lib.tenancy.exceptions import TenantDoesNotExistError
from lib.tenancy.fleet import get_tenant, migrate_behind, provisioned_tenants
from lib.tenancy.provisioning import provisioning
from lib.tenancy.states import State
from lib.tenancy.testing import HostClient
from lib.tenancy.versions import current_version

pytestmark = pytest.mark.usefixtures("real_transactions")

COUNT, DIGEST = current_version().split("-")
BEHIND = f"{int(COUNT) - 1:05d}-{DIGEST}"
AHEAD = f"{int(COUNT) + 1:05d}-{DIGEST}"


@pytest.fixture
def found():
    """`found("initech")` makes a company that is there until the test is over."""

    def make(subdomain):
        company = Company(
            subdomain=subdomain, company_name=subdomain, contact_name="Peter", contact_email="p@x.example"
        )
        with provisioning(company):
            pass
        return company

    return make


def fall_behind(company):
    """Take a company back to before it had contacts."""
    with tenant_context(company):
        call_command("migrate", "contacts", "zero", verbosity=0)
    company.version = BEHIND
    company.save()


def break_history(company):
    """Make the company forget that it has contacts: its next migration finds the tables there already."""
    with as_owner(), tenant_context(company), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'contacts'")
    company.version = BEHIND
    company.save()


def version_of(subdomain):
    return Company.find_by_subdomain(subdomain).version


def test_a_tenant_is_got_by_its_subdomain(found):
    initech = found("initech")
    assert get_tenant("initech") == get_tenant("INITECH") == initech


def test_a_name_that_nobody_has_is_an_error_that_says_where_to_look():
    with pytest.raises(TenantDoesNotExistError, match=r"manage\.py tenants"):
        get_tenant("nobody")


@pytest.mark.parametrize(
    ("state", "is_there"),
    [
        (State.ACTIVE, True),
        (State.SUSPENDED, True),
        (State.RESERVED, False),
        (State.PROVISIONING, False),
        (State.FAILED, False),
    ],
)
def test_the_fleet_is_who_has_a_schema(found, state, is_there):
    initech = found("initech")
    initech.state = state
    initech.save()
    assert (initech in provisioned_tenants()) is is_there


def test_nobody_is_migrated_who_is_current():
    assert list(migrate_behind()) == []


def test_a_tenant_that_is_behind_is_migrated_and_open_again(found):
    initech = found("initech")
    fall_behind(initech)
    assert HostClient("initech").get("/accounts/login/").status_code == 503
    assert [(tenant.subdomain, error) for tenant, error in migrate_behind()] == [("initech", None)]
    assert version_of("initech") == current_version()
    assert HostClient("initech").get("/accounts/login/").status_code == 200
    with tenant_context(initech):
        Contact.objects.create(last_name="Gibbons")


def test_a_suspended_one_is_migrated_too(found):
    initech = found("initech")
    fall_behind(initech)
    initech.state = State.SUSPENDED
    initech.save()
    assert len(list(migrate_behind())) == 1
    assert version_of("initech") == current_version()


def test_one_that_is_ahead_is_left_to_the_newer_code(found):
    initech = found("initech")
    initech.version = AHEAD
    initech.save()
    assert list(migrate_behind()) == []
    assert version_of("initech") == AHEAD


def test_one_that_fails_stops_no_other_and_keeps_what_it_had(found):
    broken, sound = found("broken"), found("sound")
    with tenant_context(broken):
        Contact.objects.create(last_name="Kept")
    break_history(broken)
    fall_behind(sound)
    outcome = {tenant.subdomain: error for tenant, error in migrate_behind()}
    assert list(outcome) == ["broken", "sound"]
    assert "already exists" in str(outcome["broken"])
    assert outcome["sound"] is None
    assert (version_of("broken"), version_of("sound")) == (BEHIND, current_version())
    with tenant_context(broken):
        assert Contact.objects.get().last_name == "Kept"
    assert HostClient("broken").get("/accounts/login/").status_code == 503
    assert find_current_tenant() is None


def test_the_command_names_each_and_ends_in_an_error_when_one_failed(found, capsys):
    broken, sound = found("broken"), found("sound")
    break_history(broken)
    fall_behind(sound)
    with pytest.raises(CommandError, match=r"closed to their people until they are: broken\."):
        call_command("migrate_tenants", no_color=True)
    printed = capsys.readouterr()
    assert "sound: migrated" in printed.out
    assert "1 migrated, 1 failed" in printed.out
    assert "broken: ProgrammingError" in printed.err


def test_after_the_cause_is_mended_it_goes_through(found, capsys):
    broken = found("broken")
    break_history(broken)
    with pytest.raises(CommandError):
        call_command("migrate_tenants", verbosity=0)
    with tenant_context(broken):
        call_command("migrate", "contacts", fake=True, verbosity=0)
    call_command("migrate_tenants")
    assert "1 migrated, 0 failed" in capsys.readouterr().out
    assert version_of("broken") == current_version()
