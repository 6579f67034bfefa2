"""Log records, and mails about errors, that name their tenant."""

import logging

from django.utils.log import AdminEmailHandler

from lib.tenancy.context import find_current_tenant

NO_TENANT = "-"


class TenantFilter(logging.Filter):
    """Set `record.tenant` to the current tenant's subdomain, or to `-`. Never fails, never drops a record.

    A record that has a tenant keeps it: one that is written by another thread, as by a QueueListener, was
    stamped where it was made, if the QueueHandler has this filter. So does `extra={"tenant": ...}`.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "tenant"):
            record.tenant = _tenant_name()
        return True


class TenantAdminEmailHandler(AdminEmailHandler):
    """Mail errors to ADMINS, with the tenant in front of the subject, where a mail program sorts by it."""

    def format_subject(self, subject: str) -> str:
        return f"[{_tenant_name()}] {super().format_subject(subject)}"


def _tenant_name() -> str:
    tenant = find_current_tenant()
    return tenant.subdomain if tenant else NO_TENANT
