"""Two companies that live in the program before a journey begins: python -m tests.journeys.furnishing."""

import os
from typing import Any

import django

ALICE, BOB, CHARLIE = "alice@acme.example", "bob@acme.example", "charlie@globex.example"
PASSWORD = "correct horse battery staple"
CONTACTS = 60  # three pages


def furnish() -> None:
    # Imported late: models exist only once Django is set up.
    from apps.companies.models import Company
    from apps.contacts.models import Contact, Organisation
    from apps.events.recording import record
    from apps.events.verbs import Verb
    from lib.tenancy.provisioning import provisioning

    acme = Company(subdomain="acme", company_name="Acme", contact_name="Alice", contact_email=ALICE)
    globex = Company(subdomain="globex", company_name="Globex", contact_name="Charlie", contact_email=CHARLIE)
    with provisioning(globex):
        join(globex, "Charlie Cole", CHARLIE)
    with provisioning(acme):
        owner = join(acme, "Alice Archer", ALICE)
        join(acme, "Bob Baker", BOB)
        organisations = [Organisation.objects.create(name=f"Supplier {letter}") for letter in "ABC"]
        Contact.objects.bulk_create(
            Contact(
                first_name="Person",
                last_name=f"Number {number:02}",
                email=f"person{number:02}@suppliers.example",
                organisation=organisations[number % 3],
                created_by=owner,
            )
            for number in range(1, CONTACTS + 1)
        )
        for contact in Contact.objects.order_by("pk"):
            changes = {"last_name": [None, contact.last_name], "email": [None, contact.email]}
            record(Verb.CONTACT_CREATED, contact, changes=changes, actor=owner)


def join(company: Any, full_name: str, email: str) -> Any:
    from apps.accounts.members import create_verified_member
    from apps.companies.directory import add_member

    add_member(company, email)
    is_owner = email == company.contact_email
    return create_verified_member(full_name=full_name, email=email, password=PASSWORD, is_owner=is_owner)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    furnish()
