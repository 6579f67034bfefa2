"""Jobs that are really committed, and the tenants they are for."""

import pytest

from apps.companies.models import Company
from lib.commands.models import Batch, Job, Tick, Worker
from lib.commands.places import forget_places
from lib.commands.ringing import forget_bell
from tests.lib.commands import orders

assert orders  # importing them registers them
MODELS = (Job, Worker, Batch, Tick)


class FreshJobs:
    """A queryset that remembers no rows."""

    @property
    def _queryset(self):
        return Job.objects.using("master").exclude(command__startswith="commands.").order_by("id")

    def __iter__(self):
        return iter(self._queryset)

    def __len__(self):
        return len(self._queryset)

    def __getattr__(self, name):
        return getattr(self._queryset, name)


@pytest.fixture
def jobs(real_transactions, settings):
    """Return the table of jobs, but for those a worker sends to itself. It is empty before and after."""
    settings.COMMANDS_ENGINE = "worker"
    settings.COMMANDS_DOORBELL = "none"
    forget_bell()
    forget_places()
    for model in MODELS:
        model.objects.using("master").all().delete()
    yield FreshJobs()
    for model in MODELS:
        model.objects.using("master").all().delete()
    forget_bell()


@pytest.fixture
def acme(jobs):
    return Company.find_by_subdomain("acme")


@pytest.fixture
def globex(jobs):
    return Company.find_by_subdomain("globex")
