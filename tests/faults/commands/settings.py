"""The project's settings, for workers of the tests: quicker to lose patience."""

import os

from config.settings import *  # noqa: F403

COMMANDS_LEASE_SECONDS = float(os.environ.get("TEST_LEASE_SECONDS", "30"))
COMMANDS_POLL_SECONDS = float(os.environ.get("TEST_POLL_SECONDS", "0.2"))
COMMANDS_CONFIRM_SECONDS = 1.0
