"""Content Security Policy under the names Django 6 gives it. Delete it, and its middleware, at Django 6.2.

Then `from django.utils.csp import CSP` and `django.middleware.csp.ContentSecurityPolicyMiddleware` take over;
SECURE_CSP and SECURE_CSP_REPORT_ONLY in the settings stay as they are. Nonces are left out: we have no
inline script or style.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import TypeAlias

Policy: TypeAlias = Mapping[str, Collection[str] | str | bool | None]


class CSP(StrEnum):
    HEADER_ENFORCE = "Content-Security-Policy"
    HEADER_REPORT_ONLY = "Content-Security-Policy-Report-Only"

    NONE = "'none'"
    SELF = "'self'"
    UNSAFE_INLINE = "'unsafe-inline'"


def build_policy(config: Policy) -> str:
    """Return the header's value. None and False leave a directive out, True leaves it without a value."""
    directives = []
    for directive, values in config.items():
        if values is None or values is False:
            continue
        directives.append(f"{directive} {_sources(values)}".rstrip())
    return "; ".join(directives)


def _sources(values: Collection[str] | str | bool) -> str:
    if isinstance(values, bool):
        return ""
    if isinstance(values, str):
        return str(values)
    # Sets are sorted, so that the header does not change from one process to the next.
    return " ".join(sorted(values) if isinstance(values, set | frozenset) else values)
