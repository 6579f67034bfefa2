"""The rules of the house that a reader relies on: who may know whom, which words, how long a file may be."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Downwards: each may import those before it, and itself. An app that nothing should know comes last.
APPS = [
    "companies",
    "events",
    "accounts",
    "contacts",
    "files",
    "dashboard",
    "mailbox",
    "signup",
    "www",
    "demo",
]
# Rooms of lib stand alone, so that each could be lifted out.
LIB_KNOWS: dict[str, set[str]] = {
    "commands": {"tenancy"},  # a job belongs to a tenant: docs/why.md
    "spreadsheets": {"forms"},  # which characters take no ink
}

MAX_LINES = 200
# A file that outgrew the limit, with the reason why it is still one file.
LONG_FILES = {
    "config/settings.py": "settings are one file",
}
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "misc", "stuff", "lib", "base_utils"}


def sources(*folders):
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / line for line in listed.stdout.splitlines() if line.endswith(".py")]
    return [path for path in paths if path.exists() and "migrations" not in path.parts]


def relative(path):
    return str(path.relative_to(ROOT))


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def room(module):
    return module.split(".")[1] if module.count(".") else module


@pytest.mark.parametrize("path", sources("lib"), ids=relative)
def test_lib_imports_nothing_of_ours_and_its_rooms_stand_alone(path):
    own_room = path.relative_to(ROOT / "lib").parts[0]
    for module in imports(path):
        top = module.split(".")[0]
        assert top not in ("apps", "config", "tests"), f"lib may not know {module}"
        if top == "lib" and room(module) != own_room:
            assert room(module) in LIB_KNOWS.get(own_room, set()), f"{own_room} may not know {module}"


@pytest.mark.parametrize("path", sources("apps"), ids=relative)
def test_apps_import_downwards(path):
    own = path.relative_to(ROOT / "apps").parts[0]
    if own == "__init__.py":
        return
    allowed = APPS[: APPS.index(own) + 1]
    for module in imports(path):
        top = module.split(".")[0]
        assert top not in ("config", "tests"), f"apps may not know {module}"
        if top == "apps":
            assert room(module) in allowed, f"{own} may not know {module}: see the order in APPS"


@pytest.mark.parametrize("path", sources("apps", "config", "lib"), ids=relative)
def test_a_file_can_be_read_in_one_sitting(path):
    lines = len(path.read_text().splitlines())
    assert lines <= MAX_LINES or relative(path) in LONG_FILES, f"{lines} lines: which name is missing?"


@pytest.mark.parametrize("path", sources("apps", "config", "lib", "tests"), ids=relative)
def test_a_name_says_what_is_in_it(path):
    assert not VAGUE_NAMES & {path.stem}, "ask what is in it"


@pytest.mark.parametrize("path", sources("apps", "config", "lib"), ids=relative)
def test_functions_are_short(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = len((ast.get_docstring(node) or "").splitlines())
            length = (node.end_lineno or node.lineno) - node.lineno + 1 - docstring
            assert length <= 40, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", sources("lib"), ids=relative)
def test_lib_says_tenant(path):
    if path.name == "reserved.py":  # a list of words, this one among them
        return
    assert not re.search(r"\bcompan(y|ies)\b", path.read_text(), re.IGNORECASE), "in lib we say tenant"


@pytest.mark.parametrize("path", sources("apps"), ids=relative)
def test_apps_say_company(path):
    # What is asked of lib has lib's names; what apps define themselves has theirs.
    defined = re.findall(r"^\s*(?:def|class) (\w+)", path.read_text(), re.MULTILINE)
    assert [name for name in defined if "tenant" in name.lower()] == []


def test_people_read_workspace():
    for template in (ROOT / "templates").rglob("*.html"):
        text = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}|<[^>]*>", " ", template.read_text(), flags=re.DOTALL)
        assert not re.search(r"\btenants?\b", text, re.IGNORECASE), f"{relative(template)} says tenant"


@pytest.mark.parametrize("path", sources("lib"), ids=relative)
def test_public_functions_of_lib_say_what_they_do(path):
    if path.name == "__main__.py":
        return
    for node in ast.parse(path.read_text()).body:
        is_public = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
        # A name is enough for a few lines, for system checks (their messages say it) and for pytest's hooks.
        if is_public and not node.name.startswith(("check_", "pytest_")) and len(node.body) > 2:
            assert ast.get_docstring(node), f"{node.name} has no docstring"


def test_pages_hold_no_inline_script_style_or_handler():
    for template in (ROOT / "templates").rglob("*.html"):
        text = template.read_text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)", text), relative(template)
