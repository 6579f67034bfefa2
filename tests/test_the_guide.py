"""docs/howto/add-an-app.md, followed to the letter in a copy of the tree, as a newcomer would."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import new_database

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "howto" / "add-an-app.md"
NOT_COPIED = shutil.ignore_patterns(".venv", "var", ".*_cache", ".hypothesis", "__pycache__")

BLOCK = r"\n\n```\w+\n(?P<{}>(?:(?!```)[^\n]*\n)+)```"
STEP = re.compile(
    rf"In `(?P<changed>[\w./]+)`, below `(?P<anchor>[^`\n]+)`[^\n]*, add:{BLOCK.format('added')}"
    rf"|`(?P<written>[\w./]+)`(?: anew)?:{BLOCK.format('text')}"
    r"|^    (?P<command>\S[^\n]*)",
    re.MULTILINE,
)


@pytest.fixture
def environment(django_db_setup: None) -> Iterator[dict[str, str]]:
    """A database for the copy's tests, on the server of ours, and none of the variables of this run."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    with new_database("guide") as url:
        yield inherited | {"DATABASE_URL": url}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


def run(command: str, checkout: Path, environment: dict[str, str]) -> str:
    # `make` would install requirements, over the network.
    command = command.replace("make migrations", ".venv/bin/python manage.py makemigrations")
    done = subprocess.run(
        ["sh", "-c", command], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def add(path: Path, anchor: str, text: str) -> None:
    lines = path.read_text().splitlines(keepends=True)
    position = next(number for number, line in enumerate(lines) if anchor in line)
    lines.insert(position + 1, text)
    path.write_text("".join(lines))


def follow(guide: str, checkout: Path, environment: dict[str, str]) -> list[str]:
    """Do what the guide says, step by step; return what its commands printed."""
    printed = []
    for step in STEP.finditer(guide):
        if step["changed"]:
            add(checkout / step["changed"], step["anchor"], step["added"])
        elif step["written"]:
            write(checkout / step["written"], step["text"])
        else:
            printed.append(run(step["command"], checkout, environment))
    return printed


def test_who_follows_the_guide_has_an_app_whose_tests_pass(checkout, environment):
    guide, _, _ = GUIDE.read_text().partition("## What to keep in mind")
    printed = follow(guide, checkout, environment)
    own, enumerating = [text for text in printed if "passed" in text]
    assert own.startswith(".....")
    assert len(re.findall(r"\d+ passed", enumerating)) == 1
    assert (checkout / "apps/invoices/migrations/0001_initial.py").exists()
    for command in (
        ".venv/bin/python -m ruff check apps/invoices tests/apps/invoices",
        ".venv/bin/python -m ruff format --check apps/invoices/[!m]*.py tests/apps/invoices",
        ".venv/bin/python -m mypy apps/invoices",
        ".venv/bin/python -m pytest -q tests/test_docs.py",
        ".venv/bin/python -m pytest -q tests/test_architecture.py -k invoices",
    ):
        run(command, checkout, environment)
