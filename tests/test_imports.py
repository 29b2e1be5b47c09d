"""Imports point down only, and each outside thing has one door (design: the folders and their arrows)."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from settings import ROOT

# Each part of the project and what it may import beside itself. Root modules are parts of their own.
MAY_IMPORT = {
    "emulator": set(),
    "settings": set(),
    "travel": set(),
    "backboard_client": set(),
    "exports": {"travel"},
    "db": {"settings"},
    "services": {"db", "backboard_client", "travel", "exports", "settings"},
    "components": {"services", "backboard_client", "travel", "exports", "settings"},
    "pages": {"components", "services", "backboard_client", "travel", "exports", "settings"},
    "api": {"services", "db", "backboard_client", "travel", "exports", "settings"},
    "app": {"components", "services", "db", "settings"},
    "company_cookies": {"services", "settings"},
    "frontend_files": {"settings"},
    "whole_runs": {"components"},
    "middleware": {"company_cookies", "components", "frontend_files", "services", "settings", "whole_runs"},
    "proxy_sign_in": {"middleware", "services", "settings"},
    "server": {
        *("api", "company_cookies", "components", "frontend_files", "middleware", "proxy_sign_in"),
        *("services", "db", "settings"),
    },
}
ALONE = {  # and one module of a part that may import more
    "services/wiring.py": "emulator",  # it builds the demo assistant
    "components/problems.py": "db",  # it tells that the database is away
}
# The rooms of two parts, lower first: an import never points up, nor to a neighbour on the same floor. On the lowest
# are the modules outside the rooms, which may import each other.
FLOORS = {
    "services": (
        "errors texts message_status parts intake model_names",
        "process",
        "accounts",
        "usage",
        "backboard",
        "memory",
        "sessions",
        "replies",
        "transfer",
        "messages",
        "templates",
        "reviews",
        "trips",
        "decks",
        "people",
        "wiring",
    ),
    "components": (
        "address browser_cookie callbacks deck_charts departures dialogs undo labels outage problems resources"
        " scripts sending state still tabs this_tab waking wide_tables",
        "accounts transfer",
        "replies usage",
        "sessions",
        "reviews",
        "trips",
        "decks",
        "memory people sidebar",
        "chat",
        "templates",
    ),
}
ABOVE_ALL = ("tests", "benchmarks", "examples")  # may import everything, and nothing imports them
BELOW_THE_SCREENS = ("services", "db", "backboard_client", "travel", "exports", "emulator", "settings")
ENVIRONMENT = ("environ", "environb", "getenv", "putenv", "getenvb")


def problems(path: str, source: str) -> Iterator[str]:
    """Yield what is wrong with the imports of the module at *path* (from the root, with `/`)."""
    place = PurePosixPath(path)
    part = place.parts[0].removesuffix(".py")
    if len(place.parts) == 1 and part in sys.stdlib_module_names:
        yield f"{path}: takes the place of the standard library's {part}"
        return
    if part in ABOVE_ALL:
        return
    if part not in MAY_IMPORT:
        yield f"{path}: nothing says what {part} may import"
        return
    if part == "pages" and len(place.parts) == 2:
        yield f"{path}: Streamlit serves scripts directly in pages/ without running app.py"
    tree, may_read_it = ast.parse(source), any(name in source for name in ENVIRONMENT)
    for node in ast.walk(tree) if may_read_it else _statements(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield f"{path}:{node.lineno}: a relative import"
            continue
        for module in _imported(node):
            if said := _problem_of(path, part, module):
                yield f"{path}:{_line(node)}: {said}"
        if part != "settings" and _reads_environment(node):
            yield f"{path}:{_line(node)}: reads the environment"


def _problem_of(path: str, part: str, module: str) -> str | None:
    top = module.split(".")[0]
    if top == ALONE.get(path):
        return None
    if (top in MAY_IMPORT or top in ABOVE_ALL) and top != part and top not in MAY_IMPORT[part]:
        return f"{part} imports {module}"
    if top in ("streamlit", "streamlit_authenticator", "fastapi") and part in BELOW_THE_SCREENS:
        return f"{part} imports {module}"
    if module.startswith("emulator.demo") and not path.startswith(("emulator/demo/", "emulator/__main__.py")):
        return f"what is protocol imports {module}"
    return _points_up(path, module) if top == part and part in FLOORS else None


def _points_up(path: str, module: str) -> str | None:
    part, room = path.removesuffix(".py").split("/")[:2]
    its_room = module.split(".")[1]
    mine, theirs = _floor(part, room), _floor(part, its_room)
    if mine is None or theirs is None:
        return f"nothing says where {room} and {its_room} are in {part}"
    if room != its_room and (theirs > mine or theirs == mine != 0):
        return f"{room} imports {module}"
    return None


def _floor(part: str, room: str) -> int | None:
    return next((floor for floor, rooms in enumerate(FLOORS[part]) if room in rooms.split()), None)


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every statement, also those in others; what is within an expression imports nothing."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt | ast.excepthandler | ast.match_case):
            yield node
            yield from _statements(node)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        by_name = module in FLOORS or module == "emulator"
        return [f"{module}.{name.name}" for name in node.names] if by_name else [module]
    return []


def _reads_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "os" and node.attr in ENVIRONMENT
    return (
        isinstance(node, ast.ImportFrom)
        and node.module == "os"
        and any(name.name in ENVIRONMENT for name in node.names)
    )


def _line(node: ast.AST) -> int:
    return node.lineno if isinstance(node, ast.stmt | ast.expr) else 0


def modules() -> list[Path]:
    """Return every Python file of the project: what git tracks, and what is new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).exists()]


