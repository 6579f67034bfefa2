"""System checks: what would be refused later, or would be dangerous, said before the first job."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.core.management import get_commands

from lib.commands import registry, schedules
from lib.commands.bells import KINDS
from lib.commands.conf import bell_addresses, bell_bind, doorbell, engine, management_commands, queues

Check = Callable[..., Iterable[CheckMessage]]

# They give whoever can send a command the whole machine, or wait for a person, or never end.
_NEVER = {"shell", "dbshell", "runserver", "testserver", "worker", "tenant", "develop", "flush", "loaddata"}


def check_engine(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if engine() in ("worker", "inline"):
        return []
    hint = "Use `worker`, or `inline` in tests."
    return [Error(f"COMMANDS_ENGINE is {engine()!r}.", hint=hint, id="commands.E001")]


def check_doorbell(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if doorbell() in KINDS:
        return []
    return [
        Error(
            f"COMMANDS_DOORBELL is {doorbell()!r}.",
            hint=f"Use one of {', '.join(KINDS)}.",
            id="commands.E002",
        )
    ]


def check_curve(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A doorbell that other machines can reach has keys."""
    if doorbell() != "zmq":
        return []
    from lib.commands.bells.curve import missing_settings

    hint = "Over tcp only known keys may ring. Make keys with: python manage.py command_keys"
    places = [(address, False) for address in bell_addresses()] + [(bell_bind(), True)]
    return [
        Error(
            f"The doorbell {address} has no keys: {', '.join(missing)} empty.", hint=hint, id="commands.E003"
        )
        for address, listens in places
        if (missing := missing_settings(address, listens=listens))
    ]


def check_management_commands(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    known = get_commands()
    return [
        Error(
            f"COMMANDS_MANAGEMENT names {name!r}, which "
            + ("nobody should be able to send." if name in _NEVER else "is no management command."),
            hint="Take it out, and write a command of your own for what it shall do.",
            id="commands.E004",
        )
        for name in management_commands()
        if name in _NEVER or name not in known
    ]


def check_queues(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The command {command.name!r} goes to the queue {command.queue!r}, which nobody serves.",
            hint="Name the queue in COMMANDS_QUEUES.",
            id="commands.E005",
        )
        for command in registry.registered()
        if command.queue not in queues()
    ]


def check_schedule(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    hint = (
        'An entry is {"cron": "0 3 * * *", "command": "..."}, with `args`, `options` and `queue` if you like.'
    )
    try:
        names = [entry.command for entry in schedules.entries()]
    except (KeyError, TypeError, ValueError) as error:
        return [Error(f"COMMANDS_SCHEDULE cannot be read: {error}", hint=hint, id="commands.E006")]
    known = {command.name for command in registry.registered()}
    return [
        Error(f"COMMANDS_SCHEDULE sends {name!r}, which is not registered.", hint=hint, id="commands.E006")
        for name in names
        if name not in known
    ]


ALL: list[Check] = [
    check_engine,
    check_doorbell,
    check_curve,
    check_management_commands,
    check_queues,
    check_schedule,
]
