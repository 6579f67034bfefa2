import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.http import HttpResponse

from apps.accounts.models import User
from apps.companies.models import Company
from lib.tenancy import tenant_context
from lib.tenancy.testing import HostClient
from tests.conftest import PASSWORD

_CODE = re.compile(r"^\s*([A-Z0-9]{3,4}-[A-Z0-9]{3,4}|[A-Z0-9]{6,8})\s*$", re.MULTILINE)


@pytest.fixture(autouse=True)
def quickly_hashed(request: pytest.FixtureRequest) -> None:
    """Hash the passwords of the cast anew: they were hashed by the hasher of production, once for all."""
    if "cast" not in request.fixturenames:
        return
    cast = request.getfixturevalue("cast")
    for company, people in ((cast.acme, [cast.alice, cast.bob]), (cast.globex, [cast.charlie])):
        with tenant_context(company):
            for user in people:
                user.set_password(PASSWORD)
                user.save()


@pytest.fixture
def sign_in() -> Callable[..., HttpResponse]:
    """`sign_in(client, "alice@acme.example")`: fill in the form as a person does."""

    def send(client: HostClient, email: str, password: str = PASSWORD, **more: str) -> HttpResponse:
        return client.post("/accounts/login/", {"login": email, "password": password, **more})

    return send


@pytest.fixture
def unverified() -> Callable[[Company, User], None]:
    """`unverified(cast.acme, cast.alice)`: as if she had not proved her address."""

    def make(company: Company, user: User) -> None:
        with tenant_context(company):
            EmailAddress.objects.filter(user=user).update(verified=False)

    return make


def is_signed_in(client: HostClient) -> bool:
    return client.get("/").status_code == 200


def mailed_code() -> str:
    """Return the code in the last mail."""
    found = _CODE.search(str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[1]


def text_of(response: HttpResponse) -> str:
    """Return the page without the token that differs each time."""
    page = response.content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
