"""The development server, with a question about migrations that it can answer."""

from typing import Any

from django.conf import settings
from whitenoise.runserver_nostatic.management.commands import runserver

from apps.demo.companies import DEMO_COMPANIES, DEMO_PASSWORD
from apps.demo.listening import InheritingServer
from apps.demo.serving import serving
from lib.tenancy.fleet import provisioned_tenants
from lib.tenancy.urls import tenant_origin, www_url


class Command(runserver.Command):
    server_cls = InheritingServer

    def run(self, **options: Any) -> None:
        # Around the reloader, so that the port is known while it starts the server anew.
        with serving(settings.SERVING_DIR, int(self.port)):
            super().run(**options)

    def on_bind(self, server_port: int) -> None:
        """Print addresses that lead somewhere: 127.0.0.1 is nobody's host."""
        self.stdout.write("\n".join(["", *_addresses(), "", "Ready. Stop with Ctrl-C.", ""]))
        # Whoever waits for these lines in a file or through a pipe would wait until the server ends.
        self.stdout.flush()

    def check_migrations(self) -> None:
        """Name the companies whose migrations are behind: there is no one database to compare with."""
        behind = [tenant.subdomain for tenant in provisioned_tenants() if tenant.is_behind]
        if behind:
            self.stdout.write(
                self.style.NOTICE(
                    f"Behind on migrations: {', '.join(behind)}. Run: python manage.py migrate_tenants"
                )
            )


def _addresses() -> list[str]:
    lines = [f"  {'Terrace':<12} {www_url()}"]
    if settings.DEBUG:
        lines.append(f"  {'Mail':<12} {www_url('mailbox:index')}")
    for demo in DEMO_COMPANIES:
        lines.append(f"  {demo.company_name:<12} {tenant_origin(demo.subdomain)}/")
        lines += [f"    sign in as {email}, password {DEMO_PASSWORD}" for _, email in demo.members]
    return lines
