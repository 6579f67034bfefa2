"""Bring every tenant to the migrations of this code."""

from typing import Any

from django.core.management import BaseCommand, CommandError, call_command

from lib.tenancy.fleet import migrate_behind


class Command(BaseCommand):
    help = "Prepares the platform and migrates every tenant that is behind; one that fails stops no other."

    def handle(self, *args: Any, **options: Any) -> None:
        # The template first: who signs up from now on begins at the new version.
        call_command("prepare", verbosity=options["verbosity"])
        failed = []
        migrated = 0
        for tenant, error in migrate_behind():
            if error is None:
                migrated += 1
                self.stdout.write(f"{tenant.subdomain}: migrated")
            else:
                failed.append(tenant.subdomain)
                self.stderr.write(self.style.ERROR(f"{tenant.subdomain}: {type(error).__name__}: {error}"))
        if options["verbosity"]:
            self.stdout.write(f"{migrated} migrated, {len(failed)} failed, the others were current.")
        if failed:
            raise CommandError(
                f"Not migrated, and closed to their people until they are: {', '.join(failed)}. "
                "Mend the cause named above and run this command again."
            )
