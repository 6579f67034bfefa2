"""Tell systemd how we are (sd_notify), if it started us."""

import os
import socket


def notify(message: str) -> None:
    """Send `READY=1` and its like to the socket that systemd names; without one, do nothing."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        # A leading @ stands for the NUL of an abstract name.
        sender.connect("\0" + address[1:] if address.startswith("@") else address)
        sender.sendall(message.encode())
