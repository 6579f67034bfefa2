"""What the people of a demonstration company seem to have done before anybody looks at it."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from apps.accounts.models import User
from apps.contacts.models import Contact
from apps.events.models import Event
from apps.events.recording import describe
from apps.events.verbs import Verb

# Addresses for documentation. Source: RFC 5737.
_OFFICE, _HOTEL = "192.0.2.17", "198.51.100.23"


def create_demo_events(company_name: str, members: list[User]) -> None:
    """Record the founding of the current company and some days of work, the oldest first."""
    now = timezone.now()
    for hours_ago, ip, event in _events(company_name, members):
        event.at, event.ip = now - timedelta(hours=hours_ago), ip
        event.save()


def _events(company_name: str, members: list[User]) -> Iterator[tuple[int, str, Event]]:
    owner, colleague = members[0], members[-1]
    contacts = list(Contact.objects.select_related("organisation").order_by("pk"))
    yield 340, _OFFICE, describe(Verb.WORKSPACE_FOUNDED, owner, text=company_name, actor=owner)
    yield 339, _OFFICE, describe(Verb.MEMBER_EMAIL_VERIFIED, owner, text=owner.email, actor=owner)
    for contact in contacts:
        yield 338, _OFFICE, describe(Verb.CONTACT_CREATED, contact, actor=owner)
    yield 75, _HOTEL, describe(Verb.MEMBER_SIGN_IN_FAILED, colleague, text=colleague.email)
    yield 75, _HOTEL, describe(Verb.MEMBER_SIGNED_IN, colleague, actor=colleague)
    first = contacts[0]
    title = {"job_title": ["", first.job_title]}
    yield 74, _HOTEL, describe(Verb.CONTACT_CHANGED, first, changes=title, actor=colleague)
    if first.organisation:
        city = {"city": ["", first.organisation.city]}
        yield (
            73,
            _HOTEL,
            describe(Verb.ORGANISATION_CHANGED, first.organisation, changes=city, actor=colleague),
        )
    yield 50, _OFFICE, describe(Verb.NOTE_CREATED, first, actor=owner)
    yield 26, _OFFICE, describe(Verb.EXPORT_DOWNLOADED, text="All contacts", actor=owner)
