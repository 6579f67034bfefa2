"""Prove on the live installation that tenants are kept apart."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from lib.tenancy.doctor.examination import admit, describe_master_failure, examine
from lib.tenancy.doctor.findings import Finding
from lib.tenancy.doctor.report import as_json, lines_of, status_of, summary_of
from lib.tenancy.doctor.scope import Installation
from lib.tenancy.servers import server_names

# Beside 0, 1 and 2 of the report: it was asked for what there is not.
_STATUS_WRONG_QUESTION = 3


class Command(BaseCommand):
    help = (
        "Examines servers, roles, grants and tenants' catalogs, tries the walls, and says how to mend what "
        "it finds. Changes nothing. Exit status: 0 nothing, 1 warnings, 2 errors, 3 no such server or tenant."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--server", help="examine one server, by its name in the settings")
        parser.add_argument("--tenant", metavar="SUBDOMAIN", help="look for findings of one tenant")
        parser.add_argument(
            "--sample", type=int, metavar="N", help="try the walls as N tenants, drawn anew each time"
        )
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(
        self, *args: Any, server: str | None, tenant: str | None, sample: int | None, **options: Any
    ) -> None:
        if server is not None and server not in server_names():
            self._refuse(f"There is no server {server!r}; there are {', '.join(server_names())}.")
        if sample is not None and sample < 0:
            self._refuse(f"--sample {sample}: give the number of tenants to try as, 0 or more.")
        installation: Installation | None = None
        try:
            installation = admit(server=server, subdomain=tenant and tenant.lower(), sample=sample)
            findings = self._examine(installation)
        except DatabaseError as failure:
            findings = [describe_master_failure(failure)]
        self._report(findings, installation, options["format"])
        if status := status_of(findings):
            raise SystemExit(status)

    def _examine(self, installation: Installation) -> list[Finding]:
        known = {tenant.subdomain for tenant in installation.tenants}
        if installation.wanted is not None and installation.wanted not in known:
            self._refuse(f"There is no tenant {installation.wanted!r}: see python manage.py tenants.")
        return list(examine(installation))

    def _report(self, findings: list[Finding], installation: Installation | None, form: str) -> None:
        if form == "json":
            self.stdout.write(as_json(findings, installation))
            return
        for finding in findings:
            first, *rest = lines_of(finding)
            self.stdout.write(getattr(self.style, finding.severity.upper())(first))
            self.stdout.write("\n".join(rest))
        self.stdout.write("\n".join(summary_of(findings, installation)))

    def _refuse(self, reason: str) -> None:
        raise CommandError(reason, returncode=_STATUS_WRONG_QUESTION)
