"""The life of a tenant, as recorded in its row."""

from django.db import models


class Isolation(models.TextChoices):
    """What separates a tenant from the others on its server."""

    SCHEMA = "schema", "schema"
    DATABASE = "database", "database"


class State(models.TextChoices):
    """reserved -> provisioning -> active, or failed with its reason. Suspended is active but closed."""

    RESERVED = "reserved", "reserved"
    PROVISIONING = "provisioning", "being prepared"
    ACTIVE = "active", "active"
    SUSPENDED = "suspended", "suspended"
    FAILED = "failed", "failed"
