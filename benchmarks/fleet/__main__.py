"""`make bench`: measure, and write docs/benchmarks.md. `--quick` measures few companies."""

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path

from benchmarks.fleet.contestants import ROOT, ours, theirs
from benchmarks.fleet.course import Course, Work
from benchmarks.fleet.environment import ensure_environment
from benchmarks.fleet.limit import Limit, connected
from benchmarks.fleet.releases import Releases
from benchmarks.fleet.report import write
from benchmarks.fleet.sizes import QUICK, WHOLE, Sizes
from lib.postgres.server import EmbeddedServer
from lib.postgres.settings import DEVELOPMENT

_FOLDER = ROOT / "var" / "benchmarks"
_DATABASES = ("bench_ours", "bench_theirs", "bench_limit")


def main() -> None:
    parser = argparse.ArgumentParser(description="Compares how companies are made and migrated.")
    parser.add_argument("--quick", action="store_true", help="measure few, and leave the page alone")
    quick = parser.parse_args().quick
    python = ensure_environment(_FOLDER / "django-tenants")
    # From nothing each time: companies of another run would be measured along.
    server = EmbeddedServer(_FOLDER / "postgres", DEVELOPMENT)
    server.stop()
    shutil.rmtree(server.server_dir, ignore_errors=True)
    shutil.rmtree(_FOLDER / "releases", ignore_errors=True)
    try:
        page = _FOLDER / "quick.md" if quick else ROOT / "docs" / "benchmarks.md"
        print(_measure(server.ensure_running(), python, QUICK if quick else WHOLE, page))
    finally:
        server.stop()
        shutil.rmtree(server.server_dir, ignore_errors=True)


def _measure(url: str, python: Path, sizes: Sizes, page: Path) -> str:
    urls = {name: url.rpartition("/")[0] + f"/{name}" for name in _DATABASES}
    with connected(url) as cursor:
        for name in _DATABASES:
            cursor.execute(f"CREATE DATABASE {name}")
    releases = Releases(_FOLDER / "releases")
    folder = _FOLDER / "releases"
    course = Course(
        ours(urls["bench_ours"], folder), theirs(python, urls["bench_theirs"], folder), releases, sizes
    )
    prepared = course.prepare()
    with connected(urls["bench_limit"]) as cursor:
        cursor.execute(f'GRANT CREATE ON DATABASE bench_limit TO "{prepared["owner"]}"')
    limit = Limit(
        urls["bench_limit"],
        template=prepared["sql"],
        template_schema=prepared["schema"],
        owner=prepared["owner"],
    )
    works: list[Work] = []
    steps: list[Callable[[], Work]] = [
        lambda: course.provision(limit),
        lambda: course.provision_databases(limit),
        lambda: course.add_columns(limit),
        course.run_code,
        lambda: course.nothing_to_do(limit, urls["bench_ours"]),
    ]
    for step in steps:
        works.append(step())
        print(works[-1], flush=True)
    return write(page, works, course.memory(), sizes)


if __name__ == "__main__":
    main()
