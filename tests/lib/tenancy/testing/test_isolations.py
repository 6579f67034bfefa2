import os

import pytest
from django.db import connections

from lib.tenancy.states import Isolation
from lib.tenancy.testing.isolations import isolations
from lib.tenancy.testing.marks import in_every_isolation
from lib.tenancy.testing.plugin import isolation_of

SCHEMA, DATABASE = Isolation.SCHEMA, Isolation.DATABASE


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("schema", [SCHEMA, SCHEMA, SCHEMA]),
        ("database", [DATABASE, DATABASE, DATABASE]),
        ("mixed", [SCHEMA, DATABASE, SCHEMA]),
    ],
)
def test_each_tenant_has_its_isolation(choice, expected):
    assert isolations(choice, ["a", "b", "c"]) == dict(zip("abc", expected, strict=True))


def test_an_unknown_choice_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match=r"'shared' is no isolation.*schema, database, mixed"):
        isolations("shared", ["a"])


def test_the_command_line_decides_where_nothing_else_is_said(request, isolation):
    assert isolation == request.config.getoption("isolation")


@pytest.mark.isolation("mixed")
def test_a_mark_decides_before_the_command_line(isolation):
    assert isolation == "mixed"


@pytest.mark.isolation("mixed")
@in_every_isolation
def test_a_parameter_decides_before_a_mark(request, isolation):
    assert isolation == request.node.callspec.params["isolation"]


@pytest.mark.isolation("schema")
def test_a_mark_with_a_slip_of_the_pen_stops_the_run(request):
    request.node.add_marker(pytest.mark.isolation("shema"), append=False)
    with pytest.raises(pytest.UsageError, match="'shema'"):
        isolation_of(request.node)


def test_each_worker_has_a_database_of_its_own(django_db_setup):
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    assert connections.settings["default"]["NAME"].startswith("test_")
    assert connections.settings["default"]["NAME"].endswith(worker)
