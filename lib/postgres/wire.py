"""A proxy in front of PostgreSQL that counts what crosses the wire."""

import socket
import threading
from types import TracebackType
from typing import Self


class CountingProxy:
    """Pass bytes on to a server, counting the messages of the simple protocol that a client sends.

    Each `Query` is one round trip: psycopg2 waits for its answer before it sends the next.
    """

    def __init__(self, host: str, port: int) -> None:
        self.server = (host, port)
        self.messages: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(self.server)
            threading.Thread(target=self._forward, args=(client, server), daemon=True).start()
            threading.Thread(target=self._copy, args=(server, client), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        """Copy the client's bytes, cutting them into messages: a type byte, a length, a body."""
        buffer = b""
        started = False
        while chunk := _receive(client):
            buffer += chunk
            while True:
                # The first messages, of the start-up, have no type byte.
                offset = 1 if started else 0
                if len(buffer) < offset + 4:
                    break
                length = offset + int.from_bytes(buffer[offset : offset + 4], "big")
                if len(buffer) < length:
                    break
                message, buffer = buffer[:length], buffer[length:]
                if started and message[:1] == b"Q":
                    self.messages.append(message[5:-1])
                # An SSL or GSS request comes before the start-up proper, whose code is protocol 3.
                started = started or message[4:6] == b"\0\3"
            # Passed on when it is counted: the answer must not be back before.
            server.sendall(chunk)
        server.close()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        while chunk := _receive(source):
            try:
                target.sendall(chunk)
            except OSError:
                return
        target.close()


def _receive(source: socket.socket) -> bytes:
    try:
        return source.recv(65536)
    except OSError:
        return b""
