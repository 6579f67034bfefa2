from contextlib import ExitStack

import pytest

from apps.contacts.models import Contact, Organisation
from lib.tenancy import tenant_context
from tests.faults.commands.processes import worker_process
from tests.lib.commands.conftest import acme, globex, jobs

__all__ = ["acme", "globex", "jobs"]


@pytest.fixture
def start(tmp_path, jobs):
    """Start workers that end with the test: `start(concurrency=4)`."""
    with ExitStack() as stack:
        number = iter(range(100))
        yield lambda *words, **options: stack.enter_context(
            worker_process(tmp_path / f"worker-{next(number)}", *words, **options)
        )


@pytest.fixture(autouse=True)
def what_was_noted_is_removed(acme, globex):
    yield
    for company in (acme, globex):
        with tenant_context(company):
            Contact.objects.all().delete()
            Organisation.objects.all().delete()
