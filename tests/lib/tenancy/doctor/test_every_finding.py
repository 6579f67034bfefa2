"""Every finding there is, tomorrow's included, is tried by a test and explained in the documents."""

import re
from pathlib import Path

import pytest

from lib.tenancy.doctor import examination
from lib.tenancy.doctor.findings import KINDS

HERE = Path(__file__).parent
PAGE = Path(__file__).parents[4] / "docs" / "howto" / "watch-the-walls.md"
# A finding's line has its severity behind its name; those of options have not.
A_FINDING = re.compile(r"\| `[a-z-]+` \| (error|warning) \|")

assert examination.examine  # it imports them all


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_finding_is_tried_and_explained(name):
    tests = "\n".join(path.read_text() for path in HERE.glob("*.py") if path != Path(__file__))
    assert f'"{name}"' in tests
    (line,) = [line for line in PAGE.read_text().splitlines() if line.startswith(f"| `{name}` |")]
    severity, meaning, cure = [cell.strip() for cell in line.split("|")[2:5]]
    assert severity == KINDS[name].severity
    assert len(meaning) > 20
    assert len(cure) > 10


def test_the_page_names_no_finding_that_is_gone():
    named = {line.split("`")[1] for line in PAGE.read_text().splitlines() if A_FINDING.match(line)}
    assert named == set(KINDS)
