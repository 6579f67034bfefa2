"""Killed while companies are made."""

import pytest
from django.db import connections

from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy import tenant_context
from lib.tenancy.administration import administer
from lib.tenancy.reaping import reap_tenants
from lib.tenancy.states import Isolation, State
from tests.databases import database_url
from tests.faults.processes import Program, kill_at_a_random_moment
from tests.sizes import IS_FULL_SIZE

# Databases and logins belong to the whole server.
COMPANIES = (
    {Isolation.SCHEMA: 100, Isolation.DATABASE: 20}
    if IS_FULL_SIZE
    else {Isolation.SCHEMA: 10, Isolation.DATABASE: 4}
)
KILLS = 50 if IS_FULL_SIZE else 3

MAKE = """
import sys, django
django.setup()
from django.db import connections
from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy.exceptions import SubdomainTakenError
from lib.tenancy.provisioning import provisioning
stem, isolation, count = sys.argv[1:]
for number in range(int(count)):
    fields = {"company_name": "C", "contact_name": "P", "contact_email": "p@x.example"}
    try:
        with provisioning(Company(subdomain=f"{stem}-{number}", isolation=isolation, **fields)):
            Organisation.objects.create(name="Made inside")
    except SubdomainTakenError:
        continue
    print(number)
"""

pytestmark = pytest.mark.usefixtures("real_transactions")


def stores(stem):
    like = stem.replace("-", "_") + "%"
    with administer("main", connections["master"].settings_dict["NAME"]) as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE %(like)s UNION ALL "
            "SELECT datname FROM pg_database WHERE datname LIKE %(like)s UNION ALL "
            "SELECT rolname FROM pg_roles WHERE rolname LIKE '%%:' || %(like)s",
            {"like": like},
        )
        return sorted(name.rpartition(":")[2] for (name,) in cursor.fetchall())


@pytest.mark.parametrize("isolation", Isolation.values)
def test_killed_at_any_moment_a_company_is_there_or_it_is_not(isolation, request):
    stem, count = f"f{id(request) % 10**6}{isolation[0]}", COMPANIES[isolation]
    program = Program(database_url(), TENANCY_KEYS=_keys())
    for _ in range(KILLS):
        kill_at_a_random_moment(
            program.start("-c", MAKE, stem, isolation, str(count)), lines=count // KILLS + 1
        )
        for company in Company.objects.filter(subdomain__startswith=f"{stem}-", state=State.ACTIVE):
            with tenant_context(company):
                assert Organisation.objects.get().name == "Made inside"
    status, printed = program.run("-c", MAKE, stem, isolation, str(count))
    assert status == 0, printed
    list(reap_tenants())
    made = Company.objects.filter(subdomain__startswith=f"{stem}-")
    assert [company.state for company in made] == [State.ACTIVE] * count
    assert set(stores(stem)) == {company.schema_name for company in made}
    assert len(stores(stem)) == 2 * count  # a schema or database, and a role, each


def _keys():
    from django.conf import settings

    return ",".join(settings.TENANCY_KEYS)
