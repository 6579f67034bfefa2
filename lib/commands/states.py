"""The life of a job, as recorded in its row."""

from django.db import models


class JobState(models.TextChoices):
    """ready -> running -> done; or dead, when it has failed as often as it may.

    Waiting jobs become ready at their time. Unconfirmed ones become ready when their sender's transaction, in
    another database, has committed.
    """

    UNCONFIRMED = "unconfirmed", "not confirmed yet"
    WAITING = "waiting", "waiting"
    READY = "ready", "ready"
    RUNNING = "running", "running"
    HELD = "held", "held"
    DONE = "done", "done"
    DEAD = "dead", "failed"
    CANCELLED = "cancelled", "cancelled"


# What a new job with the same unique key is one with. Not the unconfirmed: they may yet be rolled back.
COALESCING = (JobState.WAITING, JobState.READY, JobState.HELD)
