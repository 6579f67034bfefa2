from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponse

from lib.tenancy.models import TenantTemplate
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
    template = TenantTemplate.objects.using("master").get()
    sound = template.sql

    def replace(sql: str) -> None:
        TenantTemplate.objects.using("master").update(sql=sql)

    yield replace
    TenantTemplate.objects.using("master").update(sql=sound)


def schemas_like(subdomain: str) -> list[str]:
    with connections["master"].cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)", [subdomain])
        return [name for (name,) in cursor.fetchall()]
