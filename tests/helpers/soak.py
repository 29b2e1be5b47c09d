"""The mark of what `make soak` runs and `make test` does not."""

from collections.abc import Iterable

import pytest
from _pytest.mark import ParameterSet

# For another road to what a test of `make test` shows as well, there with less work: the long run is its only one.
IN_SOAK = pytest.mark.soak(short=0, long=1)


def some(cases: Iterable[object], *, one_in: int) -> list[ParameterSet]:
    """Return the cases of a test, marked so that `make test` takes the first of each so many, and `make soak` all."""
    return [pytest.param(case, marks=[IN_SOAK] if number % one_in else []) for number, case in enumerate(cases)]
