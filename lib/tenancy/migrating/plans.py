"""A plan: what leads from one history to another, ready to be sent to any tenant that has the first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lib.tenancy.migrating.histories import History, digest_of, sql_digest
from lib.tenancy.versions import current_version, known_migrations, version_of

# The SQLSTATE of our own refusal to work on a history that the plan was not made for.
HISTORY_CHANGED = "TN001"


@dataclass(frozen=True)
class Sql:
    """A statement as it was recorded, parameters and all."""

    text: str
    # It refused to stand in a transaction, as CREATE INDEX CONCURRENTLY does.
    is_alone: bool = False


@dataclass(frozen=True)
class Call:
    """An operation that is run for each tenant, such as RunPython, with states of the models they share."""

    operation: Any
    direction: str  # the name of the method: database_forwards or database_backwards
    app_label: str
    from_state: Any
    to_state: Any
    is_atomic: bool

    def perform(self, editor: Any) -> None:
        """Do for the current tenant what Django's executor would do."""
        getattr(self.operation, self.direction)(self.app_label, editor, self.from_state, self.to_state)


Part = Sql | Call


@dataclass(frozen=True)
class Lock:
    """A lock that a migration took on a table which was there before it."""

    table: str
    mode: str
    rewrites: bool


@dataclass(frozen=True)
class Step:
    """One migration, forwards or backwards."""

    name: str
    is_atomic: bool
    parts: Sequence[Part]
    before: History
    # The SQL that tells the history of it.
    history: str
    locks: Sequence[Lock] = ()

    @property
    def is_sql(self) -> bool:
        return all(isinstance(part, Sql) and not part.is_alone for part in self.parts)

    @property
    def guard(self) -> str:
        """The SQL that keeps others from the history, and raises HISTORY_CHANGED if they were quicker."""
        return (
            "LOCK TABLE django_migrations IN SHARE ROW EXCLUSIVE MODE;\n"
            f"DO $guard$ BEGIN IF {sql_digest()} <> '{digest_of(self.before)}' THEN "
            f"RAISE EXCEPTION 'other migrations than planned for' USING ERRCODE = '{HISTORY_CHANGED}'; "
            "END IF; END $guard$"
        )


@dataclass(frozen=True)
class Plan:
    """What leads from the history `before` to the history `after`."""

    before: History
    after: History
    steps: Sequence[Step] = ()
    # The SQL for what receivers of post_migrate added: content types and permissions.
    rows: str = ""
    made_tables: bool = False
    # Receivers of post_migrate that are not Django's, each to be called for each tenant.
    receivers: Sequence[Any] = ()
    apps: Any = field(default=None, repr=False)

    @property
    def version(self) -> str:
        """The stamp of a tenant to whom it was applied."""
        return stamp_of_history(self.after)

    @property
    def is_atomic(self) -> bool:
        """Whether all of it may be one transaction."""
        return all(step.is_atomic for step in self.steps)

    @cached_property
    def message(self) -> str | None:
        """All of it as one message, or None where an operation has to be run."""
        if self.receivers or not (self.steps and self.is_atomic and all(step.is_sql for step in self.steps)):
            return None
        texts = [text for step in self.steps for text in (*step_texts(step), step.history, END_OF_STEP)]
        return joined(self.steps[0].guard, *texts, self.rows)


def step_texts(step: Step) -> list[str]:
    """Return the statements of a step without its operations."""
    return [part.text for part in step.parts if isinstance(part, Sql)]


# Where Django commits between two migrations, what waited for the commit is checked: a table with checks that
# wait cannot be altered.
END_OF_STEP = "SET CONSTRAINTS ALL IMMEDIATE;\nSET CONSTRAINTS ALL DEFERRED"


def joined(*statements: str) -> str:
    """Return the statements as one message. Each may end in a comment."""
    return "\n;\n".join(statement for statement in statements if statement) + "\n;\n"


def stamp_of_history(history: History) -> str:
    """Return the version stamp of a tenant that has `history`."""
    known = known_migrations()
    return current_version() if known <= history else version_of(history & known)
