"""The engine of tests: after the commit, through JSON, under the tenant, and an error is an error."""

import pytest
from django.db import transaction

from apps.contacts.models import Contact
from lib.commands import send_command, sending
from lib.commands.exceptions import UnknownCommandError
from lib.tenancy import current_tenant, tenant_context


@pytest.fixture(autouse=True)
def inline(settings):
    settings.COMMANDS_ENGINE = "inline"


def test_it_runs_after_the_commit_under_its_tenant(cast, django_capture_on_commit_callbacks):
    with tenant_context(cast.acme), django_capture_on_commit_callbacks(execute=True):
        send_command("note", "Initech")
        assert not Contact.objects.filter(last_name="Initech").exists()
    with tenant_context(cast.acme):
        assert Contact.objects.filter(last_name="Initech").exists()
    with tenant_context(cast.globex):
        assert not Contact.objects.filter(last_name="Initech").exists()


def test_the_senders_tenant_is_back_afterwards(cast, django_capture_on_commit_callbacks):
    with tenant_context(cast.acme):
        with django_capture_on_commit_callbacks(execute=True):
            send_command("count")
        assert current_tenant().subdomain == "acme"


def test_what_it_raises_is_raised(cast, django_capture_on_commit_callbacks):
    with (
        tenant_context(cast.acme),
        pytest.raises(ValueError, match="It failed"),
        django_capture_on_commit_callbacks(execute=True),
    ):
        send_command("fail")


def test_what_is_rolled_back_is_not_run(cast, django_capture_on_commit_callbacks):
    with tenant_context(cast.acme), django_capture_on_commit_callbacks(execute=True) as callbacks:
        with transaction.atomic():
            sending(priority=1).send_command("fail")
            transaction.set_rollback(True)
        with pytest.raises(UnknownCommandError):
            send_command("shell")
    assert callbacks == []
