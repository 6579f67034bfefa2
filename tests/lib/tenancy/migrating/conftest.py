import pytest

from apps.companies.models import Company
from lib.tenancy.migrating.choice import Choice
from lib.tenancy.migrating.runs import Run, Terms
from lib.tenancy.migrating.targets import Target
from lib.tenancy.models import TenantTemplate
from lib.tenancy.provisioning import provisioning
from lib.tenancy.template_building import ensure_template
from lib.tenancy.versions import current_version
from tests.lib.tenancy.migrating.releases import Releases, forget_releases, forget_versions

# They serve all tests, and stay at the version of the code.
CAST = ("acme", "globex")


@pytest.fixture(scope="module")
def template_of_the_code(django_db_setup, django_db_blocker):
    """Make the template schema anew when all tests of a file are done: releases make theirs of it."""
    yield
    with django_db_blocker.unblock():
        TenantTemplate.objects.using("master").all().delete()
        ensure_template()


@pytest.fixture
def releases(template_of_the_code, tmp_path, settings, monkeypatch, real_transactions):
    """The contacts app with the migrations that a test adds to it."""
    version = current_version()
    monkeypatch.syspath_prepend(tmp_path)
    yield Releases(tmp_path, settings)
    settings.MIGRATION_MODULES = {}
    forget_versions()
    forget_releases(version)


@pytest.fixture
def found(real_transactions):
    """`found("initech")` makes a company that is there until the test is over."""

    def make(subdomain, **fields):
        company = Company(
            subdomain=subdomain,
            company_name=subdomain,
            contact_name="Peter",
            contact_email="p@x.example",
            **fields,
        )
        with provisioning(company):
            pass
        return company

    return make


@pytest.fixture
def migrate(real_transactions):
    """`migrate()` migrates all but the cast and returns the reports by subdomain."""

    def run(*words, fake=False, terms=None, **choice):
        target = Target(*words, is_fake=fake)
        run = Run(Choice(target, exclude=CAST, **choice), terms or Terms())
        return {report.subdomain: report for report in run.migrate()}

    return run


@pytest.fixture
def released(releases):
    """Make the template of the newest release, as `prepare` does."""

    def make(*operations, **options):
        name = releases.add(*operations, **options)
        ensure_template()
        return name

    return make
