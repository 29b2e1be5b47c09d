"""The name of a query says whether it locks, and whether disabled users count (`db/__init__.py`)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import db


def queries(source: str) -> Iterator[tuple[str, set[str]]]:
    """Yield every public function of a module, with the attributes that it, and what it is made of there, uses."""
    parts: dict[str, ast.stmt] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            parts[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            parts |= {one.id: node for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    for name, node in parts.items():
        if isinstance(node, ast.FunctionDef) and not name.startswith("_"):
            yield name, _attributes(name, parts, set())


def _attributes(name: str, parts: dict[str, ast.stmt], seen: set[str]) -> set[str]:
    seen.add(name)
    nodes = list(ast.walk(parts[name]))
    used = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    names = {node.id for node in nodes if isinstance(node, ast.Name)} & parts.keys()
    return used.union(*(_attributes(one, parts, seen) for one in names if one not in seen))


def misnamed(source: str) -> list[str]:
    found = []
    for name, used in queries(source):
        words = name.split("_")
        locks = words[0] == "lock"
        if ("with_for_update" in used) != locks or ("disabled" in used) != ("active" in words):
            found.append(name)
    return found


def test_names_say_who_locks_and_whether_disabled_users_count():
    modules = sorted(Path(db.__file__).parent.glob("*.py"))
    found = {path.stem: names for path in modules if (names := misnamed(path.read_text("utf-8")))}

    assert {path.stem for path in modules} >= {"users", "sessions", "messages"}
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "def get(s):\n    return s.scalar(select(User).with_for_update())",
        "_Q = select(User).with_for_update()\ndef get(s):\n    return s.scalar(_Q)",
        "def lock_user(s):\n    return s.scalar(select(User))",
        "def get(s):\n    return _one()\ndef _one():\n    return User.disabled.is_(False)",
        "_A, _B = User.disabled, 1\ndef get_visible(s):\n    return _A",
        "def get_active(s):\n    return s.scalar(select(User))",
    ],
)
def test_misnamed_query_is_found(source):
    assert len(misnamed(source)) == 1
