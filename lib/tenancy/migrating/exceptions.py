"""What stops a migration of tenants, by cure."""

from collections.abc import Iterable

from lib.tenancy.exceptions import TenancyError


class StoreMissingError(TenancyError):
    """Raised for a tenant whose schema, or the history of migrations in it, is not there."""

    def __init__(self, schema: str) -> None:
        super().__init__(
            f"There is no history of migrations in the schema {schema!r}. "
            "Bring its rows back from a backup, or remove the tenant."
        )


class PlanError(TenancyError):
    """Raised when no plan can be made for a history, so that each tenant has to be migrated by itself."""


class HistoryChangedError(TenancyError):
    """Raised when a tenant has other migrations than its plan was made for. Nothing was done to it."""

    def __init__(self, subdomain: str) -> None:
        super().__init__(
            f"The migrations of {subdomain!r} changed while it was being migrated: somebody else is at it. "
            "Run `manage.py migrate_tenants` again when they are done."
        )


class RecordedSqlError(TenancyError):
    """Raised when recorded SQL does not fit a tenant's tables. Its transaction was undone."""


class UnknownMigrationError(TenancyError):
    """Raised when a migration named on the command line is not that of an app of tenants."""

    def __init__(self, app_label: str, name: str | None, known: Iterable[str]) -> None:
        super().__init__(
            f"{app_label!r} has no migration {name!r} for tenants. Name one of: {', '.join(known)}."
            if name
            else f"{app_label!r} is no app of tenants. Name one of: {', '.join(known)}."
        )


class UnknownTenantsError(TenancyError):
    """Raised when --only, --exclude or --canary name nobody."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(
            f"There is no tenant named {', '.join(map(repr, names))}. "
            "`python manage.py tenants` lists those there are."
        )


class UnusableTermError(TenancyError):
    """Raised when a run is asked for with a number that lets it do nothing, such as no workers."""

    def __init__(self, name: str, value: int, least: int) -> None:
        super().__init__(f"{name} is {value}; give {least} or more.")


class RunInProgressError(TenancyError):
    """Raised when another process is migrating tenants."""

    def __init__(self) -> None:
        super().__init__(
            "Another process is migrating tenants. Wait for it to end, or start this command with --wait. "
            "`manage.py migrate_tenants --history` shows how far it is."
        )


class NothingToResumeError(TenancyError):
    """Raised when --resume finds no run that was interrupted."""

    def __init__(self) -> None:
        super().__init__("No run was interrupted. Start one: python manage.py migrate_tenants")
