from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponse

from lib.tenancy.models import TenantTemplate
from lib.tenancy.template_database import drop_template_database
from lib.tenancy.testing import HostClient

DETAILS = {
    "company_name": "Initech",
    "subdomain": "initech",
    "contact_name": "Peter Gibbons",
    "email": "peter@initech.example",
    "password": "correct horse battery staple",
}


@pytest.fixture
def sign_up(www: HostClient) -> Callable[..., HttpResponse]:
    """Send the form as Peter fills it in, with these fields typed over: `sign_up(subdomain="acme")`."""

    def send(**changes: Any) -> HttpResponse:
        return www.post("/signup/", DETAILS | changes)

    return send


@pytest.fixture
def broken_template(real_transactions: None) -> Iterator[Callable[[str], None]]:
    """`broken_template(sql)` makes `sql` what new companies are made from, until the test is over."""
    sound = TenantTemplate.objects.using("master").get().sql

    def replace(sql: str) -> None:
        TenantTemplate.objects.using("master").update(sql=sql)
        drop_template_database("main")  # the next company with a database gets one made anew

    yield replace
    replace(sound)


def stores_like(subdomain: str) -> list[str]:
    """Return the schemas and the databases whose names begin so."""
    with connections["master"].cursor() as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %(name)s) "
            "UNION ALL SELECT datname FROM pg_database WHERE starts_with(datname, %(name)s)",
            {"name": subdomain},
        )
        return [name for (name,) in cursor.fetchall()]
