"""The environment of django-tenants: its own, so that nothing of it gets into ours."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

THEIR_VERSION = "4.0.1"


def ensure_environment(folder: Path) -> Path:
    """Return the Python that has django-tenants, installed into `folder` unless it is there."""
    python = folder / "bin" / "python"
    done = folder / f"has-{THEIR_VERSION}"
    if not done.exists():
        print(f"Installing django-tenants {THEIR_VERSION} into {folder}.", flush=True)
        # The same Django and the same driver as ours.
        same = [f"{name}=={version(name)}" for name in ("Django", "psycopg2-binary")]
        wanted = [f"django-tenants=={THEIR_VERSION}", *same]
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)  # noqa: S603 - fixed words
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run(pip + wanted, check=True)  # noqa: S603 - fixed words
        done.touch()
    return python
