"""The doctor's report: for people, short when all is well, and for programs."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from lib.tenancy.doctor.findings import Finding, Severity
from lib.tenancy.doctor.scope import Installation

STATUS_WELL, STATUS_WARNINGS, STATUS_ERRORS = 0, 1, 2


def status_of(findings: Sequence[Finding]) -> int:
    """Return the exit status: 0 for nothing, 1 for warnings alone, 2 for errors."""
    if any(finding.severity == Severity.ERROR for finding in findings):
        return STATUS_ERRORS
    return STATUS_WARNINGS if findings else STATUS_WELL


def as_json(findings: Sequence[Finding], installation: Installation | None) -> str:
    """Return one object: `status`, `findings` with their fields, and `proved` with its counts."""
    return json.dumps(
        {
            "status": status_of(findings),
            "findings": [asdict(finding) for finding in findings],
            "proved": dict(installation.proved) if installation else {},
        },
        indent=2,
    )


def lines_of(finding: Finding) -> Iterator[str]:
    """Yield a finding as people read it: what is wrong and where, then its cure, ready to be copied."""
    where = ", ".join(
        filter(None, (f"server {finding.server}", finding.tenant and f"tenant {finding.tenant}"))
    )
    yield f"{finding.severity.upper()} {finding.name} ({where})"
    yield f"  {finding.what}"
    yield f"  Mend it in the database {finding.database!r}:" if finding.database else "  Mend it:"
    yield from (f"    {line}" for line in finding.cure.splitlines())


def summary_of(findings: Sequence[Finding], installation: Installation | None) -> Iterator[str]:
    """Yield what was proved, with counts, and how much was found."""
    for what, count in installation.proved.items() if installation else ():
        yield f"{count:>6} {what}"
    errors = sum(finding.severity == Severity.ERROR for finding in findings)
    warnings = len(findings) - errors
    yield (
        f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}." if findings else "Nothing is wrong."
    )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
