"""CURVE: over tcp, supervisors hear those alone whose keys they know.

The supervisor has a pair of keys, and so has whoever sends. Each side knows the other's public key.
"""

from typing import Any

import zmq
from zmq.utils import z85

from lib.commands.conf import curve_clients, curve_key
from lib.commands.exceptions import DoorbellError

_ZAP_ADDRESS = "inproc://zeromq.zap.01"


def is_needed_at(address: str) -> bool:
    """Return whether strangers could reach the address."""
    return not address.startswith(("ipc://", "inproc://"))


def missing_settings(address: str, *, listens: bool) -> list[str]:
    """Return the settings that the address needs and that are empty."""
    if not is_needed_at(address):
        return []
    names = ["SERVER_SECRET_KEY", "CLIENTS"] if listens else ["SERVER_PUBLIC_KEY", "CLIENT_SECRET_KEY"]
    values = {"CLIENTS": curve_clients(), **{name: curve_key(name) for name in names if name != "CLIENTS"}}
    return [f"COMMANDS_CURVE_{name}" for name in names if not values[name]]


def require_keys(address: str, *, listens: bool) -> None:
    """Raise unless there are the keys that the address needs: a plain connection is never made in its place.

    Raises:
        DoorbellError: names the settings that are empty.
    """
    if missing := missing_settings(address, listens=listens):
        raise DoorbellError(
            f"The doorbell {address} needs keys, and {', '.join(missing)} is empty. Make them with: "
            "python manage.py command_keys"
        )


def identify_client(socket: Any) -> None:
    """Encrypt for the supervisor's key, and sign with ours."""
    secret = curve_key("CLIENT_SECRET_KEY").encode()
    socket.curve_secretkey = secret
    socket.curve_publickey = zmq.curve_public(secret)
    socket.curve_serverkey = curve_key("SERVER_PUBLIC_KEY").encode()


def identify_server(socket: Any) -> None:
    """Take part in CURVE as the supervisor."""
    socket.curve_secretkey = curve_key("SERVER_SECRET_KEY").encode()
    socket.curve_server = True
    socket.zap_domain = b"commands"


class Gate:
    """Answer ZeroMQ's question whether a key may enter (ZAP, RFC 27). Without it, any key might."""

    def __init__(self, context: "zmq.Context[Any]") -> None:
        self.socket = context.socket(zmq.REP)
        self.socket.bind(_ZAP_ADDRESS)
        self._allowed = {z85.decode(key) for key in curve_clients()}

    def answer(self) -> None:
        version, request, _domain, _address, _identity, mechanism, *credentials = self.socket.recv_multipart()
        is_allowed = mechanism == b"CURVE" and bool(credentials) and credentials[0] in self._allowed
        status = (b"200", b"OK") if is_allowed else (b"400", b"This key may not ring")
        self.socket.send_multipart([version, request, *status, b"", b""])
