"""Each defect is planted on a real server, named with its cure, and gone when the cure was run as it is."""

import re
import shlex

import pytest
from django.core.management import call_command
from django.db import connections

from tests.lib.tenancy.doctor.defects import DEFECTS, names_of

A_COMMAND = re.compile(r"python manage\.py ([^\n]*?)(?= && |$)", re.MULTILINE)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.finding)
def test_a_defect_is_named_with_a_cure_that_mends_it(defect, patient):
    names = names_of(patient)
    if callable(defect.plant):
        defect.plant()
    else:
        patient.run(defect.plant.format(**names), defect.database.format(**names))
    left = None
    try:
        found = [finding for finding in patient.findings() if finding.name == defect.finding]
        assert any(defect.says in finding.what and finding.tenant == defect.tenant for finding in found), (
            found
        )
        for finding in found:
            cure(finding, patient)
        left = patient.findings()
        if "other findings" not in found[0].cure:
            assert defect.finding not in {finding.name for finding in left}
    finally:
        left = recover(patient, left, defect.afterwards.format(**names))
    assert "\n".join(map(str, left)) == ""


def cure(finding, patient):
    if finding.database:
        patient.run(finding.cure, finding.database)
        return
    for command in A_COMMAND.findall(finding.cure):
        name, *words = shlex.split(command)
        options = {} if name in ("tenant", "shell", "restore_login") else {"verbosity": 0}
        call_command(name, *words, **options)


def recover(patient, left, afterwards):
    """Bring the installation to health by its own doctor, as defects cause others; return what is left."""
    connections.close_all()
    if afterwards:
        patient.run(afterwards)
        left = None
    for _ in range(3):
        left = patient.findings() if left is None else left
        for finding in left:
            cure(finding, patient)
        if not left:
            return left
        left = None
    return patient.findings()
