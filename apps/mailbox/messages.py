"""Read the messages that apps.mailbox.backend wrote. What is in them may be anything."""

import email
import email.errors
import email.header
import re
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from django.conf import settings

NAME = re.compile(r"[0-9]{8}T[0-9]{12}-[0-9a-f]{8}\.eml", re.ASCII)
SHOWN_HEADERS = ("From", "To", "Cc", "Reply-To", "Date")
MAX_LISTED = 200
MAX_SHOWN_CHARACTERS = 200_000


@dataclass(frozen=True)
class Attachment:
    name: str
    content_type: str
    size_bytes: int


class StoredMessage:
    """One message, by its file name."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self._message = email.message_from_bytes(content)

    @property
    def subject(self) -> str:
        return self.header("Subject")

    @property
    def to(self) -> str:
        return self.header("To")

    @property
    def date(self) -> str:
        return self.header("Date")

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, value) for name in SHOWN_HEADERS if (value := self.header(name))]

    @property
    def text(self) -> str:
        return self._body("text/plain")

    @property
    def html(self) -> str:
        return self._body("text/html")

    @property
    def attachments(self) -> list[Attachment]:
        return [
            Attachment(part.get_filename() or "unnamed", part.get_content_type(), len(payload_of(part)))
            for part in self._message.walk()
            if part.get_content_disposition() == "attachment"
        ]

    def header(self, name: str) -> str:
        """Return a header as a person reads it, empty if there is none."""
        value = self._message.get(name, "")
        try:
            return readable(str(email.header.make_header(email.header.decode_header(value))))
        except (LookupError, ValueError, email.errors.MessageError):
            return readable(str(value))  # an encoding nobody knows: show it as it came

    def _body(self, content_type: str) -> str:
        for part in self._message.walk():
            if part.get_content_type() == content_type and part.get_content_disposition() != "attachment":
                return decoded(part)[:MAX_SHOWN_CHARACTERS]
        return ""


def list_messages() -> list[StoredMessage]:
    """Return the newest messages, newest first."""
    names = sorted((path.name for path in folder().glob("*.eml")), reverse=True)
    found = (find_message(name) for name in names[:MAX_LISTED])
    return [message for message in found if message is not None]


def find_message(name: str) -> StoredMessage | None:
    """Return the message of that file name, or None: there is none, or the name is not one of ours."""
    if not NAME.fullmatch(name):
        return None
    try:
        return StoredMessage(name, (folder() / name).read_bytes())
    except FileNotFoundError:
        return None


def folder() -> Path:
    return Path(settings.MAILBOX_DIR)


def payload_of(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def decoded(part: Message) -> str:
    charset = part.get_content_charset() or "utf-8"
    try:
        return readable(payload_of(part).decode(charset, "replace"))
    except LookupError:
        return payload_of(part).decode("utf-8", "replace")


def readable(text: str) -> str:
    """Replace what cannot be sent to a browser: Python keeps bytes that were no text as surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8")
