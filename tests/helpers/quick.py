"""What `make quick` keeps of the tests."""

from collections import Counter
from collections.abc import Iterable

import pytest

_LEFT_OUT = ("browser", "slow", "soak")  # markers
_FOLDERS = ("browser", "processes")
_MODULES = (
    "test_npm_ai.py",
    "test_pptx_valid.py",
    "test_naughty.py",
    "test_awful_documents.py",
    "test_killed.py",
    "test_run.py",
)  # costly
_CASES = 3  # of each test


def quick(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Leave out browsers, several processes, PostgreSQL, what is slow, and of each test's cases all but the first."""
    kept, cases = [], Counter[str]()
    for item in items:
        name = item.nodeid.partition("[")[0]
        if not _left_out(item) and cases[name] < _CASES:
            cases[name] += 1
            kept.append(item)
    return kept


def _left_out(item: pytest.Item) -> bool:
    arguments = (
        item.callspec.params.values() if isinstance(item, pytest.Function) and hasattr(item, "callspec") else ()
    )
    return (
        any(item.get_closest_marker(name) for name in _LEFT_OUT)
        or item.path.parent.name in _FOLDERS
        or item.path.name in _MODULES
        or "postgres" in arguments
    )
