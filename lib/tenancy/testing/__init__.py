"""For tests: tenants that are made once, a client at a tenant's host, and proof that nothing leaks.

A project loads `lib.tenancy.testing.plugin` into pytest; docs/howto/test.md says how.
"""

from lib.tenancy.testing.clients import HostClient, client_of
from lib.tenancy.testing.leaks import assert_no_leak, no_leak
from lib.tenancy.testing.removal import removing_new_tenants

__all__ = ["HostClient", "assert_no_leak", "client_of", "no_leak", "removing_new_tenants"]
