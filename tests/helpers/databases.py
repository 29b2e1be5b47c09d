"""Marks for tests that need a database."""

import pytest

from tests.helpers.soak import IN_SOAK

# For what is the same on every database: plain statements, or none that another test does not run on both.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)

# For what other tests run on both already: in `make test` on one of them, in `make soak` on the other.
SQLITE_FIRST = ("sqlite", pytest.param("postgres", marks=IN_SOAK))
SQLITE_IN_SOAK = pytest.mark.parametrize(
    "database_url", [pytest.param("sqlite", marks=IN_SOAK), "postgres"], indirect=True
)
POSTGRES_IN_SOAK = pytest.mark.parametrize("database_url", SQLITE_FIRST, indirect=True)

# Where there is a second one, with its fixtures other_url and other_database.
TO_SQLITE = pytest.mark.parametrize("other_url", ["sqlite"], indirect=True)
ACROSS = pytest.mark.parametrize(
    ("database_url", "other_url"), [("sqlite", "postgres"), ("postgres", "sqlite")], indirect=True
)
ALIKE = pytest.mark.parametrize(
    ("database_url", "other_url"), [("sqlite", "sqlite"), ("postgres", "postgres")], indirect=True
)
