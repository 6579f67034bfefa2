"""The tests of the Django that is installed: they come with its source distribution only."""

import subprocess
import sys
import tarfile
from pathlib import Path

import django


def ensure_tests(folder: Path) -> Path:
    """Return the folder of Django's tests, downloaded into `folder` unless it is there."""
    source = folder / f"django-{django.__version__}"
    if not source.exists():
        folder.mkdir(parents=True, exist_ok=True)
        print(f"Downloading the source distribution of Django {django.__version__}.", flush=True)
        wanted = f"Django=={django.__version__}"
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-binary", ":all:", "--no-deps"]
        found = subprocess.run([*pip, "--dest", folder, wanted], check=False)  # noqa: S603 - fixed words
        if found.returncode:
            sys.exit(
                f"Django's tests come with its source only, and pip could not download {wanted}. It says "
                "why above. It needs a network, or a package index that has the source distribution."
            )
        _unpack(folder / f"{source.name}.tar.gz", folder)
    return source / "tests"


def _unpack(archive: Path, folder: Path) -> None:
    # In a folder of its own first: a half-unpacked one would never be unpacked again.
    unfinished = folder / "unfinished"
    with tarfile.open(archive) as tar:
        tar.extractall(unfinished, filter="data")
    (inner,) = unfinished.iterdir()
    inner.rename(folder / inner.name)
    unfinished.rmdir()
