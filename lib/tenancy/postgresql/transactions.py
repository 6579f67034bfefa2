"""Whose transaction is open on a connection: that of the tenant under which it was begun."""

import logging
from typing import Any

from django.db.backends.postgresql import base as postgresql

from lib.tenancy.context import find_current_tenant
from lib.tenancy.tenants import Tenant

logger = logging.getLogger(__name__)

# What is said to own a transaction that Django's atomic() did not begin.
BY_HAND = "raw SQL or set_autocommit(False)"


class AtomicBlocks(list[Any]):
    """Django's list of the atomic() blocks that are open, each with the tenant under which it was entered.

    Not kept on the block itself: a decorator is one block for all threads.
    """

    def __init__(self) -> None:
        super().__init__()
        self._tenants: list[Tenant | None] = []

    def append(self, block: Any) -> None:
        super().append(block)
        self._tenants.append(find_current_tenant())

    def pop(self, *position: Any) -> Any:
        self._tenants.pop(*position)
        return super().pop(*position)

    def owners(self) -> set[Any]:
        """Return whose blocks are open, but for a test case's, which may span tenants: it is rolled back."""
        pairs = zip(self, self._tenants, strict=True)
        return {tenant for block, tenant in pairs if not getattr(block, "_from_testcase", False)}


class OwnedTransactions(postgresql.DatabaseWrapper):
    """Django's wrapper that knows whose transaction is open, also where Django knows of none."""

    connection: Any

    @property
    def atomic_blocks(self) -> AtomicBlocks:
        return self._atomic_blocks

    @atomic_blocks.setter
    def atomic_blocks(self, empty: list[Any]) -> None:
        # Django sets an empty list of its own, anew for each connection it makes.
        self._atomic_blocks = AtomicBlocks()

    def transaction_owners(self) -> set[Any]:
        """Return whose transactions of the program are open: tenants, None for nobody, or BY_HAND."""
        return {BY_HAND} if self._was_begun_by_hand() else self.atomic_blocks.owners()

    def close_if_unusable_or_obsolete(self) -> None:
        # Called at both ends of a request. Django trusts its own idea of autocommit, and would let the next
        # request, whoever's it is, write into this transaction: its rows would be lost with it.
        if self._was_begun_by_hand():
            logger.error("A transaction begun by %s was left open, and is rolled back.", BY_HAND)
            self.close()
        super().close_if_unusable_or_obsolete()

    def _was_begun_by_hand(self) -> bool:
        return self.connection is not None and not self.in_atomic_block and self.connection.in_transaction()
