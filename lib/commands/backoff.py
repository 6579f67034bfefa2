"""How long to wait before a failure is tried again."""

import random

from lib.commands.registry import Command

_LEAST, _MOST = 0.5, 1.5


def retry_delay_seconds(command: Command, attempt: int) -> float:
    """Return the wait after the failure of try number `attempt`, counted from 1.

    It doubles with each, up to the command's maximum, and is then drawn between half of it and one and a
    half: jobs that failed together, as when a mail server was away, do not come back together.
    """
    # 2.0 ** 1100 is too large for a float, and no backoff needs it.
    doubled = command.backoff_seconds * 2.0 ** min(attempt - 1, 60)
    return min(doubled, command.max_backoff_seconds) * random.uniform(_LEAST, _MOST)  # noqa: S311 - no secret
