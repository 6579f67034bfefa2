"""PostgreSQL's settings, given on its command line: what is written here is what runs, also on older data."""

_COMMON = {
    "listen_addresses": "127.0.0.1",
    # No socket file: its path may not exceed 107 bytes, and a checkout may lie deeper than that.
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    # Dropping or migrating many tenants in one transaction locks every table of every schema.
    "max_locks_per_transaction": "256",
}

DEVELOPMENT = {**_COMMON, "shared_buffers": "64MB", "max_connections": "100"}

TESTS = {
    **_COMMON,
    "shared_buffers": "128MB",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
