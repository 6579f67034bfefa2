"""Rows that are added and never changed: a model says so, Python refuses first, then PostgreSQL does.

    class Event(AppendOnly):
        class Meta(AppendOnly.Meta):
            indexes = [...]

`make migrations` then writes the constraint that append_only_constraint.py turns into SQL.
"""

from collections.abc import Iterable
from typing import Any, NoReturn, TypeVar

from django.db import connections, models, transaction
from django.db.models import QuerySet

from lib.tenancy.append_only_constraint import AppendOnlyConstraint
from lib.tenancy.conf import TENANT_ALIAS
from lib.tenancy.context import as_owner
from lib.tenancy.exceptions import AppendOnlyError
from lib.tenancy.identifiers import quote_identifier

M = TypeVar("M", bound=models.Model)

_LOCK_TIMEOUT_SECONDS = 5


class AppendOnlyQuerySet(QuerySet[M]):
    """Refuses what would change or remove rows, whichever way a program comes to it."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(self.model._meta.label, "updated")

    def _update(self, values: Any) -> NoReturn:
        raise AppendOnlyError(self.model._meta.label, "updated")

    def bulk_update(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(self.model._meta.label, "updated")

    def delete(self) -> NoReturn:
        raise AppendOnlyError(self.model._meta.label, "deleted")

    def _raw_delete(self, using: str | None) -> NoReturn:
        raise AppendOnlyError(self.model._meta.label, "deleted")


class AppendOnly(models.Model):
    """Base of a model whose rows stay as they were written. Derive its Meta from `AppendOnly.Meta`."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True
        # Where Django itself goes through a manager, it shall meet the refusal, too.
        base_manager_name = "objects"
        constraints = [AppendOnlyConstraint(name="%(app_label)s_%(class)s_append_only")]

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """Insert the row.

        Raises:
            AppendOnlyError: it is stored already.
        """
        if not self._state.adding or kwargs.get("force_update") or kwargs.get("update_fields"):
            raise AppendOnlyError(self._meta.label, "updated")
        super().save_base(*args, **kwargs)

    def _do_update(self, *args: Any, **kwargs: Any) -> bool:  # type: ignore[override]
        # Django tries an UPDATE first where the key is given, as fixtures do. There is nothing to update.
        return False

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(self._meta.label, "deleted")


def remove_rows(model: type[AppendOnly], keys: Iterable[Any]) -> int:
    """Remove rows of the current tenant for good and return how many there were: for an operator's retention.

    As the owner of the table, in one transaction of its own, in which nobody else can add rows: give a few
    thousand `keys` at a time. Waits at most five seconds for those who are adding.
    """
    table, trigger = quote_identifier(model._meta.db_table), quote_identifier(_trigger_of(model))
    with as_owner(), transaction.atomic(using=TENANT_ALIAS), connections[TENANT_ALIAS].cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT_SECONDS}s'")
        # Only the owner may. It comes back with the end of the transaction, whatever happens.
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        removed = QuerySet(model).using(TENANT_ALIAS).filter(pk__in=keys)._raw_delete(TENANT_ALIAS)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
    return int(removed)


def _trigger_of(model: type[AppendOnly]) -> str:
    (name,) = [each.name for each in model._meta.constraints if isinstance(each, AppendOnlyConstraint)]
    return str(name)
