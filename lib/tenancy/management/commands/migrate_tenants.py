"""Bring every tenant to the migrations of this code."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser, call_command

from lib.tenancy.exceptions import TenancyError
from lib.tenancy.migrating.accounts import history_lines, plan_lines
from lib.tenancy.migrating.choice import Choice
from lib.tenancy.migrating.progress import Bar, Lines
from lib.tenancy.migrating.results import Report
from lib.tenancy.migrating.runs import Run, Terms, find_interrupted
from lib.tenancy.migrating.targets import Target
from lib.tenancy.migrating.turn import our_turn
from lib.tenancy.migrating.verification import differences

_INTERRUPTED = 130  # as a shell counts an end by Ctrl-C


class Command(BaseCommand):
    help = "Prepares the platform and migrates every tenant that is behind; one that fails stops no other."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        for name, who in (
            ("only", "these and nobody else"),
            ("exclude", "all but these"),
            ("canary", "these first; if one fails, the others are left alone"),
        ):
            parser.add_argument(f"--{name}", nargs="+", default=[], metavar="SUBDOMAIN", help=who)
        parser.add_argument(
            "--backwards",
            nargs=2,
            metavar=("APP", "MIGRATION"),
            help="migrate to this migration of the app, or to `zero`, instead of to the newest",
        )
        parser.add_argument(
            "--fake", action="store_true", help="note the migrations as done, and run nothing"
        )
        terms = Terms()
        parser.add_argument("--workers", type=int, default=terms.workers_per_server, help="for each server")
        parser.add_argument(
            "--lock-timeout-ms", type=int, default=terms.lock_timeout_ms, help="how long to wait for one"
        )
        parser.add_argument(
            "--retries", type=int, default=terms.retries, help="after waiting for a lock in vain"
        )
        parser.add_argument(
            "--plan", action="store_true", help="say what would be done, and which locks it takes"
        )
        parser.add_argument("--verify", action="store_true", help="compare who is current with the template")
        parser.add_argument("--history", action="store_true", help="list the last runs")
        parser.add_argument("--resume", action="store_true", help="go on with the run that was interrupted")
        parser.add_argument("--wait", action="store_true", help="wait for another process that is migrating")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["history"]:
                self._write(history_lines())
            elif options["verify"]:
                self._verify(_choice(**options))
            else:
                with our_turn(patient=options["wait"]):
                    self._run(**options)
        except TenancyError as error:
            raise CommandError(str(error)) from error

    def _verify(self, choice: Choice) -> None:
        choice.refuse_unknown()
        differing = set()
        for subdomain, sentence in differences(choice):
            differing.add(subdomain)
            self.stderr.write(self.style.ERROR(f"{subdomain}: {sentence}"))
        if differing:
            raise CommandError(
                f"Otherwise than the template: {', '.join(sorted(differing))}. "
                "`python manage.py doctor` says how to mend it."
            )
        self.stdout.write("All who are current are like the template.")

    def _run(self, *, plan: bool, resume: bool, verbosity: int, **options: Any) -> None:
        if plan:
            choice = _choice(**options)
            choice.refuse_unknown()
            self._write(plan_lines(choice))
            return
        terms = Terms(options["workers"], options["lock_timeout_ms"], options["retries"])
        # The template first: who signs up from now on begins at the new version.
        call_command("prepare", verbosity=verbosity, stdout=self.stdout)
        record, choice = find_interrupted() if resume else (None, _choice(**options))
        choice.refuse_unknown()
        run = Run(choice, terms, record)
        with self._interruptible(run):
            self._report(run, verbosity)

    def _report(self, run: Run, verbosity: int) -> None:
        progress = Bar(self.stdout) if self.stdout.isatty() else Lines(self.stdout)
        failed: list[Report] = []
        done = 0
        for done, report in enumerate(run.migrate(), start=1):
            if report.error is not None:
                failed.append(report)
                progress.end()
                self.stderr.write(
                    self.style.ERROR(f"{report.subdomain}: {type(report.error).__name__}: {report.error}")
                )
            if verbosity:
                progress.show(report, done, run.tenant_count)
        if verbosity:
            progress.end()
            self.stdout.write(
                f"{done - len(failed)} migrated, {len(failed)} failed, the others were current."
            )
        if failed:
            raise CommandError(_say_failed(run, [report.subdomain for report in failed]))

    @contextmanager
    def _interruptible(self, run: Run) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt as error:
            raise CommandError(
                "Interrupted. Each tenant is wholly on its old or wholly on its new version. "
                "Go on with: python manage.py migrate_tenants --resume",
                returncode=_INTERRUPTED,
            ) from error

    def _write(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.stdout.write(line)


def _choice(
    *,
    only: list[str],
    exclude: list[str],
    canary: list[str],
    backwards: list[str] | None,
    fake: bool,
    **_: Any,
) -> Choice:
    app_label, name = backwards or ("", "")
    return Choice(Target(app_label, name, fake), only, exclude, canary)


def _say_failed(run: Run, names: list[str]) -> str:
    spared = " The others were left alone, because these were to go first." if run.is_stopped else ""
    return (
        f"Not migrated, and closed to their people until they are: {', '.join(names)}.{spared} "
        "Mend the cause named above and run this command again."
    )
