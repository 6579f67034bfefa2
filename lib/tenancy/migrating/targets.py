"""Where a run leads: to all migrations of the code, or to one that was named."""

from dataclasses import dataclass
from typing import Any

from lib.tenancy.migrating.exceptions import UnknownMigrationError
from lib.tenancy.placement import tenant_app_labels
from lib.tenancy.versions import current_version


@dataclass(frozen=True)
class Target:
    """All migrations of the code, unless an app is named."""

    app_label: str = ""
    # The migration, or `zero`.
    name: str = ""
    # Whether they are only written into the history, and not run.
    is_fake: bool = False

    def __str__(self) -> str:
        return f"{self.app_label} {self.name}".strip() or current_version()

    @property
    def is_all(self) -> bool:
        return not self.app_label

    def nodes(self, graph: Any) -> list[tuple[str, str | None]]:
        """Return the target as Django's executor wants it.

        Raises:
            UnknownMigrationError: there is no such app, or no such migration, or several that begin so.
        """
        ours = tenant_app_labels()
        if self.is_all:
            return list(graph.leaf_nodes())
        if self.app_label not in ours:
            raise UnknownMigrationError(self.app_label, None, sorted(ours))
        if self.name == "zero":
            return [(self.app_label, None)]
        names = sorted(name for label, name in graph.nodes if label == self.app_label)
        found = [name for name in names if name == self.name] or [
            name for name in names if name.startswith(self.name)
        ]
        if len(found) != 1:
            raise UnknownMigrationError(self.app_label, self.name, names)
        return [(self.app_label, found[0])]

    def words(self) -> list[str]:
        """Return the target as the words of Django's own command."""
        return [word for word in (self.app_label, self.name) if word]
