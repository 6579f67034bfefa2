"""What stays on a connection after a block of code is noticed."""

import pytest
from django.db import connection

from apps.companies.models import Company
from lib.tenancy import tenant_context
from lib.tenancy.testing import no_leak
from lib.tenancy.testing.marks import in_every_isolation


@pytest.fixture
def globex(real_transactions):
    company = Company.find_by_subdomain("globex")
    with tenant_context(company):
        yield company
        with connection.connection.bare(), connection.cursor() as cursor:
            cursor.execute("RESET ROLE; RESET search_path")


@in_every_isolation
def test_it_is_red_when_a_path_stays(globex, isolation):
    with pytest.raises(AssertionError, match="The search_path public remains"), no_leak(of=globex):
        connection.cursor().execute("SET search_path = public")


# In a database of its own the role is the login itself.
@pytest.mark.isolation("schema")
def test_it_is_red_when_a_role_stays(globex):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
        with pytest.raises(AssertionError, match=f"The role {role} remains"), no_leak(of=globex):
            cursor.execute(f'SET ROLE "{role}"')
