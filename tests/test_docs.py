"""What the documents name exists, and what exists and matters is named."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TREES = ("apps", "benchmarks", "bin", "config", "docs", "lib", "public", "templates", "tests")

# Places that documents speak of before they exist: made by running, or by following a how-to.
NOT_THERE_YET = re.compile(r"apps/invoices\b|(templates|tests/apps)/invoices/|<")

A_PATH = re.compile(rf"`((?:{'|'.join(TREES)})/[^`\s:]*)`")
A_LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
A_MAKE_COMMAND = re.compile(r"(?:`|^    (?:  )?(?:    )?)make ([a-z-]+)", re.MULTILINE)
A_DJANGO_COMMAND = re.compile(r"manage\.py ([a-z_]+)(?: acme ([a-z_]+))?")
A_TEST = re.compile(r"`(test_[a-z0-9_]+)`")
A_VARIABLE = re.compile(r'env\.\w+\(\s*"([A-Z_]+)"')
A_VARIABLE_OF_THE_EXAMPLE = re.compile(r"^(?:# )?([A-Z_]+)=", re.MULTILINE)
A_SETTING = re.compile(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`")
A_CHECK = re.compile(r"`((?:tenancy|forms|commands)\.[EW]\d{3})`")

# Settings and privileges that are Django's or the system's, and which we leave as they are.
OF_OTHERS = {"ATOMIC_REQUESTS", "CAP_DAC_OVERRIDE"}

everywhere = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def read(path: str | Path) -> str:
    return (ROOT / path).read_text()


def source_of(*trees: str) -> str:
    return "\n".join(path.read_text() for tree in trees for path in sorted((ROOT / tree).rglob("*.py")))


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))


@everywhere
def test_every_path_exists(document):
    named = [path for path in A_PATH.findall(read(document)) if not NOT_THERE_YET.search(path)]
    assert [path for path in named if not (ROOT / path).exists()] == []


@everywhere
def test_every_link_leads_somewhere(document):
    links = [link for link in A_LINK.findall(read(document)) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []


@everywhere
def test_every_make_command_exists(document):
    assert set(A_MAKE_COMMAND.findall(read(document))) <= make_targets()


@everywhere
def test_every_management_command_exists(document):
    named = {command for commands in A_DJANGO_COMMAND.findall(read(document)) for command in commands}
    assert named - {""} <= set(get_commands())


@everywhere
def test_every_command_line_works_as_it_is_copied(document):
    assert re.findall(r"^ {4,}(?:python3? .*|manage\.py .*)", read(document), re.MULTILINE) == []


@everywhere
def test_every_test_that_is_named_exists(document):
    written = set(re.findall(r"def (test_[a-z0-9_]+)", source_of("tests")))
    assert set(A_TEST.findall(read(document))) <= written


@everywhere
def test_every_setting_and_check_that_is_named_exists(document):
    code = source_of("config", "apps", "lib", "tests")
    named = {*A_SETTING.findall(read(document)), *A_CHECK.findall(read(document))} - OF_OTHERS
    assert {name for name in named if not re.search(rf"\b{re.escape(name)}\b", code)} == set()


def test_the_example_lists_the_variables_that_the_settings_read():
    listed = A_VARIABLE_OF_THE_EXAMPLE.findall(read(".env.example"))
    assert sorted(listed) == sorted(set(A_VARIABLE.findall(read("config/settings.py"))))


def test_the_map_names_every_room():
    rooms = {
        f"{tree}/{folder.name}"
        for tree in ("apps", "lib")
        for folder in (ROOT / tree).iterdir()
        if (folder / "__init__.py").exists()
    }
    assert rooms <= set(re.findall(r"`((?:apps|lib)/\w+)`", read("README.md")))


def test_every_hazard_that_is_handled_names_the_test_that_shows_it():
    lines = [line for line in read("docs/reference/hazards.md").splitlines() if line.startswith("| ")]
    hazards = [line.strip("| ").split(" | ", 2) for line in lines if not line.startswith("| hazard ")]
    assert len(hazards) > 80
    for hazard, handling, *shown in hazards:
        assert re.match(r"(handled|in part|documented|not |no: |by code)", handling), hazard
        if handling.startswith(("handled", "in part")):
            assert A_TEST.search(f"{handling} {shown}") or "`make " in shown[0], f"{hazard}: which test?"


def test_every_dependency_has_its_reason():
    for requirements in ("requirements.txt", "requirements-dev.txt"):
        packages = re.findall(r"^([\w-]+)==", read(requirements), re.MULTILINE)
        assert packages
        assert [name for name in packages if name not in read("docs/why.md")] == []


def test_the_version_is_the_first_heading_of_the_changelog():
    first = re.search(r"^## (?!Unreleased)(.*)$", read("CHANGELOG.md"), re.MULTILINE)
    assert first
    assert re.fullmatch(r"\d+\.\d+\.\d+ \(\d{4}-\d{2}-\d{2}\)", first[1])


def test_the_readme_and_the_automatic_run_test_alike():
    script = ROOT / ".ci" / "run"
    if not script.exists():
        pytest.skip("There is no .ci/run in this checkout.")
    assert "    make test\n" in read("README.md")
    assert re.search(r"\bmake test\b", script.read_text())


def test_the_applications_tests_are_run_in_each_isolation():
    makefile = read("Makefile")
    schemas = re.search(r"^test:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    databases = re.search(r"^test-slow:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert schemas
    assert databases
    assert "--isolation" not in schemas[1]
    assert "tests/apps --isolation database" in databases[1]
    assert "make test-slow" in read(".ci/run")


def test_pictures_are_small():
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs" / "img").glob("*.png")}
    assert sizes
    assert {name for name, size in sizes.items() if size > 200_000} == set()