def test_every_import_points_down() -> None:
    paths = modules()
    found = [
        problem for path in paths for problem in problems(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
    ]

    assert ROOT / "app.py" in paths
    assert found == []


def test_tests_share_helpers_only() -> None:
    """What two modules of tests need lies in `tests/helpers/`, not in another test nor in a conftest."""
    paths = [path for path in modules() if path.is_relative_to(ROOT / "tests")]
    found = [
        f"{path.relative_to(ROOT)}: {module}" for path in paths for module in _not_to_share(path.read_text("utf-8"))
    ]

    assert Path(__file__) in paths
    assert found == []


def test_import_of_a_test_or_a_conftest_is_found() -> None:
    source = "import tests.db.conftest\nfrom tests.api import test_chat\nfrom tests.helpers.road import Road, test_it"
    within = "def f():\n    try: pass\n    except OSError:\n        from tests import conftest"

    assert _not_to_share(source) == ["tests.db.conftest", "tests.api.test_chat"]
    assert _not_to_share(within) == ["tests.conftest"]


def _not_to_share(source: str) -> list[str]:
    if not re.search(r"\btests\b(?!\.helpers)", source):
        return []
    return [
        module
        for node in _statements(ast.parse(source))
        for module in _everything_imported(node)
        if re.match(r"tests\.(?!helpers\.)(.+\.)?(conftest|test_\w+)\b", module)
    ]


def _everything_imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{name.name}" for name in node.names]
    return [name.name for name in node.names] if isinstance(node, ast.Import) else []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("services/trips.py", "import streamlit"),
        ("services/trips.py", "def f():\n    from streamlit.runtime import x"),
        ("services/trips.py", "from streamlit_authenticator import Hasher"),
        ("services/trips.py", "import fastapi"),
        ("services/trips.py", "from components.state import x"),
        ("services/trips.py", "from emulator.server import EmulatorServer"),
        ("services/trips.py", "import os\nos.environ['X']"),
        ("services/trips.py", "import os\nos.getenv('X')"),
        ("services/trips.py", "from os import environ"),
        ("services/trips.py", "from .wiring import x"),
        ("services/trips.py", "from tests.conftest import x"),
        ("services/wiring.py", "from pages.planner import x"),
        ("db/trips.py", "import services.trips"),
        ("db/trips.py", "from backboard_client import x"),
        ("backboard_client/_x.py", "from db.models import x"),
        ("emulator/x.py", "import backboard_client"),
        ("emulator/x.py", "from settings import Settings"),
        ("components/chat/x.py", "from emulator.demo.answer import answer"),
        ("components/chat/x.py", "from pages.planner import x"),
        ("components/chat/x.py", "from db.engine import DatabaseUnavailableError"),
        ("pages/planner/x.py", "from db.models import utc_now"),
        ("emulator/app.py", "from emulator.demo import answer"),
        ("emulator/runner.py", "from emulator import demo"),
        ("services/errors.py", "from services.process.logs import x"),
        ("services/accounts/x.py", "import services.usage.costs"),
        ("services/sessions/x.py", "from services import replies"),
        ("services/replies/x.py", "from services.wiring import x"),
        ("services/halls/x.py", "from services.errors import ServiceError"),
        ("services/replies/x.py", "from services.halls.x import x"),
        ("components/labels.py", "from components.accounts import identity"),
        ("components/accounts/x.py", "from components.transfer.transfer import x"),
        ("components/replies/x.py", "def f():\n    from components.sidebar.marks import refresh_marks"),
        ("components/memory/x.py", "from components import sidebar"),
        ("pages/planner/x.py", "import app"),
        ("pages/x.py", ""),
        ("email.py", ""),
        ("helpers/x.py", ""),
        ("settings.py", "import streamlit"),
    ],
)
def test_violation_is_found(path: str, source: str) -> None:
    assert len(list(problems(path, source))) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("services/wiring.py", "from emulator.server import EmulatorServer\nimport db.models"),
        ("components/x.py", "import streamlit as st\nfrom services.sessions.records import User"),
        ("components/problems.py", "from db.engine import DatabaseUnavailableError"),
        ("pages/planner/x.py", "from components.state import x"),
        ("settings.py", "import os\nos.environ"),
        ("tests/test_x.py", "import os, emulator.server, streamlit\nos.environ"),
        ("db/x.py", "import os.path\nfrom db.models import x"),
    ],
)
def test_what_points_down_is_left_alone(path: str, source: str) -> None:
    assert list(problems(path, source)) == []
