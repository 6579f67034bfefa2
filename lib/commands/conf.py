"""The settings of this package, typed and read when used."""

import hashlib
from typing import Any

from django.conf import settings

DEFAULT_QUEUE = "default"


def engine() -> str:
    """Return who runs commands: `worker`, or `inline` for tests, where the sender does after its commit."""
    return str(getattr(settings, "COMMANDS_ENGINE", "worker"))


def queues() -> list[str]:
    """Return the queues there are. Others are refused at sending, since nobody would serve them."""
    return list(getattr(settings, "COMMANDS_QUEUES", [DEFAULT_QUEUE]))


def management_commands() -> dict[str, dict[str, Any]]:
    """Return the management commands that may be sent, each with its options as `@command` takes them."""
    return dict(getattr(settings, "COMMANDS_MANAGEMENT", {}))


def schedule() -> dict[str, dict[str, Any]]:
    """Return the entries of the schedule by name: `cron`, `command`, and optionally more."""
    return dict(getattr(settings, "COMMANDS_SCHEDULE", {}))


def max_payload_bytes() -> int:
    """Return how long a job's arguments may be as JSON: they are for keys, not for files."""
    return int(getattr(settings, "COMMANDS_MAX_PAYLOAD_BYTES", 64 * 1024))


def tenant_limit() -> int:
    """Return how many jobs of one tenant may run at a time, or 0 for no limit."""
    return int(getattr(settings, "COMMANDS_TENANT_LIMIT", 0))


def poll_seconds() -> float:
    """Return how often a supervisor looks at the table though no doorbell rang."""
    return float(getattr(settings, "COMMANDS_POLL_SECONDS", 1.0))


def lease_seconds() -> float:
    """Return after how long without a sign of life the jobs of a worker are given to others."""
    return float(getattr(settings, "COMMANDS_LEASE_SECONDS", 30.0))


def grace_seconds() -> float:
    """Return how long a worker that is told to stop lets running jobs go on."""
    return float(getattr(settings, "COMMANDS_GRACE_SECONDS", 25.0))


def confirm_seconds() -> float:
    """Return after how long a job whose sender has not confirmed it is looked into."""
    return float(getattr(settings, "COMMANDS_CONFIRM_SECONDS", 5.0))


def alert_seconds() -> float:
    """Return for how long a failure of the same command and kind is not mailed again."""
    return float(getattr(settings, "COMMANDS_ALERT_SECONDS", 3600.0))


def keep_days() -> int:
    """Return how long jobs that went well, or were cancelled, stay listed."""
    return int(getattr(settings, "COMMANDS_KEEP_DAYS", 7))


def keep_dead_days() -> int:
    """Return how long failed jobs stay listed, and can be tried again."""
    return int(getattr(settings, "COMMANDS_KEEP_DEAD_DAYS", 30))


def doorbell() -> str:
    """Return how workers are woken: `zmq`, `notify`, or `none`, when they find out by polling."""
    return str(getattr(settings, "COMMANDS_DOORBELL", "zmq"))


def bell_addresses() -> list[str]:
    """Return the addresses of all supervisors, which a sender rings."""
    return list(getattr(settings, "COMMANDS_BELL_ADDRESSES", [])) or [own_address()]


def bell_bind() -> str:
    """Return the address this machine's supervisor listens at."""
    return str(getattr(settings, "COMMANDS_BELL_BIND", "")) or own_address()


def curve_key(name: str) -> str:
    """Return the key COMMANDS_CURVE_<name>, or an empty text."""
    return str(getattr(settings, f"COMMANDS_CURVE_{name}", ""))


def curve_clients() -> list[str]:
    """Return the public keys of those who may ring over tcp."""
    return list(getattr(settings, "COMMANDS_CURVE_CLIENTS", []))


def own_address() -> str:
    """Return the address for one machine: a socket without a file, whose name is this installation's own.

    The path of a socket file may not exceed 107 bytes, and a checkout may lie deeper.
    """
    # Not the server's address: one process may reach it through a pooler, and another past it.
    installation = f"{settings.SECRET_KEY}:{settings.DATABASES['default']['NAME']}"
    return f"ipc://@commands-{hashlib.sha256(installation.encode()).hexdigest()[:32]}"
