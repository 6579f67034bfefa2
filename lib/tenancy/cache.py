"""Cache keys that carry their tenant."""

from lib.tenancy.context import current_tenant


def tenant_key(key: str, key_prefix: str, version: int) -> str:
    """Return a cache key of the current tenant. Use as KEY_FUNCTION.

    Raises:
        NoTenantError: none is active; what all tenants share belongs in the cache alias `shared`.
    """
    return f"{key_prefix}:{current_tenant().schema}:{version}:{key}"
