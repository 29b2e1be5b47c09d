"""What `make test` runs again, and what it does not; and the browser that it drives."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from settings import ROOT
from tests.helpers.browser import chromium

PASSES = "def test_passes(): pass\n"
FAILS = "def test_fails(): assert False\n"
RACE = """
from pathlib import Path

def test_race():
    seen = Path(__file__).with_suffix(".seen")
    lost = not seen.exists()
    seen.touch()
    assert not lost
"""
RACE_IN_SETUP = """
import pytest
from pathlib import Path

@pytest.fixture
def server():
    seen = Path(__file__).with_suffix(".seen")
    lost = not seen.exists()
    seen.touch()
    assert not lost

def test_server(server): pass
"""
CRASH = """
import os
from pathlib import Path

def test_crash():
    seen = Path(__file__).with_suffix(".seen")
    if not seen.exists():
        seen.touch()
        os._exit(1)
"""
SKIPS_LATER = """
import pytest
from pathlib import Path

def test_skips():
    seen = Path(__file__).with_suffix(".seen")
    if seen.exists():
        pytest.skip()
    seen.touch()
    assert False
"""
INTERRUPTED = "def test_interrupted(): raise KeyboardInterrupt\n"


def made(
    folder: Path, files: dict[str, str], *, types: int = 0, workers: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run a made-up project's tests as `make test` does; its mypy ends with the code *types*.

    Without workers, which would start another Python, the run itself does them all.
    """
    (folder / "pyproject.toml").write_text(
        "[tool.pytest.ini_options]\naddopts = ['--import-mode=importlib', '-p', 'xdist']\n"
    )
    (folder / "mypy.py").write_text(f"print('looked at')\nraise SystemExit({types})\n")
    for name, text in ({"browser/conftest.py": "", "processes/conftest.py": ""} | files).items():
        file = folder / "tests" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env |= {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        [sys.executable, "-m", "tests.run", "--numprocesses", str(workers)],
        cwd=folder, env=env, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_lost_races_are_run_again_and_named_as_flaky(tmp_path):
    ran = made(
        tmp_path,
        {
            "browser/test_a.py": RACE + PASSES,
            "processes/test_b.py": RACE_IN_SETUP,
            "services/test_c.py": PASSES,
        },
        workers=1,
    )

    assert ran.returncode == 0, ran.stdout
    assert ran.stdout.splitlines()[-3:] == [
        "Flaky (failed, then passed alone):",
        "  tests/browser/test_a.py::test_race",
        "  tests/processes/test_b.py::test_server",
    ]
    assert "mypy:\nlooked at\n" in ran.stdout
    assert "1 failed, 2 passed, 1 error in" in ran.stdout
    assert "2 passed in" in ran.stdout  # no others


def test_what_fails_twice_is_red_and_what_does_not_is_still_named(tmp_path):
    ran = made(tmp_path, {"browser/test_a.py": RACE + FAILS})

    assert ran.returncode == 1
    assert "2 failed in" in ran.stdout
    assert "1 failed, 1 passed in" in ran.stdout
    assert ran.stdout.splitlines()[-1] == "  tests/browser/test_a.py::test_race"


@pytest.mark.parametrize(
    ("files", "code", "workers"),
    [
        pytest.param({"browser/test_a.py": RACE, "services/test_b.py": RACE}, 1, 0, id="another test"),
        pytest.param({"browser/test_a.py": RACE, "processes/test_b.py": "import nowhere"}, 1, 1, id="no test at all"),
        pytest.param({"browser/test_a.py": CRASH}, 1, 1, id="a worker that crashed"),
        pytest.param({"browser/test_a.py": RACE + INTERRUPTED}, 2, 1, id="an interrupt"),
    ],
)
def test_nothing_is_run_again_after(tmp_path, files, code, workers):
    ran = made(tmp_path, files, workers=workers)

    assert ran.returncode == code, ran.stdout
    assert "Once more" not in ran.stdout
    assert "Flaky" not in ran.stdout


def test_what_is_skipped_the_second_time_is_red(tmp_path):
    ran = made(tmp_path, {"browser/test_a.py": SKIPS_LATER})

    assert ran.returncode == 1
    assert "Flaky" not in ran.stdout


def test_types_count(tmp_path):
    ran = made(tmp_path, {"browser/test_a.py": PASSES}, types=1)

    assert "1 passed in" in ran.stdout
    assert ran.returncode == 1


def test_everything_passed(tmp_path):
    ran = made(tmp_path, {"browser/test_a.py": PASSES})

    assert ran.returncode == 0
    assert ran.stdout.splitlines()[-2:] == ["mypy:", "looked at"]


def put(folder: Path, *names: str, script: str = "#!/bin/sh\n") -> None:
    """Put programs into a folder."""
    for name in names:
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)


