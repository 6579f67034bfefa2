"""A mail server that keeps what it is given, so that a journey can read its code."""

import email
import email.policy
import re
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import cast

CODE = re.compile(r"^ {4}([A-Z0-9]{4}-[A-Z0-9]{4})$", re.MULTILINE)
TIMEOUT_SECONDS = 10


@dataclass
class Mailbox:
    """All mail the program has sent, oldest first."""

    messages: list[EmailMessage] = field(default_factory=list)

    def newest_to(self, address: str, *, count: int = 1) -> str:
        """Wait until `count` messages have gone to the address, and return the text of the last."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while len(found := [each for each in self.messages if each["To"] == address]) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} mails have come for {address}."
            time.sleep(0.02)
        return str(found[-1].get_content())

    def newest_code_to(self, address: str, *, count: int = 1) -> str:
        found = CODE.search(self.newest_to(address, count=count))
        assert found, f"The newest mail to {address} holds no code."
        return found[1]


class Conversation(StreamRequestHandler):
    """What RFC 5321 asks of the simplest server."""

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            match line[:4].upper():
                case b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    self._keep_message()
                    self.wfile.write(b"250 kept\r\n")
                case b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                case _:
                    self.wfile.write(b"250 fine\r\n")

    def _keep_message(self) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        content = b"".join(line.removeprefix(b".") for line in lines)
        message = email.message_from_bytes(content.replace(b"\r\n", b"\n"), policy=email.policy.default)
        cast(MailServer, self.server).mailbox.messages.append(cast(EmailMessage, message))


class MailServer(ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.mailbox = Mailbox()
        self.port: int = self.server_address[1]
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
