"""What a tenant's row must have, and the template tenants are made from: both in the master schema."""

from typing import Self

from django.apps import apps
from django.db import models
from django.db.models.functions import Lower

from lib.tenancy.conf import MASTER_ALIAS, default_isolation, tenant_model_label
from lib.tenancy.encryption import decrypt
from lib.tenancy.identifiers import schema_name_for
from lib.tenancy.servers import MAIN_SERVER
from lib.tenancy.states import Isolation, State
from lib.tenancy.subdomains import MAX_LABEL_CHARACTERS
from lib.tenancy.tenants import Database, Tenant
from lib.tenancy.versions import is_behind


class TenantModel(models.Model):
    """Base of the project's tenant model, named by TENANCY_MODEL."""

    subdomain = models.CharField(max_length=MAX_LABEL_CHARACTERS, unique=True)
    schema_name = models.CharField(max_length=63, unique=True, editable=False)
    isolation = models.CharField(max_length=10, choices=Isolation, default=default_isolation, editable=False)
    server = models.CharField(max_length=63, default=MAIN_SERVER, editable=False)
    # Of tenants in a database of their own. The password is encrypted: see encryption.py.
    database_name = models.CharField(max_length=63, blank=True, editable=False)
    database_user = models.CharField(max_length=63, blank=True, editable=False)
    database_pwd = models.TextField(blank=True, editable=False)
    state = models.CharField(max_length=20, choices=State, default=State.RESERVED, editable=False)
    state_reason = models.TextField(blank=True, editable=False)
    # Which migrations its schema has: see versions.py.
    version = models.CharField(max_length=40, blank=True, editable=False)
    provisioned_ms = models.PositiveIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        # A host is folded to lower case before it is looked up: a row in capitals would be nobody's.
        constraints = [
            models.CheckConstraint(
                condition=models.Q(subdomain=Lower("subdomain")), name="%(class)s_subdomain_is_lower_case"
            )
        ]

    def save(self, *args: object, **kwargs: object) -> None:
        if not self.schema_name:
            self.schema_name = schema_name_for(self.subdomain)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def as_tenant(self) -> Tenant:
        """Return the place of this tenant's rows. Decrypts the password of its login, if it has one."""
        database = None
        if self.isolation == Isolation.DATABASE:
            database = Database(self.database_name, self.database_user, decrypt(self.database_pwd))
        return Tenant(self.subdomain, self.schema_name, self.server, database)

    @classmethod
    def find_by_subdomain(cls, subdomain: str) -> Self | None:
        """Return the tenant with this subdomain, in whatever state, or None."""
        return cls._default_manager.using(MASTER_ALIAS).filter(subdomain=subdomain).first()

    @classmethod
    def find_by_domain(cls, domain: str) -> Self | None:
        """Return the tenant that has proved it owns `domain`. Override to allow domains of their own."""
        return None

    @property
    def is_behind(self) -> bool:
        """Whether its schema lacks migrations that this code needs."""
        return is_behind(self.version)


def get_tenant_model() -> type[TenantModel]:
    """Return the model that TENANCY_MODEL names."""
    model: type[TenantModel] = apps.get_model(tenant_model_label())
    return model


class TenantTemplate(models.Model):
    """The SQL that makes a tenant's schema with its first rows, for one set of migrations."""

    version = models.CharField(max_length=40, unique=True)
    sql = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
