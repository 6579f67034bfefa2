"""Which commands may be sent and run: those registered here, and no other."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar, overload

from lib.commands.conf import DEFAULT_QUEUE
from lib.commands.exceptions import CommandExistsError, UnknownCommandError

F = TypeVar("F", bound=Callable[..., Any])


class Scope(Enum):
    """For whom a command works: for the tenant that was current when it was sent, or for the platform."""

    TENANT = "tenant"
    PLATFORM = "platform"


@dataclass(frozen=True, kw_only=True)
class Command:
    """A function that may be run elsewhere, and how. The options are those of `@command`."""

    name: str
    run: Callable[..., Any]
    scope: Scope = Scope.TENANT
    retries: int = 5
    backoff_seconds: float = 5.0
    max_backoff_seconds: float = 3600.0
    timeout_seconds: float = 300.0
    unique: bool = False
    limit_per_tenant: int = 0
    atomic: bool = False
    queue: str = DEFAULT_QUEUE
    priority: int = 0

    @property
    def max_attempts(self) -> int:
        return self.retries + 1


_commands: dict[str, Command] = {}


@overload
def command(function: F) -> F: ...


@overload
def command(*, name: str = ..., **options: Any) -> Callable[[F], F]: ...


def command(function: F | None = None, *, name: str = "", **options: Any) -> F | Callable[[F], F]:
    """Register a function as a command, under its own name unless another is given; it stays callable.

    Options:
        scope: Scope.PLATFORM for what works for no tenant. By default the sender's tenant is required.
        retries: how often a failure is tried again. Backoff is doubled each time, with jitter, from
            `backoff_seconds` up to `max_backoff_seconds`.
        timeout_seconds: after it the process is killed, which counts as a failure.
        unique: a job that nobody has begun stands for others with the same arguments.
        limit_per_tenant: how many may run at a time for one tenant; 0 is no limit.
        atomic: the command and the record that it is done are one transaction, so that what it writes
            happens exactly once. For short commands.
        queue, priority: defaults for sending. A priority, -100 to 100, orders the jobs of one tenant.

    Raises:
        CommandExistsError: the name is taken.
    """

    def register(function: F) -> F:
        add(Command(name=name or function.__name__, run=function, **options))
        return function

    return register if function is None else register(function)


def add(new: Command) -> None:
    """Register a command.

    Raises:
        CommandExistsError: the name is taken, and not by the same function loaded again.
    """
    known = _commands.get(new.name)
    if known is not None and _place(known.run) != _place(new.run):
        raise CommandExistsError(new.name)
    _commands[new.name] = new


def get(name: str) -> Command:
    """Return the command of this name.

    Raises:
        UnknownCommandError: nobody has registered it.
    """
    try:
        return _commands[name]
    except KeyError:
        raise UnknownCommandError(name, _commands) from None


def timeout_seconds_of(name: str) -> float:
    """Return how long a command may take. One that is not registered is refused in no time."""
    known = _commands.get(name)
    return known.timeout_seconds if known else Command.timeout_seconds


def registered() -> list[Command]:
    """Return all commands, by name."""
    return [_commands[name] for name in sorted(_commands)]


def _place(function: Callable[..., Any]) -> tuple[str, str]:
    return getattr(function, "__module__", ""), getattr(function, "__qualname__", repr(function))
