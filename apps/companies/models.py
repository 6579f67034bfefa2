"""The companies of the platform. These tables are in the master schema; a company's own are in its schema."""

from typing import Self, cast

from django.db import models
from django.db.models.functions import Lower

from lib.tenancy.conf import MASTER_ALIAS
from lib.tenancy.models import TenantModel


class Company(TenantModel):
    """A customer, with the place of its rows in PostgreSQL."""

    company_name = models.CharField(max_length=100)
    contact_name = models.CharField(max_length=100)
    contact_email = models.EmailField()

    class Meta(TenantModel.Meta):
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.company_name

    @classmethod
    def find_by_domain(cls, domain: str) -> Self | None:
        """Return the company that has proved it owns `domain`, or None."""
        rows = cls._default_manager.using(MASTER_ALIAS)
        verified = rows.filter(domains__name=domain, domains__verified_at__isnull=False)
        return cast(Self | None, verified.first())


class Domain(models.Model):
    """A domain of a company's own. It leads to the company only once its ownership is verified."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="domains")
    name = models.CharField(max_length=253, unique=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(name=Lower("name")), name="domain_name_is_lower_case")
        ]

    def __str__(self) -> str:
        return self.name


class DirectoryEntry(models.Model):
    """That somebody with this e-mail address, known only by its digest, is a member of a company."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="directory")
    email_digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        verbose_name_plural = "directory entries"
        constraints = [
            models.UniqueConstraint(fields=["company", "email_digest"], name="directory_entry_once_a_company")
        ]
