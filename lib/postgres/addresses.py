"""Where the database is: asked by settings at every start, so nothing heavy is imported here."""

import os
import re
from pathlib import Path

_DATABASE_URL_LINE = re.compile(
    r"^[ \t]*(?:export[ \t]+)?DATABASE_URL[ \t]*=[ \t]*(?P<url>[^\s#]\S*)", re.MULTILINE
)


def configured_url(project_dir: Path) -> str | None:
    """Return the DATABASE_URL of the environment, else of `.env`, else None.

    Whoever has set one has a PostgreSQL of their own: the embedded server is then not touched.
    """
    if url := os.environ.get("DATABASE_URL"):
        return url
    try:
        found = _DATABASE_URL_LINE.search((project_dir / ".env").read_text())
    except FileNotFoundError:
        return None
    return found["url"].strip("\"'") or None if found else None


def development_url(var_dir: Path) -> str | None:
    """Return the address of the running development server, or None when it is not running.

    Only a file is read. After a kill -9 the file may outlive the server; connecting then says so.
    """
    return read_url(var_dir / "postgres")


def read_url(server_dir: Path) -> str | None:
    """Return the address written by the server kept in `server_dir`, or None."""
    try:
        return (server_dir / "url").read_text().strip() or None
    except FileNotFoundError:
        return None
