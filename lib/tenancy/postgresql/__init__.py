"""A PostgreSQL backend whose statements carry their tenant.

psycopg2 speaks the simple protocol, in which `SET LOCAL search_path TO "acme_6a5f2d", ...; SELECT ...`
sent as one message is one implicit transaction. So the tenant costs no round trip, nothing of it stays on the
connection, and a pooler may hand every message to another server connection.

No SQL is parsed anywhere here. What to send is decided by the state of the transaction, which libpq knows
without asking, and by the SQLSTATE of errors.
"""
