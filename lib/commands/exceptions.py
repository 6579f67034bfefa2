"""One error per cure: each says what happened, with which value, and what to do next."""

from collections.abc import Iterable


class CommandsError(Exception):
    """Base of everything this package raises."""


class UnknownCommandError(CommandsError):
    """Raised when a command is sent, or claimed, that nobody has registered."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"{name!r} is not a command that may be sent. Register a function with @command in the module "
            f"`commands` of an app, or a management command in COMMANDS_MANAGEMENT. Registered are: "
            f"{', '.join(sorted(known)) or 'none'}."
        )


class CommandExistsError(CommandsError):
    """Raised when two commands have one name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is a command {name!r} already. Give one of them another name: @command(name=...)."
        )


class UnknownQueueError(CommandsError):
    """Raised when a job is sent to a queue that no worker would serve."""

    def __init__(self, queue: str, known: Iterable[str]) -> None:
        super().__init__(
            f"There is no queue {queue!r}, so nobody would run the job. Name it in COMMANDS_QUEUES, or use "
            f"one of: {', '.join(known)}."
        )


class PayloadError(CommandsError):
    """Raised when arguments cannot travel as JSON, or are too long."""

    def __init__(self, command: str, problem: str) -> None:
        super().__init__(
            f"The arguments of {command!r} cannot be sent: {problem}. Send keys, numbers and texts, and let "
            "the command read the rest from the database."
        )


class ForgedJobError(CommandsError):
    """Raised when a row was not written by us, or was altered since. It is not run."""

    def __init__(self, job: object) -> None:
        super().__init__(
            f"The job {job} carries a signature that SECRET_KEY did not make: somebody else wrote or altered "
            "its row, or the key was changed. In the latter case put the old one into SECRET_KEY_FALLBACKS "
            "and try the job again."
        )


class GiveUp(CommandsError):  # noqa: N818 - a command says `raise GiveUp("...")`
    """To be raised by a command that would fail again: it goes to the failed ones at once."""


class JobCancelled(CommandsError):  # noqa: N818 - named after what has happened
    """Raised inside a command, by `report_progress`, when somebody has cancelled its job."""


class LostJobError(CommandsError):
    """Raised when a job's end is refused, as its worker was taken for dead; its effects are rolled back."""


class NoJobError(CommandsError):
    """Raised when something of the current job is asked for while none runs."""

    def __init__(self, doing: str) -> None:
        super().__init__(f"No job is running here, so {doing} has no job to speak of.")


class DoorbellError(CommandsError):
    """Raised when the settings name no doorbell, or one that is not safe."""
