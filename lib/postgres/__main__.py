"""The embedded PostgreSQL from the command line: python -m lib.postgres --help."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from lib.postgres import configured_url, leases
from lib.postgres.exceptions import EmbeddedServerError
from lib.postgres.processes import find_postmaster
from lib.postgres.programs import MAJOR_VERSION, program
from lib.postgres.server import EmbeddedServer, development_server

PROJECT_DIR = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.run
    try:
        return command(options)
    except EmbeddedServerError as error:
        print(error, file=sys.stderr)
        return 1


def run_exec(options: argparse.Namespace) -> int:
    words = _words(options)
    if not words:
        print("Name the command to run: python -m lib.postgres exec -- COMMAND ...", file=sys.stderr)
        return 2
    # Whoever has set DATABASE_URL, here or in .env, has a server of their own.
    if configured_url(PROJECT_DIR) is None:
        os.environ["DATABASE_URL"] = _use_until_the_end()
    return _become(words)


def run_psql(options: argparse.Namespace) -> int:
    url = configured_url(PROJECT_DIR) or _use_until_the_end()
    return _become([str(program("psql")), url, *_words(options)])


def run_start(options: argparse.Namespace) -> int:
    leases.start_for_good(_server())
    return run_status(options)


def run_stop(options: argparse.Namespace) -> int:
    print("Stopped." if leases.stop(_server()) else "It was not running.")
    return 0


def run_status(options: argparse.Namespace) -> int:
    postmaster = find_postmaster(_server().data_dir)
    if postmaster is None:
        print("PostgreSQL is not running. Start it with: make run")
        return 3  # as init scripts say "not running"
    print(f"PostgreSQL is {postmaster.status} on 127.0.0.1:{postmaster.port} (process {postmaster.pid}).")
    return 0


def run_url(options: argparse.Namespace) -> int:
    if (url := configured_url(PROJECT_DIR) or _server().url) is None:
        print("PostgreSQL is not running. Start it with: make run", file=sys.stderr)
        return 3
    print(url)
    return 0


def run_keep(options: argparse.Namespace) -> int:
    leases.keep(EmbeddedServer(options.server_dir, {}))
    return 0


def _use_until_the_end() -> str:
    lease = leases.use(_server())
    print(
        f"PostgreSQL {MAJOR_VERSION} runs on {lease.address}, its data is in var/postgres.", file=sys.stderr
    )
    # The program we are about to become goes on holding the lock.
    os.set_inheritable(lease.descriptor, True)
    return lease.url


def _words(options: argparse.Namespace) -> list[str]:
    words: list[str] = options.words
    return words[1:] if words[:1] == ["--"] else words


def _become(words: list[str]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execvp(words[0], words)  # noqa: S606 - running what it was given is what this command is for
    except OSError as error:
        print(f"{words[0]} cannot be run: {error.strerror}.", file=sys.stderr)
        return 127


def _server() -> EmbeddedServer:
    return development_server(PROJECT_DIR / "var")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lib.postgres", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], int], summary: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=summary, description=summary)
        command.set_defaults(run=run)
        return command

    for name, run, summary in (
        ("exec", run_exec, "Run a command with DATABASE_URL set; the server stops after its last user."),
        ("psql", run_psql, "Open PostgreSQL's own prompt as the application."),
    ):
        add(name, run, summary).add_argument("words", nargs=argparse.REMAINDER, metavar="-- WORDS")
    add("start", run_start, "Start the server and leave it running.")
    add("stop", run_stop, "Stop the server, whoever uses it.")
    add("status", run_status, "Say whether the server runs.")
    add("url", run_url, "Print the application's DATABASE_URL.")
    add("keep", run_keep, "Stop a server when nobody uses it any more (started by the others).").add_argument(
        "server_dir", type=Path
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
