"""Marks for tests."""

import pytest

from lib.tenancy.testing.isolations import CHOICES

# The test is run once with schemas, once with databases, and once with one of each.
in_every_isolation = pytest.mark.parametrize("isolation", CHOICES, indirect=True)
