"""ZeroMQ: one PUSH socket for each supervisor and process. Nothing waits, whether or not somebody listens.

Not PUB and SUB: there the first message after connecting is lost.
"""

import logging
import math
from threading import Lock

import zmq

from lib.commands.bells import curve
from lib.commands.conf import bell_addresses, bell_bind

logger = logging.getLogger(__name__)

_HIGH_WATER_MARK = 100
# Longer than any doorbell, because a smaller limit refuses the handshake of CURVE too, silently.
_MAX_MESSAGE_BYTES = 1024
_MOST_AT_ONCE = 1000


class ZmqBell:
    def __init__(self, addresses: list[str]) -> None:
        for address in addresses:
            curve.require_keys(address, listens=False)
        self._context = zmq.Context()
        self._context.linger = 0
        self._lock = Lock()  # a socket belongs to one thread at a time
        self._sockets = [self._connected(address) for address in addresses]

    def ring(self) -> None:
        """Ring at every supervisor. With nobody there some rings are kept, and the rest are dropped."""
        with self._lock:
            for socket in self._sockets:
                try:
                    socket.send(b"", zmq.DONTWAIT)
                except zmq.Again:
                    continue

    def close(self) -> None:
        self._context.destroy(linger=0)

    def _connected(self, address: str) -> "zmq.Socket[bytes]":
        socket = self._context.socket(zmq.PUSH)
        socket.sndhwm = _HIGH_WATER_MARK
        if curve.is_needed_at(address):
            curve.identify_client(socket)
        socket.connect(address)
        return socket


class ZmqListener:
    def __init__(self, address: str) -> None:
        curve.require_keys(address, listens=True)
        self._address = address
        self._is_bound = self._has_complained = False
        self._context = zmq.Context()
        self._context.linger = 0
        self._gate = curve.Gate(self._context) if curve.is_needed_at(address) else None
        self._socket = self._context.socket(zmq.PULL)
        self._socket.maxmsgsize = _MAX_MESSAGE_BYTES
        if self._gate:
            curve.identify_server(self._socket)

    def wait(self, timeout_seconds: float, interrupt: int) -> int:
        self._ensure_bound()
        poller = zmq.Poller()
        poller.register(interrupt, zmq.POLLIN)
        poller.register(self._socket, zmq.POLLIN)
        if self._gate:
            poller.register(self._gate.socket, zmq.POLLIN)
        events = dict(poller.poll(math.ceil(max(timeout_seconds, 0) * 1000)))
        if self._gate and self._gate.socket in events:
            self._gate.answer()
        return self._heard() if self._socket in events else 0

    def close(self) -> None:
        self._context.destroy(linger=0)

    def _heard(self) -> int:
        for heard in range(_MOST_AT_ONCE):
            try:
                self._socket.recv(zmq.DONTWAIT)
            except zmq.Again:
                return heard
        return _MOST_AT_ONCE

    def _ensure_bound(self) -> None:
        """Bind, or try again at the next call: a supervisor that is stopping may still have the address."""
        if self._is_bound:
            return
        try:
            self._socket.bind(self._address)
        except zmq.ZMQError as error:
            if not self._has_complained:
                logger.info(
                    "The doorbell %s is taken (%s): looking at the table meanwhile", self._address, error
                )
            self._has_complained = True
        else:
            self._is_bound = True


def make_bell() -> ZmqBell:
    return ZmqBell(bell_addresses())


def make_listener() -> ZmqListener:
    return ZmqListener(bell_bind())
