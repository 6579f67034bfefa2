"""Django's test runner, which also writes down what failed and where the tables were."""

import json
import os
import re
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.runner import DiscoverRunner

_TABLES = """
    SELECT schemaname, count(*) FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') GROUP BY schemaname
"""
# A subtest is named after its parameters, and those may be objects.
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


class RecordingRunner(DiscoverRunner):
    """Write the outcome to the file that DJANGO_SUITE_OUTCOME names."""

    tables: dict[str, int]

    def teardown_databases(self, old_config: Any, **kwargs: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_TABLES)
            self.tables = dict(cursor.fetchall())
        super().teardown_databases(old_config, **kwargs)

    def suite_result(self, suite: Any, result: Any, **kwargs: Any) -> int:
        problems = [*result.failures, *result.errors, *((test, "") for test in result.unexpectedSuccesses)]
        outcome = {
            "tests": result.testsRun,
            "skipped": len(result.skipped),
            "failed": sorted({_ADDRESS.sub("", test.id()) for test, _ in problems}),
            "tables": self.tables,
        }
        Path(os.environ["DJANGO_SUITE_OUTCOME"]).write_text(json.dumps(outcome))
        return super().suite_result(suite, result, **kwargs)
