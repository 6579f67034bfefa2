"""Put outgoing mail into a folder where apps.mailbox shows it, in place of sending it."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Write one .eml file per message into settings.MAILBOX_DIR."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAILBOX_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            write_message(folder, message)
        return len(email_messages)


def write_message(folder: Path, message: EmailMessage) -> Path:
    """Write a message under a name that sorts by time, complete or not at all."""
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
    unfinished = folder / f".{name}.part"
    unfinished.write_bytes(message.message().as_bytes())
    # A reader, or another process that writes at the same time, never sees half a message.
    return unfinished.rename(folder / name)
