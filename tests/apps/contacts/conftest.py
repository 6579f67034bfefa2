"""Builders of the rows that these tests look at. All of them are Acme's."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from apps.contacts.models import Contact, Note, Organisation
from lib.tenancy import tenant_context


@pytest.fixture
def acme_organisation(cast) -> Callable[..., Organisation]:
    """`acme_organisation("Northwind", city="Leeds")`"""

    def build(name: str = "Northwind", **fields: Any) -> Organisation:
        with tenant_context(cast.acme):
            return Organisation.objects.create(name=name, **fields)

    return build


@pytest.fixture
def acme_contact(cast) -> Callable[..., Contact]:
    """`acme_contact("Ann Lee", email="ann@northwind.example", phone_numbers=[("work", "020 7946 0018")])`"""

    def build(
        name: str = "Ann Lee", *, phone_numbers: Sequence[tuple[str, str]] = (), **fields: Any
    ) -> Contact:
        first_name, _, last_name = name.partition(" ")
        with tenant_context(cast.acme):
            contact = Contact.objects.create(first_name=first_name, last_name=last_name, **fields)
            contact.replace_phone_numbers(phone_numbers)
            return contact

    return build


@pytest.fixture
def acme_note(cast) -> Callable[..., Note]:
    """`acme_note(contact, "Called.", author=cast.alice)`"""

    def build(contact: Contact, body: str = "Called.", **fields: Any) -> Note:
        with tenant_context(cast.acme):
            return Note.objects.create(contact=contact, body=body, **fields)

    return build


@pytest.fixture
def saved_contact(cast) -> Callable[[], Contact]:
    """Return the only contact of Acme as it is stored, with its numbers and notes."""

    def read() -> Contact:
        with tenant_context(cast.acme):
            return (
                Contact.objects.select_related("organisation", "created_by")
                .prefetch_related("phone_numbers", "notes__author")
                .get()
            )

    return read
