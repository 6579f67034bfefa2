"""A run: who is behind, one plan for those who have the same, the canaries first, and what became of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connections
from django.utils import timezone

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.migrating.choice import Choice
from lib.tenancy.migrating.compilation import Planner
from lib.tenancy.migrating.crew import Crew
from lib.tenancy.migrating.exceptions import NothingToResumeError, UnusableTermError
from lib.tenancy.migrating.histories import read_histories
from lib.tenancy.migrating.results import Report
from lib.tenancy.migrating.turn import our_turn, wait_for_tenants_being_made
from lib.tenancy.migrating.work import Job, Worker
from lib.tenancy.models import MigrationRun, Outcome, TenantModel
from lib.tenancy.resolver import forget_tenant


@dataclass(frozen=True)
class Terms:
    """How hard a run tries."""

    workers_per_server: int = 4
    # A statement that waits for a lock holds up all who come after it, so it gives up soon, and tries again.
    lock_timeout_ms: int = 2_000
    retries: int = 5

    def __post_init__(self) -> None:
        """Refuse what would migrate nobody, or wait for ever.

        Raises:
            UnusableTermError: names the term and its least value.
        """
        for name, least in (("workers_per_server", 1), ("lock_timeout_ms", 1), ("retries", 0)):
            if getattr(self, name) < least:
                raise UnusableTermError(name, getattr(self, name), least)


@dataclass
class Run:
    """Migrates the tenants of a choice. To be made while it is `our_turn`."""

    choice: Choice
    terms: Terms = field(default_factory=Terms)
    # The interrupted run that this one goes on with.
    record: MigrationRun | None = None
    # How many tenants have something to do; known from the first report on.
    tenant_count: int = 0
    # Whether the canaries failed, so that the others were left alone.
    is_stopped: bool = False

    def migrate(self) -> Iterator[Report]:
        """Migrate them, yielding what became of each. One that fails stays as it was; the others go on."""
        if self.choice.target.is_all:
            wait_for_tenants_being_made()
        tenants = self.choice.find_tenants()
        if tenants:
            self._begin(len(tenants))
            canaries, others = self.choice.split(tenants)
            planner = Planner(self.choice.target)
            failed = False
            for report in self._work(canaries, planner):
                failed |= report.outcome == Outcome.FAILED
                yield report
            self.is_stopped = failed
            if not failed:
                yield from self._work(others, planner)
        self._finish()
        # Other processes learn it when what they remember expires.
        forget_tenant()

    def _work(self, tenants: Sequence[TenantModel], planner: Planner) -> Iterator[Report]:
        assert self.record is not None
        histories = read_histories(tenants)
        crew = Crew(
            Worker(self.record.pk, planner, self.terms.lock_timeout_ms),
            per_server=self.terms.workers_per_server,
            retries=self.terms.retries,
        )
        return crew.work([Job(tenant, histories[tenant.schema_name]) for tenant in tenants])

    def _begin(self, tenant_count: int) -> None:
        self.tenant_count = tenant_count
        if self.record is None:
            self.record = MigrationRun(target=str(self.choice.target), options=self.choice.as_options())
            self.record.tenant_count = tenant_count
            self.record.save(using=MASTER_ALIAS)

    def _finish(self) -> None:
        if self.record is not None:
            master: Any = connections[MASTER_ALIAS]
            if not master.is_usable():  # the server may have been started anew meanwhile
                master.close()
            self.record.finished_at = timezone.now()
            self.record.save(using=MASTER_ALIAS, update_fields=["finished_at"])


def find_interrupted() -> tuple[MigrationRun, Choice]:
    """Return the newest run, which did not come to its end, and what it was for.

    Raises:
        NothingToResumeError: the newest run came to its end, or there is none.
    """
    record = MigrationRun.objects.using(MASTER_ALIAS).order_by("-pk").first()
    if record is None or record.finished_at is not None:
        raise NothingToResumeError
    return record, Choice.from_options(record.options)


def migrate_behind() -> Iterator[Report]:
    """Bring every tenant that is behind to the migrations of this code, when nobody else is at it."""
    with our_turn(patient=True):
        yield from Run(Choice()).migrate()
