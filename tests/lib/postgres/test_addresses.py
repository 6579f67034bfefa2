from pathlib import Path

import pytest

from lib.postgres import configured_url


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("DATABASE_URL=postgres://a/b", "postgres://a/b"),
        ('export DATABASE_URL = "postgres://a/b"', "postgres://a/b"),
        ("# DATABASE_URL=postgres://a/b", None),
        ("DATABASE_URL=\nOTHER=1", None),
        ("OLD_DATABASE_URL=postgres://a/b", None),
        ("", None),
    ],
)
def test_it_reads_the_address_from_the_env_file(tmp_path: Path, monkeypatch, line, expected):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / ".env").write_text(f"DEBUG=1\n{line}\n")
    assert configured_url(tmp_path) == expected


def test_the_environment_wins_over_the_env_file(tmp_path: Path, monkeypatch):
    (tmp_path / ".env").write_text("DATABASE_URL=postgres://file\n")
    monkeypatch.setenv("DATABASE_URL", "postgres://environment")
    assert configured_url(tmp_path) == "postgres://environment"


def test_nothing_is_configured_without_either(tmp_path: Path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert configured_url(tmp_path) is None
