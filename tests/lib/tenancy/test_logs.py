import logging

import pytest

from lib.tenancy.context import no_tenant, tenant_context
from lib.tenancy.logs import TenantAdminEmailHandler, TenantFilter
from lib.tenancy.tenants import Tenant

ACME = Tenant(subdomain="acme", schema="acme_1")


def record():
    return logging.makeLogRecord({"msg": "broke", "levelname": "ERROR", "levelno": logging.ERROR})


def stamped(made):
    assert TenantFilter().filter(made)
    return made.tenant


def test_a_record_names_its_tenant_or_none():
    with tenant_context(ACME):
        assert stamped(record()) == "acme"
    with no_tenant():
        assert stamped(record()) == "-"


def test_a_record_that_is_written_elsewhere_keeps_its_tenant():
    made = record()
    with tenant_context(ACME):
        stamped(made)
    with no_tenant():
        assert stamped(made) == "acme"


@pytest.mark.parametrize(("tenant", "expected"), [(ACME, "acme"), (None, "-")])
def test_a_mail_about_an_error_names_its_tenant(settings, mailoutbox, tenant, expected):
    settings.ADMINS = [("Alice", "alice@example.com")]
    with tenant_context(tenant) if tenant else no_tenant():
        TenantAdminEmailHandler().handle(record())
    assert f"[{expected}] ERROR" in mailoutbox[0].subject
