"""Who is a member of which role: the login of all of ours, inheriting from none, and nobody else of any."""

from collections.abc import Iterator
from dataclasses import dataclass

from lib.tenancy.doctor.findings import Finding, error, warning
from lib.tenancy.doctor.looking import rows
from lib.tenancy.doctor.scope import Server
from lib.tenancy.identifiers import quote_identifier
from lib.tenancy.roles import grant_membership

INHERITED = error("role-is-inherited")
CANNOT_BE_TAKEN = error("role-cannot-be-taken")
HAS_MEMBER = error("role-has-another-member")
IS_MEMBER = error("role-is-a-member")
OTHER_ROLE = warning("login-has-another-role")

# Servers before 16 keep no options of a membership: there the member's own attribute decides.
_MEMBERSHIPS = """
    SELECT role.rolname, member.rolname, grantor.rolname,
           coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, member.rolinherit),
           coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)
    FROM pg_auth_members m JOIN pg_roles role ON role.oid = roleid JOIN pg_roles member ON member.oid = member
    LEFT JOIN pg_roles grantor ON grantor.oid = m.grantor
    WHERE role.rolname = ANY(%(roles)s) OR member.rolname = ANY(%(roles)s) OR member.rolname = %(login)s
    ORDER BY role.rolname, member.rolname
"""


@dataclass(frozen=True)
class _Membership:
    role: str
    member: str
    grantor: str | None
    inherits: bool
    can_be_taken: bool

    @property
    def revoke(self) -> str:
        by = f" GRANTED BY {quote_identifier(self.grantor)}" if self.grantor else ""
        return f"REVOKE {quote_identifier(self.role)} FROM {quote_identifier(self.member)}{by};"


def examine_memberships(server: Server) -> Iterator[Finding]:
    """Look at every membership of a role of ours, of the login, and in a role of ours."""
    roles = server.roles()
    found = rows(server.cursor, _MEMBERSHIPS, roles=list(roles), login=server.login)
    memberships = [_Membership(*row) for row in found]
    for membership in memberships:
        yield from _examine(membership, roles, server)
    taken = {m.role for m in memberships if m.member == server.login and m.can_be_taken}
    existing = rows(server.cursor, "SELECT rolname FROM pg_roles WHERE rolname = ANY(%(r)s)", r=list(roles))
    for (role,) in existing:
        if role not in taken:
            yield CANNOT_BE_TAKEN.found(
                f"The login {server.login!r} cannot take on {role!r}: its statements fail.",
                cure=grant_membership(role, server.cursor.connection.server_version).strip(),
                server=server.name,
                tenant=roles[role],
                database=server.database,
            )


def _examine(membership: _Membership, roles: dict[str, str | None], server: Server) -> Iterator[Finding]:
    role, member = membership.role, membership.member
    where = {"server": server.name, "database": server.database}
    if member == server.login and role not in roles:
        # Whoever makes a role is its administrator on servers from 16 on, and nothing more.
        if _is_used(membership) and not role.startswith(server.owner.removesuffix("owner")):
            what = f"The login {member!r} is a member of {role!r}, which is no role of the platform."
            yield OTHER_ROLE.found(what, cure=membership.revoke, **where)
    elif member == server.login:
        if membership.inherits and server.cursor.connection.server_version >= 160000:
            what = f"The login {member!r} inherits from {role!r}: without taking it on, it may use its rows."
            yield INHERITED.found(what, cure=_take_inheritance(membership), tenant=roles[role], **where)
    elif role in roles:
        what = f"{member!r} is a member of {role!r}, which only the login may take on."
        yield HAS_MEMBER.found(what, cure=membership.revoke, tenant=roles[role], **where)
    if member in roles:
        what = f"{member!r} is a member of {role!r}, and so may do what that one may."
        yield IS_MEMBER.found(what, cure=membership.revoke, tenant=roles[member], **where)


def _is_used(membership: _Membership) -> bool:
    return membership.inherits or membership.can_be_taken


def _take_inheritance(membership: _Membership) -> str:
    by = f" GRANTED BY {quote_identifier(membership.grantor)}" if membership.grantor else ""
    role, member = quote_identifier(membership.role), quote_identifier(membership.member)
    return f"GRANT {role} TO {member} WITH INHERIT FALSE{by};"