@pytest.mark.parametrize("best", ["chromium-headless-shell", "chromium", "google-chrome"])
def test_browser_is_the_best_that_is_there(tmp_path, monkeypatch, best):
    names = ["google-chrome", "chromium", "chromium-headless-shell"]
    put(tmp_path, *names[: names.index(best) + 1])
    monkeypatch.setenv("PATH", str(tmp_path))

    assert chromium() == str(tmp_path / best)


# What apt-get is asked for where it has these packages, and these browsers are there; the code says how it ends.
@pytest.mark.parametrize(
    ("packages", "there", "asked", "code"),
    [
        pytest.param("chromium chromium-headless-shell", "", ["chromium-headless-shell"], 0, id="nothing is there"),
        pytest.param("chromium", "", ["chromium-headless-shell", "chromium"], 0, id="older release"),
        pytest.param("", "", ["chromium-headless-shell", "chromium"], 2, id="nothing to be had"),
        pytest.param("", "chromium", ["chromium-headless-shell"], 0, id="no network, and Chromium is there"),
    ],
)
def test_make_gets_the_headless_shell_else_chromium(tmp_path, packages, there, asked, code):
    tools, log = tmp_path / "tools", tmp_path / "asked"
    tools.mkdir()
    put(tools, "id", script="#!/bin/sh\necho 0\n")
    put(tools, *there.split())
    put(
        tools,
        "apt-get",
        script=f"""#!/bin/sh
        for last; do :; done
        test "$1" = install || exit 0
        echo "$last" >> "{log}"
        case " {packages} " in *" $last "*) ;; *) exit 100 ;; esac
        """,
    )

    made = subprocess.run([_make(), "--no-print-directory", "chromium"], cwd=ROOT, env={"PATH": str(tools)})

    assert (log.read_text().split(), made.returncode) == (asked, code)


@pytest.mark.parametrize(("there", "code"), [((), 2), (("chromium",), 0)], ids=["no browser", "Chromium"])
def test_make_without_apt_get_needs_a_browser_that_is_there(tmp_path, there, code):
    put(tmp_path, *there)

    made = subprocess.run(
        [_make(), "--no-print-directory", "chromium"], cwd=ROOT, env={"PATH": str(tmp_path)}, stderr=subprocess.PIPE
    )

    assert made.returncode == code
    assert (b"please install it" in made.stderr) == bool(code)


def test_make_takes_the_first_python_that_will_do(tmp_path):
    """Which is new enough, and can make a virtual environment."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    put(tmp_path, "too_old", script="#!/bin/sh\nexit 1\n")
    put(tmp_path, "without_venv", script='#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\n')
    put(tmp_path, "will_do", "another", script=f'#!/bin/sh\necho "$(basename "$0") $@" >> "{tmp_path}/asked"\n')
    names = "too_old missing without_venv will_do another"

    subprocess.run(
        [_make(), "--no-print-directory", ".venv", f"PYTHON={names}"],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        check=True,
    )

    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[-1] == "will_do -m venv --clear .venv"
    assert not any(one.startswith("another") for one in asked)


def _make() -> str:
    found = shutil.which("make")
    assert found
    return found
