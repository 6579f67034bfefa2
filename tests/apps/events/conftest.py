from collections.abc import Callable

import pytest

from apps.companies.models import Company
from apps.events.models import Event
from lib.tenancy import tenant_context
from tests.conftest import PASSWORD


@pytest.fixture
def events_of(cast) -> Callable[..., list[Event]]:
    """`events_of(cast.acme)`: what is recorded there, the oldest first."""

    def read(company: Company = cast.acme) -> list[Event]:
        with tenant_context(company):
            return list(Event.objects.order_by("pk"))

    return read


@pytest.fixture
def acme_event(cast) -> Callable[..., Event]:
    """`acme_event("contact.created", actor=cast.bob, subject_text="Ann Lee")`"""

    def build(verb: str = "contact.created", **fields) -> Event:
        if actor := fields.get("actor"):
            fields = {"actor_name": actor.full_name, "actor_email": actor.email, **fields}
        with tenant_context(cast.acme):
            return Event.objects.create(verb=verb, **fields)

    return build


@pytest.fixture
def quickly_hashed(cast) -> None:
    """Hash the password of Alice anew: it was hashed by the hasher of production."""
    with tenant_context(cast.acme):
        cast.alice.set_password(PASSWORD)
        cast.alice.save()
