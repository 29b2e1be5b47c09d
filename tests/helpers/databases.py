"""Marks for tests that need a database."""

import pytest

# For what is the same on every database: plain statements, or none that another test does not run on both.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
