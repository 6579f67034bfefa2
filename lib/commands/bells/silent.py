"""No doorbell: workers find their jobs by polling."""

import select


class SilentBell:
    def ring(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Nothing is open."""


class SilentListener:
    def wait(self, timeout_seconds: float, interrupt: int) -> int:
        select.select([interrupt], [], [], timeout_seconds)
        return 0

    def close(self) -> None:
        """Nothing is open."""


make_bell = SilentBell
make_listener = SilentListener
