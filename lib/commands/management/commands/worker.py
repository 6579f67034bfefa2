"""Run the commands that were sent."""

import signal
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from lib.commands.conf import queues
from lib.commands.exceptions import DoorbellError
from lib.commands.machine import end_with_parent
from lib.commands.supervisor import Supervisor


class Command(BaseCommand):
    help = "Runs commands that were sent, until SIGTERM or Ctrl-C: then the jobs that run may end."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--with-process", type=int, metavar="PID", help="stop when this process, our parent, ends"
        )
        parser.add_argument(
            "--concurrency", type=int, default=2, help="how many jobs run at a time (default: 2)"
        )
        parser.add_argument(
            "--queue",
            action="append",
            dest="queues",
            help="serve this queue only; can be given several times",
        )

    def handle(
        self,
        *args: Any,
        concurrency: int,
        queues: list[str] | None,
        with_process: int | None,
        **options: Any,
    ) -> None:
        if concurrency < 1:
            raise CommandError(
                f"--concurrency is {concurrency}, and less than one job at a time does nothing."
            )
        if with_process:
            end_with_parent(with_process, signal.SIGTERM)
        try:
            Supervisor(concurrency=concurrency, queues=_known(queues)).run()
        except DoorbellError as error:
            raise CommandError(str(error)) from error


def _known(wanted: list[str] | None) -> list[str]:
    unknown = sorted(set(wanted or []) - set(queues()))
    if unknown:
        raise CommandError(
            f"There is no queue {', '.join(unknown)}. COMMANDS_QUEUES names: {', '.join(queues())}."
        )
    return wanted or queues()
