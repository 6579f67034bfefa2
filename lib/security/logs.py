"""What the log leaves out."""

import logging


class NoStaticFiles(logging.Filter):
    """Leave out requests for static files that went well."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.INFO or '"GET /static/' not in record.getMessage()
