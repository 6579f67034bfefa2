import pytest
from django.db import IntegrityError

from apps.contacts.models import Contact, Note, Organisation, PhoneNumber
from apps.contacts.versions import EditConflictError
from lib.tenancy import tenant_context


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        (lambda ann: Contact(email="x@x.example"), "contact_has_name"),
        (lambda ann: Organisation(name=""), "organisation_has_name"),
        (lambda ann: Organisation(name="NORTHWIND"), "organisation_name_once"),
        (lambda ann: PhoneNumber(contact=ann, number=""), "phone_number_is_not_empty"),
        (lambda ann: PhoneNumber(contact=ann, number="020", kind="fax"), "phone_number_kind_is_known"),
        (lambda ann: Note(contact=ann, body=""), "note_is_not_empty"),
        (lambda ann: Note(contact=ann, body="a" * 10_001), "note_is_not_too_long"),
    ],
)
def test_postgresql_refuses_a_row_that_no_form_has_seen(
    cast, acme_contact, acme_organisation, row, constraint
):
    ann = acme_contact("Ann Lee", organisation=acme_organisation("Northwind"))
    with tenant_context(cast.acme), pytest.raises(IntegrityError, match=constraint):
        row(ann).save()


def test_it_saves_over_the_version_that_was_seen(cast, acme_contact):
    contact = acme_contact("Ann Lee")
    with tenant_context(cast.acme):
        contact.job_title = "Buyer"
        contact.save_over(1)
        contact.refresh_from_db()
    assert (contact.version, contact.job_title) == (2, "Buyer")


def test_it_refuses_to_save_over_a_version_that_was_not_seen(cast, acme_contact):
    contact = acme_contact("Ann Lee")
    with tenant_context(cast.acme):
        twin = Contact.objects.get()
        twin.save_over(1)
        with pytest.raises(EditConflictError, match="no longer at version 1"):
            contact.save_over(1)


def test_it_refuses_to_bring_back_a_deleted_row(cast, acme_contact):
    contact = acme_contact("Ann Lee")
    with tenant_context(cast.acme):
        Contact.objects.all().delete()
        with pytest.raises(EditConflictError):
            contact.save_over(1)
        assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("number", "address"),
    [
        ("020 7946-0018", "tel:02079460018"),
        ("+44 (20) 7946.0018", "tel:+442079460018"),
        ("020 7946 0018 x12", "tel:02079460018;ext=12"),
        ("020 7946 0018 ext. 12", "tel:02079460018;ext=12"),
    ],
)
def test_a_number_can_be_dialled(number, address):
    assert PhoneNumber(number=number).tel_url() == address
