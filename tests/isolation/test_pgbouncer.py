"""Behind PgBouncer in transaction mode, where any message may meet any server connection."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, connections, transaction

from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy import tenant_context
from lib.tenancy.context import as_owner
from lib.tenancy.provisioning import provisioning
from lib.tenancy.template import load_template, replay
from lib.tenancy.tenants import Tenant
from tests.isolation.operations import TABLE, Tally, Workload
from tests.isolation.pooler import find_pgbouncer, pgbouncer
from tests.sizes import IS_FULL_SIZE

COMPANIES = 4
THREADS = 8
OPERATIONS = 24_000 if IS_FULL_SIZE else 3_000
OPERATIONS_OF_THE_OTHER_WAY = 2_000


@pytest.fixture
def through_the_pooler(real_transactions):
    """Send what the alias `default` sends through PgBouncer, which knows the way to the server itself."""
    database = connections.settings["default"]
    before = {key: database.get(key) for key in ("HOST", "PORT", "DIRECT")}
    connections["default"].close()
    with pgbouncer(database) as port:
        database.update(HOST="127.0.0.1", PORT=port, DIRECT=f"{before['HOST']}:{before['PORT']}")
        try:
            yield port
        finally:
            connections["default"].close()
            database.update(before)


@pytest.fixture
def with_roles(real_transactions):
    find_pgbouncer()  # before anything is made
    if not connections["default"].uses_roles:
        pytest.skip("This server is older than 16 and keeps no roles apart.")
    tenants = []
    for number in range(COMPANIES):
        company = Company(
            subdomain=f"pool-{number}", company_name="P", contact_name="P", contact_email="p@x.example"
        )
        with provisioning(company):
            pass
        tenants.append(company.as_tenant())
    workload = Workload(tenants, is_walled=True)
    workload.prepare()
    return workload


@pytest.fixture
def without_roles(real_transactions):
    """Schemas as TENANCY_ROLES=false makes them: the login's own, and no role in the prefix."""
    find_pgbouncer()
    template = load_template()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(django_settings, "TENANCY_ROLES", False)
        connection.close()
        yield from _workload_without_roles(template)
    connection.close()


def _workload_without_roles(template):
    workload = Workload(
        [Tenant(subdomain=f"bare-{number}", schema=f"bare_{number}") for number in range(COMPANIES)],
        is_walled=False,
    )
    for tenant in workload.tenants:
        with tenant_context(tenant), transaction.atomic():
            connection.cursor().execute(f"DROP SCHEMA IF EXISTS {tenant.schema} CASCADE")
            replay(template, tenant)
    workload.prepare()
    yield workload
    for tenant in workload.tenants:
        with tenant_context(tenant), connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {tenant.schema} CASCADE")


def in_threads(run):
    with ThreadPoolExecutor(THREADS) as executor:
        return list(executor.map(run, range(THREADS)))


def our_way(workload, seed):
    dice, tally = random.Random(seed), Tally()
    try:
        while tally.operations < OPERATIONS // THREADS:
            workload.work(dice, tally)
    finally:
        connections.close_all()
    return tally


def the_other_way(workload, seed, port):
    """Set the path by a message of its own, as is usual; return the number of foreign rows that came back."""
    dice, foreign = random.Random(seed), 0
    database = {**connections.settings["default"], "PORT": port}
    with (
        closing(
            psycopg2.connect(
                host="127.0.0.1",
                port=port,
                user=database["USER"],
                password=database["PASSWORD"],
                dbname=database["NAME"],
            )
        ) as alone,
        alone.cursor() as cursor,
    ):
        alone.autocommit = True
        for _ in range(OPERATIONS_OF_THE_OTHER_WAY // THREADS):
            tenant = dice.choice(workload.tenants)
            prefixes = tenant.prefixes
            prefix = (prefixes.user if workload.is_walled else prefixes.plain).decode()
            try:
                cursor.execute(prefix.replace("SET LOCAL", "SET"))
                cursor.execute(f"SELECT city FROM {TABLE} LIMIT 3")
            except psycopg2.ProgrammingError:
                continue  # the role of one and the path of another
            foreign += sum(city != tenant.subdomain for (city,) in cursor.fetchall())
    return foreign


@pytest.mark.parametrize("kind", ["with_roles", "without_roles"])
def test_no_row_crosses_where_the_usual_way_mixes_them_up(kind, request):
    workload = request.getfixturevalue(kind)
    port = request.getfixturevalue("through_the_pooler")
    # First, so that the pooled connections are left in other companies' sessions for what comes then.
    assert sum(in_threads(lambda seed: the_other_way(workload, seed, port))) > 0
    tally = sum(in_threads(lambda seed: our_way(workload, seed)), Tally())
    assert tally.operations >= OPERATIONS
    workload.assert_nothing_crossed(tally)


def test_what_refuses_a_transaction_goes_past_the_pooler(with_roles, through_the_pooler):
    with tenant_context(with_roles.tenants[0]) as tenant, as_owner(), connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX CONCURRENTLY by_city ON {TABLE} (city)")
        cursor.execute(f"VACUUM {TABLE}")
        cursor.execute("SELECT schemaname FROM pg_indexes WHERE indexname = 'by_city'")
        assert cursor.fetchall() == [(tenant.schema,)]
        cursor.execute("DROP INDEX CONCURRENTLY by_city")


def test_without_the_way_past_it_is_refused_and_nothing_is_mixed_up(with_roles, through_the_pooler):
    connection.settings_dict["DIRECT"] = ""
    connection.close()
    with tenant_context(with_roles.tenants[0]):
        with as_owner(), pytest.raises(DatabaseError, match="options"), connection.cursor() as cursor:
            cursor.execute(f"VACUUM {TABLE}")
        assert Organisation.objects.count() == 3


def test_rows_of_an_iterator_come_through_the_pooler(with_roles, through_the_pooler):
    with tenant_context(with_roles.tenants[0]) as tenant:
        rows = list(Organisation.objects.iterator(chunk_size=2))
    assert [row.city for row in rows] == [tenant.subdomain] * 3
