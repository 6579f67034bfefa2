import pytest

from apps.companies.directory import add_member, companies_of, email_digest
from apps.companies.models import Company, DirectoryEntry

pytestmark = pytest.mark.usefixtures("cast")


def test_it_knows_of_which_companies_somebody_is_a_member(cast):
    assert list(companies_of("alice@acme.example")) == [cast.acme]
    assert list(companies_of("zelda@nowhere.example")) == []


def test_they_come_by_name(cast):
    add_member(Company.find_by_subdomain("globex"), "alice@acme.example")
    Company.objects.using("master").filter(subdomain="globex").update(company_name="Aardvark")
    assert [company.subdomain for company in companies_of("alice@acme.example")] == ["globex", "acme"]


def test_adding_a_member_twice_adds_one(cast):
    acme = Company.find_by_subdomain("acme")
    add_member(acme, "Dora@acme.example")
    add_member(acme, "dora@ACME.example")
    assert DirectoryEntry.objects.filter(email_digest=email_digest("dora@acme.example")).count() == 1


def test_a_digest_is_keyed_and_the_same_in_any_letter_case(settings):
    digest = email_digest("alice@acme.example")
    assert digest == email_digest(" Alice@Acme.Example ")
    assert digest != email_digest("bob@acme.example")
    settings.SECRET_KEY = "another"
    assert digest != email_digest("alice@acme.example")


def test_it_goes_with_the_company(cast):
    Company.find_by_subdomain("acme").delete()
    assert list(companies_of("alice@acme.example")) == []
