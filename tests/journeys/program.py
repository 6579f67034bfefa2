"""The program as it is in production: gunicorn, DEBUG off, a database of its own, real mail."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from lib.postgres.ports import choose_port
from tests.journeys.mail import Mailbox, MailServer

PROJECT_DIR = Path(__file__).parents[2]
START_TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Program:
    port: int
    mailbox: Mailbox

    def url(self, subdomain: str = "www", path: str = "/") -> str:
        return f"http://{subdomain}.localhost:{self.port}{path}"


@contextmanager
def running_program(folder: Path) -> Iterator[Program]:
    """Run the program around the block, on a fresh database in which Acme and Globex live already."""
    port = choose_port(folder / "port")
    with MailServer() as mail_server, database() as database_url:
        environment = {
            **os.environ,
            "DEBUG": "false",
            "SECRET_KEY": secrets.token_hex(),
            "BASE_URL": f"http://localhost:{port}",
            "DATABASE_URL": database_url,
            "CACHE_URL": "dbcache://cache_entry",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}",
            "STATIC_ROOT": str(folder / "static"),
            "TRUSTED_PROXY_COUNT": "0",
            # A warning must not stop the program, as it stops a test.
            "PYTHONWARNINGS": "default",
        }
        for words in (
            ["manage.py", "prepare"],
            ["manage.py", "collectstatic", "--no-input"],
            ["-m", "tests.journeys.furnishing"],
        ):
            run([sys.executable, *words], environment, folder / "log")
        with gunicorn(port, environment, folder / "log"):
            yield Program(port, mail_server.mailbox)
        mail_server.shutdown()


@contextmanager
def database() -> Iterator[str]:
    """Make a database around the block, owned by the login that the tests have."""
    url = urlsplit(os.environ["DATABASE_URL"])
    name = f"journeys_{os.getpid()}"
    with closing(psycopg2.connect(url.geturl())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {name}")
            yield url._replace(path=f"/{name}").geturl()
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def gunicorn(port: int, environment: dict[str, str], log: Path) -> Iterator[None]:
    words = ["config.wsgi", f"--bind=127.0.0.1:{port}", "--threads=4", "--no-control-socket"]
    with log.open("ab") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *words],
            cwd=PROJECT_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until_ready(server, port, log)
        yield
    finally:
        server.terminate()
        server.wait(START_TIMEOUT_SECONDS)
    assert "Traceback" not in log.read_text(), log.read_text()


def wait_until_ready(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while status(port) != 200:
        assert server.poll() is None, f"gunicorn ended:\n{log.read_text()}"
        assert time.monotonic() < deadline, f"gunicorn does not answer:\n{log.read_text()}"
        time.sleep(0.05)


def status(port: int) -> int | None:
    with closing(HTTPConnection("127.0.0.1", port, timeout=START_TIMEOUT_SECONDS)) as connection:
        try:
            connection.request("GET", "/", headers={"Host": f"www.localhost:{port}"})
            return connection.getresponse().status
        except ConnectionError:
            return None


def run(command: list[str], environment: dict[str, str], log: Path) -> None:
    with log.open("ab") as output:
        ended = subprocess.run(
            command,
            cwd=PROJECT_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    assert ended.returncode == 0, f"{' '.join(command)} failed:\n{log.read_text()}"
