import pytest
from django.db import IntegrityError, connections
from django.db.migrations.executor import MigrationExecutor

from apps.companies.models import Company, Domain
from lib.tenancy.context import as_owner


@pytest.mark.usefixtures("cast")
def test_a_subdomain_in_capitals_is_refused_by_the_database():
    Company(subdomain="initech").save()
    with pytest.raises(IntegrityError, match="company_subdomain_is_lower_case"):
        Company(subdomain="Initrode").save()


def migrate(target):
    with as_owner():
        MigrationExecutor(connections["master"]).migrate([("companies", target)])


def test_rows_in_capitals_of_before_are_folded(real_transactions):
    migrate("0002_company_isolation")
    try:
        company = Company(subdomain="InitECH")
        company.save()
        domain = Domain.objects.create(company=company, name="CRM.initech.example")
    finally:
        migrate("0003_names_are_lower_case")
    company.refresh_from_db()
    domain.refresh_from_db()
    assert (company.subdomain, domain.name) == ("initech", "crm.initech.example")
