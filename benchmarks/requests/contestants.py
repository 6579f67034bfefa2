"""Who is compared, and what each needs on the server."""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.places import PASSWORD

COMPANIES = 40
# As many as a thread keeps connections to databases of companies' own.
DATABASES = 4
# Encrypts passwords of databases that live as long as the run.
_KEY = "YmVuY2htYXJrLWJlbmNobWFyay1iZW5jaG1hcmstMTI="


@dataclass(frozen=True)
class Contestant:
    """One column of the result."""

    title: str
    folder: str
    login: str
    companies: int = COMPANIES
    # What differs between the runs of Terrace.
    tenancy: dict[str, Any] = field(default_factory=dict)
    python: Path = Path(sys.executable)

    def environment(self, port: int) -> dict[str, str]:
        """Return what the contestant's settings read."""
        return {
            "DJANGO_SETTINGS_MODULE": f"benchmarks.requests.{self.folder}.settings",
            "BENCHMARK_LOGIN": self.login,
            "BENCHMARK_PASSWORD": PASSWORD,
            "BENCHMARK_PORT": str(port),
            "BENCHMARK_TENANCY": json.dumps({"TENANCY_KEYS": [_KEY], **self.tenancy}),
        }


PLAIN = Contestant("plain Django", "plain", "cost_plain", companies=1)
ROLES = Contestant("Terrace", "terrace", "cost_roles", tenancy={"TENANCY_ROLES": True})
OURS = [
    ROLES,
    Contestant("Terrace without roles", "terrace", "cost_paths", tenancy={"TENANCY_ROLES": False}),
    Contestant(
        "Terrace, databases",
        "terrace",
        "cost_bases",
        companies=DATABASES,
        tenancy={"TENANCY_ISOLATION": "database", "TENANCY_MAX_DATABASES_PER_THREAD": DATABASES},
    ),
]


def django_tenants(python: Path) -> Contestant:
    """Return the contestant that runs in an environment of its own."""
    return Contestant("django-tenants", "django_tenants", "cost_others", python=python)
