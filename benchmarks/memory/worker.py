"""One worker: it makes companies, or visits them and prints how its memory grows.

python -m benchmarks.memory.worker furnish COMPANIES
python -m benchmarks.memory.worker visit COUNT...
"""

import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

import django
from django.db import close_old_connections, connections

django.setup()

from django.core.management import call_command  # noqa: E402

from apps.accounts.members import create_verified_member  # noqa: E402 - models need Django to be set up
from apps.accounts.models import User  # noqa: E402
from apps.companies.models import Company  # noqa: E402
from apps.contacts.models import Contact, Organisation  # noqa: E402
from lib.tenancy.context import tenant_context  # noqa: E402
from lib.tenancy.provisioning import provisioning  # noqa: E402
from lib.tenancy.testing import client_of  # noqa: E402

_PAGES = ("/", "/contacts/", "/organisations/", "/contacts/new/")


def furnish(companies: int) -> None:
    call_command("prepare", verbosity=0)
    for number in range(companies):
        fields = {"company_name": "Acme", "contact_name": "Alice", "contact_email": "alice@acme.example"}
        with provisioning(Company(subdomain=f"company-{number}", **fields)):
            create_verified_member(full_name="Alice", email="alice@acme.example", password="!")  # noqa: S106
            home = Organisation.objects.create(name="Initech")
            Contact.objects.create(last_name="Gibbons", organisation=home)
        close_old_connections()


def visit(counts: list[int]) -> dict[str, Any]:
    """Return, for each count of companies, the megabytes of this process and of its largest session."""
    # Two visits first: what the program itself needs is loaded by them.
    _visit(0), _visit(0)
    lines, largest, visited = [], 0.0, 0
    first_ms, second_ms = [], []
    for count in counts:
        for number in range(visited, count):
            first_ms.append(_visit(number))
            second_ms.append(_visit(number))
            largest = max(largest, _session_mb())
            # As a server does between two requests; the test client leaves it out.
            close_old_connections()
            connections.close_idle()  # type: ignore[attr-defined]
        visited = count
        gc.collect()
        lines.append({"companies": count, "python": _mb("self"), "session": largest})
    return {"lines": lines, "first_ms": _middle(first_ms), "second_ms": _middle(second_ms)}


def _visit(number: int) -> float:
    company = Company.objects.get(subdomain=f"company-{number}")
    with tenant_context(company):
        alice = User.objects.get(email="alice@acme.example")
        client = client_of(company, alice)
    began = time.perf_counter()
    for page in _PAGES:
        assert client.get(page).status_code == 200
    return (time.perf_counter() - began) * 1000


def _session_mb() -> float:
    """Return the megabytes of the largest of PostgreSQL's processes that serve this one."""
    opened = [each.connection for each in connections.all(initialized_only=True) if each.connection]
    return max(_mb(str(connection.get_backend_pid())) for connection in opened)


def _mb(process: str) -> float:
    # What is the process's alone: without the buffers that all of PostgreSQL's processes share.
    status = Path(f"/proc/{process}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("RssAnon:")]
    return int(line.split()[1]) / 1024


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


if __name__ == "__main__":
    order, *numbers = sys.argv[1:]
    if order == "furnish":
        furnish(int(numbers[0]))
    else:
        print(json.dumps(visit([int(number) for number in numbers])))
