"""The small files beside the data: passwords, port, address."""

import os
import secrets
from pathlib import Path


def make_folder(path: Path) -> None:
    """Make a folder and those above it; as root, give them to whoever owns the folder they are made in."""
    if path.exists():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    give_to_owner_of(path.parent, path)


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner may read; a reader sees the former text or the new, never a part."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.touch(mode=0o600)
    partial.write_text(text)
    give_to_owner_of(path.parent, partial)
    partial.replace(path)


def read_or_make_secret(path: Path) -> str:
    """Return the random password kept in a file, made when there is none; it needs no quoting in a URL."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(24))
    return path.read_text()


def give_to_owner_of(folder: Path, path: Path) -> None:
    """As root, give a file to whoever owns a folder, so that the same person can work on without root."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
