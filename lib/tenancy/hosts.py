"""Read the Host header: two strings in, one out, no database."""

import re

from lib.tenancy.exceptions import MalformedHostError, UnknownHostError

MAX_HOST_CHARACTERS = 253
PUBLIC_LABEL = "www"

# Host names of RFC 1123: letters, digits and inner hyphens. Underscores, user:password@, a second colon,
# IPv6 brackets, a trailing dot and everything outside ASCII are no address of this site.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?P<name>{_LABEL}(?:\.{_LABEL})*)(?::(?P<port>[0-9]{{1,5}}))?", re.ASCII)


def host_name(host: str) -> str:
    """Return the lower-case name in a raw Host header, without its port.

    Raises:
        MalformedHostError: it is empty, too long or not a host name.
    """
    # The length first: a pattern never sees ten thousand characters.
    match = _HOST.fullmatch(host.lower()) if len(host) <= MAX_HOST_CHARACTERS + len(":65535") else None
    if match is None or len(match["name"]) > MAX_HOST_CHARACTERS or int(match["port"] or 0) > 65535:
        raise MalformedHostError(host)
    return match["name"]


def subdomain_of(host: str, base_domain: str) -> str | None:
    """Return the subdomain named by a Host header, or None for the public site.

    `host` is the raw header: any letter case, with or without a port.
    `base_domain` is lower case, without a leading dot.

    Raises:
        MalformedHostError: `host` is not a host name.
        UnknownHostError: `host` is not `base_domain` or one label below it.

    Source: RFC 9110 section 7.2 for the header, RFC 1123 section 2.1 for names.
    """
    name = host_name(host)
    if name == base_domain:
        return None
    label, dot, rest = name.partition(".")
    if not dot or rest != base_domain:
        raise UnknownHostError(name, base_domain)
    return None if label == PUBLIC_LABEL else label
