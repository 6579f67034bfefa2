"""One contestant's process: it does what it reads, a line of JSON each, and answers with a line.

It imports Django and the contestant alone, so it also runs where Terrace's requirements are not installed.
"""

import gc
import itertools
import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections

django.setup()
_handler = WSGIHandler()
_turn = itertools.count()


def furnish(companies: int) -> None:
    """Make the tables, the companies and their rows."""
    folder = sys.argv[1]
    import_module(f"{folder}.furnish").furnish(companies)


def visit(path: str, companies: int, times: int, warm_up: int) -> tuple[list[int], int]:
    """Ask for the page at `path`, at one company after the other, first some times to warm up.

    Return the nanoseconds of each request, and those of processors for all: of this process and PostgreSQL's.
    """
    for _ in range(warm_up):
        _request(companies, path)
    began = _processor_ns()
    lasted = [_request(companies, path) for _ in range(times)]
    return lasted, _processor_ns() - began


def settle() -> None:
    """Let what was loaded until now be looked at by no collection of garbage."""
    gc.collect()
    gc.freeze()


def _processor_ns() -> int:
    opened = [each.connection for each in connections.all(initialized_only=True) if each.connection]
    # While a session waits for its next statement, the kernel's count of its time is exact.
    sessions = [Path(f"/proc/{connection.get_backend_pid()}/schedstat") for connection in opened]
    return time.process_time_ns() + sum(int(session.read_text().split()[0]) for session in sessions)


def _request(companies: int, path: str) -> int:
    environ = _environ(f"company-{next(_turn) % companies}.localhost", path)
    statuses: list[str] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        statuses.append(status)
        return bytes

    began = time.perf_counter_ns()
    response = _handler(environ, start_response)
    b"".join(response)
    response.close()
    lasted = time.perf_counter_ns() - began
    assert statuses == ["200 OK"], statuses
    return lasted


def _environ(host: str, path: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": host,
        "HTTP_USER_AGENT": "Mozilla/5.0",
        "HTTP_ACCEPT": "text/html",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


ORDERS: dict[str, Callable[..., Any]] = {"furnish": furnish, "visit": visit, "settle": settle}


def main() -> None:
    for line in sys.stdin:
        order, arguments = json.loads(line)
        print(json.dumps(ORDERS[order](**arguments)), flush=True)


if __name__ == "__main__":
    main()
