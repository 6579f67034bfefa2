"""The example of docs/howto/test.md works as it is written there, with nothing of ours around it."""

import re

from tests.suites import ROOT, run_suite

_BLOCK = re.compile(r"^```python\n# (\w+\.py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_example_works_in_each_isolation(django_db_setup, tmp_path):
    files = dict(_BLOCK.findall((ROOT / "docs/howto/test.md").read_text()))
    assert set(files) == {"conftest.py", "test_contacts.py"}
    assert len(files["test_contacts.py"].strip().splitlines()) <= 20
    example = files["test_contacts.py"]
    for choice in ("database", "mixed"):
        mark = f'import pytest\n\npytestmark = pytest.mark.isolation("{choice}")\n'
        files[f"test_{choice}.py"] = mark + example
    for name, code in files.items():
        (tmp_path / name).write_text(code)
    assert "3 passed" in run_suite(tmp_path, database="terrace_howto")
