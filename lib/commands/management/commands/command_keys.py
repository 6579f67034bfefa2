"""Make the keys with which workers on other machines are woken."""

from typing import Any

import zmq
from django.core.management import BaseCommand


class Command(BaseCommand):
    help = "Prints new keys for a doorbell over tcp, as lines for .env: which go where, it says as well."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        server_public, server_secret = (key.decode() for key in zmq.curve_keypair())
        client_public, client_secret = (key.decode() for key in zmq.curve_keypair())
        self.stdout.write(
            "# On machines that run a worker:\n"
            f"COMMANDS_CURVE_SERVER_SECRET_KEY='{server_secret}'\n"
            "# ... the public keys of those who may ring, separated by spaces:\n"
            f"COMMANDS_CURVE_CLIENTS='{client_public}'\n"
            "# On machines that send commands (a worker does too):\n"
            f"COMMANDS_CURVE_SERVER_PUBLIC_KEY='{server_public}'\n"
            f"COMMANDS_CURVE_CLIENT_SECRET_KEY='{client_secret}'"
        )
