"""What an examination finds: how bad, what, where, and how to mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error is a wall with a hole in it, or a tenant shut out; a warning is what should not stay."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be, with its cure.

    `cure` is SQL where `database` says in which database to run it, as a superuser or the one who made it;
    otherwise it is a command, or a sentence about the settings.
    """

    name: str
    severity: Severity
    what: str
    cure: str
    server: str
    tenant: str | None = None
    database: str | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of finding. Making one puts it among KINDS, and a test wants it in the documents."""

    name: str
    severity: Severity

    def __post_init__(self) -> None:
        KINDS[self.name] = self

    def found(
        self, what: str, *, cure: str, server: str, tenant: str | None = None, database: str | None = None
    ) -> Finding:
        """Return a finding of this kind."""
        return Finding(self.name, self.severity, what, cure, server, tenant, database)


KINDS: dict[str, Kind] = {}


def error(name: str) -> Kind:
    return Kind(name, Severity.ERROR)


def warning(name: str) -> Kind:
    return Kind(name, Severity.WARNING)


# Of any examination: it ended in an error that says nothing about what it was to find out.
NOT_EXAMINED = warning("could-not-be-examined")
