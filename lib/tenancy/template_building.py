"""Make the tenant template when migrations have changed."""

from django.db import transaction

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.locks import hold_lock
from lib.tenancy.models import TenantTemplate
from lib.tenancy.template_dump import dump_template_schema
from lib.tenancy.template_schema import migrate_template_schema
from lib.tenancy.versions import current_version, known_migrations


def ensure_template() -> bool:
    """Make the template for the current version unless it is there; return whether it was made.

    Two processes never build at once: the second waits, and finds it done.
    """
    with transaction.atomic(using=MASTER_ALIAS):
        hold_lock("tenant-template", using=MASTER_ALIAS)
        templates = TenantTemplate.objects.using(MASTER_ALIAS)
        if templates.filter(version=current_version()).exists():
            return False
        migrate_template_schema()
        templates.create(
            version=current_version(), migrations=sorted(known_migrations()), sql=dump_template_schema()
        )
        return True
