"""What supervisor and children tell each other: in shared memory, and by a descriptor for each child."""

import mmap
import os
import select
import struct
import time

_FIELDS = struct.Struct("=dq")  # the deadline of the running job, 0.0 for none; whether it was woken
_DEADLINE = struct.Struct("=d")
_WOKEN = struct.Struct("=q")
_WOKEN_OFFSET = _DEADLINE.size


class Slot:
    """One child's place. The supervisor makes it before it forks."""

    def __init__(self, memory: mmap.mmap, offset: int) -> None:
        self._memory = memory
        self._offset = offset
        self._wake_up = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def look(self) -> None:
        """Be free from now on: called before the claim, so that no doorbell is missed during it."""
        _FIELDS.pack_into(self._memory, self._offset, 0.0, 0)

    def begin(self, timeout_seconds: float) -> None:
        """Be at work, until a time at which the supervisor may lose patience."""
        _DEADLINE.pack_into(self._memory, self._offset, time.monotonic() + timeout_seconds)

    def wait(self) -> None:
        """Wait to be woken."""
        select.select([self._wake_up], [], [])
        os.eventfd_read(self._wake_up)

    @property
    def deadline(self) -> float:
        """When the running job's time is over, in seconds of time.monotonic(); 0.0 if none runs."""
        deadline: float = _DEADLINE.unpack_from(self._memory, self._offset)[0]
        return deadline

    def wake(self) -> bool:
        """Wake the child if it is free and was not woken yet; return whether it was."""
        _, woken = _FIELDS.unpack_from(self._memory, self._offset)
        if woken or self.deadline:
            return False
        _WOKEN.pack_into(self._memory, self._offset + _WOKEN_OFFSET, 1)
        self.wake_anyway()
        return True

    def wake_anyway(self) -> None:
        """Wake the child whatever it does, as when it shall stop."""
        os.eventfd_write(self._wake_up, 1)


def make_slots(count: int) -> list[Slot]:
    """Return slots that forked processes share."""
    memory = mmap.mmap(-1, max(count, 1) * _FIELDS.size)
    return [Slot(memory, number * _FIELDS.size) for number in range(count)]
