"""What Community Cloud does: a new environment, `requirements.txt`, `streamlit run app.py`, and nothing else.

The packages are those of the environment of the tests, in which the same versions are installed: pip would unpack
and compile them once more, for a quarter of a minute.
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from playwright.sync_api import Page, expect

from settings import ROOT
from tests.helpers.processes import free_port

pytestmark = pytest.mark.browser

START_S = 120
PASSED_ON = ("PATH", "LANG", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


@dataclass(frozen=True)
class Deployed:
    address: str
    log: Path


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Install and start a copy of what git tracks, in an environment that has nothing else."""
    folder = tmp_path_factory.mktemp("bare")
    copy, venv, log = folder / "app", folder / "venv", folder / "log"
    _copy_tracked_files(copy)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    python = str(venv / "bin" / "python")
    (packages,) = venv.glob("lib/*/site-packages")
    _add_packages(copy / "requirements.txt", packages)
    # Nothing that a package needs is missing in the file. The pip is ours: there is none in the new environment.
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "check"], check=True)
    port = free_port()
    home = folder / "home"
    home.mkdir()
    env = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {"HOME": str(home)}
    with log.open("wb") as out:
        server = subprocess.Popen(
            [python, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=copy, env=env, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            _wait_until_healthy(f"http://localhost:{port}/_stcore/health", server, log)
            yield Deployed(f"http://localhost:{port}", log)
        finally:
            server.terminate()
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _copy_tracked_files(target: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)


def _add_packages(listed: Path, target: Path) -> None:
    """Put in the packages of a requirements file, each in exactly the version that it names."""
    for line in listed.read_text().splitlines():
        if line.startswith(("#", " ")):  # who needs the package above
            continue
        wanted = Requirement(line)
        if wanted.marker and not wanted.marker.evaluate():
            continue
        found = importlib.metadata.distribution(wanted.name)
        assert wanted.specifier.contains(found.version, prereleases=True), (line, found.version)
        for file in found.files or ():
            source = Path(str(found.locate_file(file)))
            if ".." not in file.parts and source.is_file():  # no commands
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                _link_or_copy(source, target / file)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:  # it is on another disk
        shutil.copy2(source, target)  # with its time: what is compiled is of that


def _wait_until_healthy(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"The app did not start:\n{log.read_text()}")


def test_bare_install_shows_the_sign_in_screen(deployed: Deployed, page: Page) -> None:
    page.goto(deployed.address)
    expect(page.get_by_role("textbox", name="Username")).to_be_visible(timeout=60_000)
    page.wait_for_load_state("networkidle")
    broken = page.evaluate("[...document.fonts].filter(face => face.status === 'error').map(face => face.family)")
    log = deployed.log.read_text()
    assert broken == []
    assert "Traceback" not in log
    assert "Warning" not in log
