"""One embedded PostgreSQL server: started, adopted, repaired, stopped."""

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from lib.postgres.accounts import choose_account, refuse_foreign_data
from lib.postgres.addresses import read_url
from lib.postgres.cluster import ensure_cluster
from lib.postgres.database import APPLICATION, Administration
from lib.postgres.exceptions import StartError, StopError
from lib.postgres.files import make_folder, read_or_make_secret, write_private
from lib.postgres.locks import locked
from lib.postgres.ports import choose_port
from lib.postgres.processes import Postmaster, find_postmaster, identity_option, is_alive, start_detached
from lib.postgres.programs import program
from lib.postgres.settings import DEVELOPMENT, TESTS

START_TIMEOUT_SECONDS = 60.0  # recovery after a kill -9 replays the log first
STOP_TIMEOUT_SECONDS = 20.0
_POLL_SECONDS = 0.01


@dataclass(frozen=True)
class EmbeddedServer:
    """A PostgreSQL server with all it has in one folder: `data/`, `log`, `port`, `url`, two passwords."""

    server_dir: Path
    settings: Mapping[str, str]

    @property
    def data_dir(self) -> Path:
        return self.server_dir / "data"

    @property
    def url(self) -> str | None:
        """The application's address while the server runs."""
        return read_url(self.server_dir)

    def is_running(self) -> bool:
        postmaster = find_postmaster(self.data_dir)
        return postmaster is not None and postmaster.is_ready

    def ensure_running(self) -> str:
        """Start the server unless it runs, see to the application's login and database, return their address.

        A server left over by a killed run is adopted. Two processes may call this at the same time.

        Raises:
            EmbeddedServerError: one of its kinds, each with what to do.
        """
        with self.locked():
            return self.ensure_running_while_locked()

    def ensure_running_while_locked(self) -> str:
        postmaster = self._adopt() or self._start()
        administration = Administration(
            port=postmaster.port or 0, password=read_or_make_secret(self.server_dir / "superuser-password")
        )
        password = read_or_make_secret(self.server_dir / "password")
        administration.ensure_login(password)
        administration.ensure_database()
        url = f"postgres://{APPLICATION}:{password}@127.0.0.1:{postmaster.port}/{APPLICATION}"
        write_private(self.server_dir / "url", url)
        return url

    def stop(self) -> bool:
        """Stop the server whoever uses it; return whether it ran."""
        if not self.server_dir.exists():
            return False
        with self.locked():
            return self.stop_while_locked()

    def stop_while_locked(self) -> bool:
        (self.server_dir / "url").unlink(missing_ok=True)
        if (postmaster := find_postmaster(self.data_dir)) is None:
            return False
        # At SIGINT PostgreSQL writes everything down but waits for nobody; SIGQUIT is its emergency stop.
        for stop_signal in (signal.SIGINT, signal.SIGQUIT):
            with suppress(ProcessLookupError):
                os.kill(postmaster.pid, stop_signal)
            if _ends_within(STOP_TIMEOUT_SECONDS, postmaster.pid):
                return True
        raise StopError(postmaster.pid, STOP_TIMEOUT_SECONDS)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold this server's state for ourselves: one starts or stops it at a time."""
        refuse_foreign_data(self.server_dir, self.data_dir)
        make_folder(self.server_dir)
        with locked(self.server_dir / "lock"):
            yield

    def _adopt(self) -> Postmaster | None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while postmaster := find_postmaster(self.data_dir):
            if postmaster.is_ready:
                return postmaster
            if time.monotonic() > deadline:
                raise self._start_error(f"process {postmaster.pid} stays in the state {postmaster.status!r}.")
            time.sleep(_POLL_SECONDS)
        return None

    def _start(self) -> Postmaster:
        account = choose_account(self.server_dir, self.data_dir)
        ensure_cluster(self.data_dir, self.server_dir / "superuser-password", account)
        # No postmaster serves this folder, so the file is a leftover. PostgreSQL itself would refuse to start
        # if another process of the same user has been given the number that is in it.
        (self.data_dir / "postmaster.pid").unlink(missing_ok=True)
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while True:
            try:
                return self._start_once([*account.prefix, program("postgres")])
            except StartError as error:
                if not _is_worth_another_try(error) or time.monotonic() > deadline:
                    raise
            time.sleep(0.2)

    def _start_once(self, postgres: list[str | Path]) -> Postmaster:
        port = choose_port(self.server_dir / "port")
        options = [f"--{name}={value}" for name, value in {**self.settings, "port": str(port)}.items()]
        log_path = self.server_dir / "log"
        if log_path.exists():
            log_path.replace(self.server_dir / "log.previous")
        command = [*postgres, "-D", self.data_dir, identity_option(self.data_dir), *options]
        pid = start_detached(command, output=log_path, directory=self.server_dir)
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while is_alive(pid):
            postmaster = find_postmaster(self.data_dir)
            if postmaster and postmaster.is_ready:
                return postmaster
            if time.monotonic() > deadline:
                raise self._start_error(f"it is not ready after {START_TIMEOUT_SECONDS:.0f} s.")
            time.sleep(_POLL_SECONDS)
        raise self._start_error("its process ended.")

    def _start_error(self, reason: str) -> StartError:
        return StartError(reason, self.server_dir / "log")


def development_server(var_dir: Path) -> EmbeddedServer:
    """Return the server `make run` works on; its data survives."""
    return EmbeddedServer(var_dir / "postgres", DEVELOPMENT)


def testing_server(var_dir: Path) -> EmbeddedServer:
    """Return the server the tests work on, which is fast because nothing in it need survive a power cut."""
    return EmbeddedServer(var_dir / "postgres-test", TESTS)


def _ends_within(timeout_seconds: float, pid: int) -> bool:
    deadline = time.monotonic() + timeout_seconds
    while is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _is_worth_another_try(error: StartError) -> bool:
    # Somebody took the port after we had looked; or processes of a killed server are still ending.
    return "could not bind" in error.log_end or "shared memory block" in error.log_end
