"""Encrypt the passwords of tenants' logins anew."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.encryption import encrypt_anew
from lib.tenancy.exceptions import EncryptionKeyError
from lib.tenancy.models import get_tenant_model


class Command(BaseCommand):
    help = "Encrypts tenants' passwords with the first of TENANCY_KEYS, so that the others can be taken away."

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = get_tenant_model()._default_manager.using(MASTER_ALIAS).exclude(database_pwd="")
        count = 0
        for tenant in tenants:
            try:
                tenant.database_pwd = encrypt_anew(tenant.database_pwd)
            except EncryptionKeyError as error:
                raise CommandError(f"{tenant.subdomain}: {error}") from error
            tenant.save(using=MASTER_ALIAS, update_fields=["database_pwd"])
            count += 1
        self.stdout.write(f"Passwords encrypted with the first key: {count}.")
