"""What a tenant's row must have, and the template tenants are made from: both in the master schema."""

from functools import lru_cache
from typing import Self

from django.apps import apps
from django.db import models
from django.db.models.base import ModelState
from django.db.models.functions import Lower

from lib.tenancy.conf import MASTER_ALIAS, default_isolation, tenant_model_label
from lib.tenancy.identifiers import schema_name_for
from lib.tenancy.servers import MAIN_SERVER
from lib.tenancy.states import Isolation, State
from lib.tenancy.subdomains import MAX_LABEL_CHARACTERS
from lib.tenancy.tenants import Database, Tenant
from lib.tenancy.versions import is_behind

_MAX_PLACES = 1_000


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

    def __copy__(self) -> Self:
        # Each request gets a copy. Django would pickle and unpickle the row, which takes ten times as long.
        mine = type(self).__new__(type(self))
        mine.__dict__.update(self.__dict__)
        mine._state = ModelState()
        mine._state.__dict__.update(self._state.__dict__)
        return mine

    def save(self, *args: object, **kwargs: object) -> None:
        if not self.schema_name:
            self.schema_name = schema_name_for(self.subdomain)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def as_tenant(self) -> Tenant:
        """Return the place of this tenant's rows."""
        own = (self.database_name, self.database_user, self.database_pwd)
        has_database = self.isolation == Isolation.DATABASE
        return _place(self.subdomain, self.schema_name, self.server, own if has_database else None)

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


@lru_cache(maxsize=_MAX_PLACES)
def _place(subdomain: str, schema: str, server: str, own: tuple[str, str, str] | None) -> Tenant:
    # Each request needs one, and its prefixes are always the same.
    return Tenant(subdomain, schema, server, Database(*own) if own else None)


def get_tenant_model() -> type[TenantModel]:
    """Return the model that TENANCY_MODEL names."""
    model: type[TenantModel] = apps.get_model(tenant_model_label())
    return model


class TenantTemplate(models.Model):
    """The SQL that makes a tenant's schema with its first rows, for one set of migrations."""

    version = models.CharField(max_length=40, unique=True)
    # The names of its migrations; none are known of templates made by the first release.
    migrations = models.JSONField(default=list)
    sql = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)


class TenantSpare(models.Model):
    """A schema of the main database that is ready for the next tenant."""

    version = models.CharField(max_length=40, db_index=True)
    schema_name = models.CharField(max_length=63, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)


class MigrationRun(models.Model):
    """One run of `manage.py migrate_tenants` that had something to do."""

    # Where it led: the stamp of the code's migrations, or the app and migration that were named.
    target = models.CharField(max_length=300)
    # What --resume needs to go on: the options that chose tenants and target.
    options = models.JSONField(default=dict)
    tenant_count = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(auto_now_add=True)
    # Empty while it is at work, and for ever if it was interrupted.
    finished_at = models.DateTimeField(null=True)


class Outcome(models.TextChoices):
    """What became of one tenant in a run."""

    MIGRATED = "migrated", "migrated"
    # By Django's own executor, because its history or its tables differed from the template's.
    BY_ITSELF = "by_itself", "migrated by itself"
    CURRENT = "current", "was current"
    FAILED = "failed", "failed"


class MigrationResult(models.Model):
    """What a run did to one tenant. Of several in one run, the newest counts."""

    run = models.ForeignKey(MigrationRun, on_delete=models.CASCADE, related_name="results")
    subdomain = models.CharField(max_length=MAX_LABEL_CHARACTERS, db_index=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    version_before = models.CharField(max_length=40, blank=True)
    version_after = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveIntegerField(default=1)
    duration_ms = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)
