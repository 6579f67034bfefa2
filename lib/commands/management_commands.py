"""Plain management commands that may be sent: those that COMMANDS_MANAGEMENT names, with their options."""

from typing import Any

from django.core.management import call_command

from lib.commands import registry
from lib.commands.conf import management_commands
from lib.commands.log_tails import current_tail
from lib.commands.registry import Command


def register_management_commands() -> None:
    """Register each under its own name. To be called once the apps are there."""
    for name, options in management_commands().items():
        registry.add(Command(name=name, run=ManagementCommand(name), **options))


class ManagementCommand:
    """Call a management command, and keep with the job what it prints."""

    __module__ = "django.core.management"

    def __init__(self, name: str) -> None:
        self.__qualname__ = name

    def __call__(self, *args: Any, **options: Any) -> None:
        tail = current_tail()
        output = {"stdout": tail, "stderr": tail, "no_color": True} if tail else {}
        call_command(self.__qualname__, *args, **{**output, **options})
