"""Migrate all tenants by one plan.

What a migration does in PostgreSQL is recorded once, on a scratch schema, and sent to each tenant as one
message. Who is behind is read from a stamp, what each has from its own history, and every tenant is a
transaction of its own, so it is wholly on the old version or wholly on the new one.
"""
