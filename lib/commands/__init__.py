"""Commands that run elsewhere: `send_command("send_email", to, subject)`.

The call is a row of the master schema, written in the sender's own transaction, so that it runs if and only
if that commits. A worker is woken by a doorbell without content, and looks at the table anyway.
"""

from lib.commands.batches import call_for, send_batch
from lib.commands.current import current_job, report_progress
from lib.commands.exceptions import GiveUp
from lib.commands.registry import Scope, command
from lib.commands.sending import send_command, sending

__all__ = [
    "GiveUp",
    "Scope",
    "call_for",
    "command",
    "current_job",
    "report_progress",
    "send_batch",
    "send_command",
    "sending",
]
