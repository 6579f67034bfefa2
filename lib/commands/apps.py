"""Wire the package into Django."""

from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import autodiscover_modules


class CommandsConfig(AppConfig):
    name = "lib.commands"
    label = "commands"
    verbose_name = "Commands"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lib.commands import checks as commands_checks
        from lib.commands import internal, task_runner  # noqa: F401 - they register commands
        from lib.commands.management_commands import register_management_commands

        register_management_commands()
        # Each app registers its own in a module `commands`.
        autodiscover_modules("commands")
        for check in commands_checks.ALL:
            checks.register(check)
