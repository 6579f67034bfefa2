"""Django's admin works unchanged in both isolations: its suite runs with the admin installed."""

from tests.suites import run_suite


def test_the_admin_works_in_each_isolation(django_db_setup):
    said = run_suite(
        "--ds=tests.isolation.with_admin.settings",
        "tests/isolation/with_admin/suite.py",
        database="terrace_admin",
    )
    # Ten tests in two isolations: nobody has turned one off.
    assert "20 passed" in said
