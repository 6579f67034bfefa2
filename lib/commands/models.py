"""The jobs and who works on them: all in the master schema, whichever tenant a job is for.

No foreign keys: a job outlives the worker that ran it, and a check for each row would cost more than the row.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from lib.commands.states import COALESCING, JobState

# Compared byte by byte: the claim walks along these columns, and no language has a say in their order.
_COLLATION = "C"


class Job(models.Model):
    """One call of a command: what to run, for whom, and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The schema of the tenant it runs for, or `-` for the platform.
    tenant = models.CharField(max_length=63, db_collation=_COLLATION)
    command = models.CharField(max_length=100)
    # JSON text, kept as it was signed.
    payload = models.TextField()
    signature = models.CharField(max_length=64)
    queue = models.CharField(max_length=50, db_collation=_COLLATION)
    # Jobs of one tenant and lane run at most `lane_limit` at a time; the lane `-` has no limit.
    lane = models.CharField(max_length=100, db_collation=_COLLATION)
    lane_limit = models.PositiveSmallIntegerField(db_default=0)
    priority = models.SmallIntegerField(db_default=0)
    state = models.CharField(max_length=12, choices=JobState)
    attempt = models.PositiveSmallIntegerField(db_default=0)
    max_attempts = models.PositiveSmallIntegerField()
    # None for what waits for something else than a time.
    run_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    worker = models.UUIDField(null=True)
    unique_key = models.CharField(max_length=200, null=True)  # noqa: DJ001 - NULL is unique to nobody
    batch = models.UUIDField(null=True)
    # The schema of the tenant whose own database holds the token; empty where there is none. See tokens.
    witness = models.CharField(max_length=63, blank=True, db_default="")
    progress = models.PositiveIntegerField(db_default=0)
    progress_total = models.PositiveIntegerField(db_default=0)
    progress_text = models.CharField(max_length=200, blank=True, db_default="")
    cancel_requested = models.BooleanField(db_default=False)
    error = models.TextField(blank=True, db_default="")
    log_tail = models.TextField(blank=True, db_default="")
    # JSON text.
    result = models.TextField(blank=True, db_default="")

    class Meta:
        indexes = [
            models.Index(
                "queue",
                "tenant",
                "lane",
                models.F("priority").desc(),
                "id",
                name="job_ready",
                condition=Q(state=JobState.READY),
            ),
            models.Index("tenant", "lane", name="job_running", condition=Q(state=JobState.RUNNING)),
            models.Index("run_at", name="job_waiting", condition=Q(state=JobState.WAITING)),
            models.Index("created_at", name="job_unconfirmed", condition=Q(state=JobState.UNCONFIRMED)),
            models.Index("tenant", name="job_held", condition=Q(state=JobState.HELD)),
            models.Index("finished_at", name="job_finished", condition=Q(finished_at__isnull=False)),
            models.Index("batch", name="job_batch", condition=Q(batch__isnull=False)),
            models.Index("tenant", "id", name="job_of_tenant"),
        ]
        constraints = [
            # A job that was begun may have read what is old by now, so it does not stand for a new one.
            models.UniqueConstraint(
                "tenant",
                "command",
                "unique_key",
                name="job_unique_while_pending",
                condition=Q(unique_key__isnull=False, attempt=0, state__in=COALESCING),
            )
        ]


class Worker(models.Model):
    """A child process that may hold a running job; a job whose worker has no row is nobody's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    supervisor = models.UUIDField(db_index=True)
    # The machine, with its boot and its process namespace: within one, a process id tells who is alive.
    machine = models.CharField(max_length=100)
    supervisor_pid = models.PositiveIntegerField()
    host = models.CharField(max_length=100)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())


class Batch(models.Model):
    """Jobs that belong together, and the job that follows when all of them are finished."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200)
    total = models.PositiveIntegerField()
    pending = models.PositiveIntegerField()
    failed = models.PositiveIntegerField(db_default=0)
    callback = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "batches"


class Tick(models.Model):
    """That a scheduled command was sent for one minute: the row decides between several supervisors."""

    entry = models.CharField(max_length=100)
    minute = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "minute"], name="tick_once")]
