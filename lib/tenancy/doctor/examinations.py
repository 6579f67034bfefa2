"""All examinations, in the order in which they are made. A new one is a function, named here once."""

from collections.abc import Callable, Iterator

from lib.tenancy.doctor import (
    databases,
    default_privileges,
    doors,
    drift,
    grants,
    login,
    memberships,
    open_doors,
    ownership,
    public_schema,
    role_attributes,
    stores,
    templates,
    tenant_rows,
    walls,
)
from lib.tenancy.doctor.findings import Finding
from lib.tenancy.doctor.scope import Installation, Place, Server

OF_INSTALLATION: tuple[Callable[[Installation], Iterator[Finding]], ...] = (
    templates.examine_template,
    tenant_rows.examine_placement,
    tenant_rows.examine_states,
    tenant_rows.examine_versions,
    tenant_rows.examine_passwords,
    walls.examine_statement_without_tenant,
)
OF_SERVER: tuple[Callable[[Server], Iterator[Finding]], ...] = (
    login.examine_server_version,
    login.examine_login,
    login.examine_path,
    memberships.examine_memberships,
    role_attributes.examine_roles,
    role_attributes.examine_owned_things,
    databases.examine_who_may_connect,
    databases.examine_paths_of_databases,
    templates.examine_template_databases,
    stores.examine_missing_stores,
    stores.examine_orphans,
    doors.examine_doors,
)
# Of each database that holds schemas of ours: the server's own, and those of tenants.
OF_PLACE: tuple[Callable[[Place], Iterator[Finding]], ...] = (
    public_schema.examine_public,
    public_schema.examine_who_writes_in_public,
    ownership.examine_ownership,
    grants.examine_grants,
    open_doors.examine_open_things,
    open_doors.examine_inheritance,
    default_privileges.examine_default_privileges,
    drift.examine_history,
    drift.examine_drift,
    walls.examine_walls,
)
