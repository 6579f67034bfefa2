"""An open transaction belongs to who began it: nobody else's rows get into it, and it blocks nobody."""

import pytest
from django.db import close_old_connections, connection, connections, transaction
from django.http import StreamingHttpResponse

from apps.companies.models import Company
from apps.contacts.models import Organisation
from lib.tenancy import no_tenant, tenant_context
from lib.tenancy.exceptions import TenantChangeError
from lib.tenancy.streaming import keep_tenant_while_streaming

pytestmark = pytest.mark.usefixtures("real_transactions")

both_isolations = pytest.mark.parametrize("isolation", ["schema", "database"], indirect=True)


@pytest.fixture
def companies(real_transactions, isolation):
    """Acme and Globex; whatever a test leaves open is gone after it."""
    yield [Company.find_by_subdomain(name) for name in ("acme", "globex")]
    connections.close_all()


def begin(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def committed_names():
    connections.close_all()
    return list(Organisation.objects.values_list("name", flat=True))


@both_isolations
@pytest.mark.parametrize("sql", ["BEGIN", "SELECT 1; BEGIN; SELECT 2", "START TRANSACTION READ ONLY"])
def test_a_begin_in_sql_ends_with_its_request(companies, sql, caplog):
    acme, globex = companies
    with tenant_context(acme):
        begin(sql)
    close_old_connections()  # what Django does at both ends of a request
    assert "was left open" in caplog.text
    for company in (globex, acme):
        with tenant_context(company):
            Organisation.objects.create(name=company.subdomain)
            assert committed_names() == [company.subdomain]


def test_a_begin_in_sql_that_failed_ends_with_its_request(companies):
    acme, globex = companies
    with tenant_context(acme), connection.cursor() as cursor:
        cursor.execute("BEGIN")
        with pytest.raises(Exception, match="does not exist"):
            cursor.execute("SELECT * FROM nothing")
    close_old_connections()
    with tenant_context(globex):
        assert not Organisation.objects.exists()


def test_atomic_is_nothing_that_was_left_open(companies, caplog):
    with tenant_context(companies[0]), transaction.atomic():
        Organisation.objects.create(name="acme")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    close_old_connections()
    assert not caplog.text


@pytest.mark.parametrize("begun_by", ["BEGIN", "set_autocommit"])
def test_the_tenant_may_not_change_in_a_transaction_begun_by_hand(companies, begun_by):
    acme, globex = companies
    with tenant_context(acme):
        if begun_by == "BEGIN":
            begin("BEGIN")
        else:
            transaction.set_autocommit(False)
        Organisation.objects.create(name="acme")
        for other in (tenant_context(globex), no_tenant()):
            with pytest.raises(TenantChangeError, match="begun without it"), other:
                pass
    # Also when its tenant was left first: the transaction is on the connection that Globex would use.
    with pytest.raises(TenantChangeError), tenant_context(globex):
        pass


def numbered_rows():
    """Read in one transaction, as an export does that must be consistent."""
    with transaction.atomic():
        for _ in range(3):
            yield str(Organisation.objects.count())


@both_isolations
def test_a_streamed_body_may_be_one_transaction(companies):
    for company in companies:
        with tenant_context(company) as active:
            Organisation.objects.create(name=company.subdomain)
            response = keep_tenant_while_streaming(StreamingHttpResponse(numbered_rows()), active)
        assert list(response) == [b"1"] * 3


@both_isolations
def test_a_streamed_body_that_is_given_up_gives_its_transaction_back(companies):
    acme, globex = companies
    with tenant_context(acme) as active:
        response = keep_tenant_while_streaming(StreamingHttpResponse(numbered_rows()), active)
    next(iter(response))
    with pytest.raises(TenantChangeError, match="of acme"), tenant_context(globex):
        pass
    response.close()
    for company in companies:
        with tenant_context(company):
            assert not connection.in_atomic_block
            Organisation.objects.create(name=company.subdomain)
            assert committed_names() == [company.subdomain]
