import pytest

from apps.companies.models import Company
from apps.signup.availability import free_alternative
from lib.tenancy.states import State
from lib.tenancy.subdomains import clean_subdomain

pytestmark = [pytest.mark.django_db(databases=["default", "master"])]


@pytest.fixture
def ask(www):
    """What the page answers while somebody types."""
    return lambda subdomain: www.get(
        "/signup/availability/", {"subdomain": subdomain}, headers={"HX-Request": "true"}
    )


def company(subdomain, **fields):
    row = Company(subdomain=subdomain, **fields)
    row.save(using="master")
    return row


def test_it_says_that_an_address_is_free(ask):
    response = ask("initech")
    assert response.status_code == 200
    assert "initech is free." in response.content.decode()
    assert response.context["available"] is True


def test_it_says_that_one_is_taken_and_which_is_not(ask):
    company("acme-2")
    response = ask("acme")
    assert "acme is taken. acme-3 is free." in response.content.decode()
    assert response.context["available"] is False


@pytest.mark.parametrize("state", [State.RESERVED, State.PROVISIONING, State.ACTIVE, State.SUSPENDED])
def test_an_address_is_taken_in_every_state(ask, state):
    company("initech", state=state)
    assert ask("initech").context["available"] is False


def test_but_not_by_a_company_that_could_not_be_made(ask):
    company("initech", state=State.FAILED)
    assert ask("initech").context["available"] is True


def test_it_answers_in_lower_case(ask):
    assert "acme is taken" in ask("ACME").content.decode()


def test_it_is_a_piece_of_a_page_and_sets_no_cookie(ask):
    response = ask("initech")
    assert "<html" not in response.content.decode()
    assert not response.cookies


@pytest.mark.parametrize(
    "hostile",
    ["www", "", "a_b", "a.b", "-", "xn--a", "a" * 64, "a" * 5000, "ü", "a\x1bb", "<b>", "a\u202eb", "%", "'"],
)
def test_it_says_why_an_address_cannot_be(ask, hostile):
    response = ask(hostile)
    assert response.status_code == 200
    assert response.context["available"] is False
    assert response.context["message"]
    assert b"<b>" not in response.content


def test_a_nul_or_a_book_is_no_question(ask):
    assert ask("a\0b").status_code == 400
    assert ask("a" * 10_000).status_code == 400


def test_without_the_parameter_it_asks_for_an_address(www):
    assert "Enter an address" in www.get("/signup/availability/").content.decode()


def test_the_free_one_it_names_can_be_had():
    for taken in ("a" * 63, "a" * 59 + "-bcd", "a" * 60 + "-bc"):
        company(taken)
        assert clean_subdomain(free_alternative(taken))


def test_it_names_none_when_none_is_near():
    for number in range(2, 10):
        company(f"acme-{number}")
    assert free_alternative("acme") == ""


@pytest.mark.parametrize("method", ["get", "head"])
def test_nobody_may_try_all_addresses(www, method):
    ask = getattr(www, method)
    answers = [ask("/signup/availability/", {"subdomain": "acme"}) for _ in range(61)]
    assert {answer.status_code for answer in answers[:60]} == {200}
    assert answers[60].status_code == 429
    assert 0 < int(answers[60].headers["Retry-After"]) <= 60


def test_it_is_only_read(www):
    assert www.post("/signup/availability/", {"subdomain": "initech"}).status_code == 405
