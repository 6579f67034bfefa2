"""What a person sees on the pages, and what a browser sends from them."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.html import escape

from apps.contacts.models import Contact, Organisation


def address_of(row: Contact | Organisation) -> str:
    # Outside a request the addresses are those of the public site, which has no contacts.
    return f"/{row._meta.model_name}s/{row.pk}/"


def names_on(response: HttpResponse) -> list[str]:
    """Return the names in the table, from top to bottom."""
    return [str(contact) for contact in response.context["page_obj"]]


def shows(response: HttpResponse, text: str) -> bool:
    return escape(text) in response.content.decode()


def message_on(response: HttpResponse) -> str:
    """Return what the page says about the action before it."""
    return " ".join(str(message) for message in response.context["messages"])


def contact_form(
    contact: Contact | None = None, *, phone_numbers: Sequence[tuple[str, str]] = (), **fields: Any
) -> dict[str, Any]:
    """Return the form of the contact as a browser sends it, with these fields typed over."""
    form: dict[str, Any] = {
        "first_name": "Ann",
        "last_name": "Lee",
        "email": "",
        "job_title": "",
        "organisation": "",
    }
    if contact:
        form |= {name: getattr(contact, name) for name in ("first_name", "last_name", "email", "job_title")}
        form |= {"organisation": contact.organisation_id or "", "version": contact.version}
    form |= {"phone-TOTAL_FORMS": len(phone_numbers) + 1, "phone-INITIAL_FORMS": 0}
    for index, (kind, number) in enumerate([*phone_numbers, ("mobile", "")]):
        form |= {f"phone-{index}-kind": kind, f"phone-{index}-number": number}
    return form | fields
