"""What `make run` runs: everything prepared, two companies to look at, and the server."""

import os
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command

from apps.demo.companies import DEMO_COMPANIES, ensure_demo_company
from apps.demo.listening import ensure_listening
from apps.demo.workers import start_worker
from lib.tenancy.conf import base_domain
from lib.tenancy.exceptions import ProvisioningError
from lib.tenancy.migrating.runs import migrate_behind

_PORTS = range(8000, 8050)


class Command(BaseCommand):
    help = "Prepares the database, makes two demonstration companies, and starts the server and a worker."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=int, help="the port to listen on; otherwise the first free one from 8000"
        )

    def handle(self, *args: Any, port: int | None, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "`develop` is for a developer's machine. Set DEBUG=true in .env, or use gunicorn."
            )
        # The reloader runs this command again, in a process of its own, at the start and at each change.
        if "RUN_MAIN" not in os.environ:
            self._prepare()
        port = ensure_listening([port] if port else _PORTS)
        settings.BASE_URL = f"http://{base_domain()}:{port}"
        if "RUN_MAIN" in os.environ:
            start_worker()
        call_command("runserver", f"127.0.0.1:{port}")

    def _prepare(self) -> None:
        call_command("prepare", verbosity=0)
        # A company that cannot be brought up to date, or made, is closed; the developer mends it with the
        # server running.
        for report in migrate_behind():
            if report.error is not None:
                self._complain(f"{report.subdomain} stays behind on migrations", report.error)
        for demo in DEMO_COMPANIES:
            try:
                ensure_demo_company(demo)
            except ProvisioningError as error:
                self._complain(f"{demo.subdomain} was not made", error)

    def _complain(self, what: str, error: Exception) -> None:
        self.stderr.write(self.style.ERROR(f"{what}: {type(error).__name__}: {error}"))
