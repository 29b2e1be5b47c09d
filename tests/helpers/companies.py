"""Companies that sign people in: real OpenID providers on this machine, who say what a test wants."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Page

from settings import ROOT
from tests.helpers.processes import free_port, wait_until_up

COOKIE_SECRET = "a cookie secret of more than thirty-two characters"


@dataclass(frozen=True)
class Company:
    """A provider, and the process that it is."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def label(self) -> str:
        return self.name.title()

    @property
    def metadata_url(self) -> str:
        return f"{self.issuer}/.well-known/openid-configuration"

    def knows(self, subject: str, **claims: object) -> None:
        """Have the provider say this of somebody, from now on."""
        httpx.put(f"{self.issuer}/users/{subject}", json=claims, trust_env=False).raise_for_status()

    def sign_in(self, page: Page, subject: str) -> None:
        """Say at the provider's own page who one is."""
        page.get_by_placeholder("sub").fill(subject)
        page.get_by_role("button", name="Authorize").click()


@contextmanager
def started_company(folder: Path, name: str) -> Iterator[Company]:
    """Start a provider."""
    port, log = free_port(), folder / f"{name}.log"
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    company = Company(name, port, process, log)
    try:
        wait_until_up(company.metadata_url, log.read_text)
        yield company
    finally:
        process.kill()
        process.wait(10)


def secrets_of(app_port: int, *companies: Company) -> str:
    """Return the secrets.toml of an app on a port that takes these companies."""
    auth = f'[auth]\nredirect_uri = "{_back_at(app_port)}"\ncookie_secret = "{COOKIE_SECRET}"\n'
    return "\n".join([auth, *map(section, companies)])


def section(company: Company) -> str:
    """Return what a secrets.toml says of a company."""
    return (
        f'[auth.{company.name}]\nclient_id = "travel-bot"\nclient_secret = "secret"\n'
        f'server_metadata_url = "{company.metadata_url}"\n'
    )


def recipe(title: str) -> str:
    """Return the secrets.toml that the README gives under a title."""
    _, _, below = (ROOT / "README.md").read_text("utf-8").partition(f"**{title}**")
    found = re.search(r"```toml\n(.*?)```", below, re.DOTALL)
    assert found, title
    return found[1]


def tried_here(secrets: str, app_port: int, company: Company) -> str:
    """Return the `[auth]` of a recipe with this machine's addresses in place of the real ones."""
    auth = secrets[secrets.index("[auth]") :].replace("…", "x")
    for key, value in (
        ("redirect_uri", _back_at(app_port)),
        ("cookie_secret", COOKIE_SECRET),
        ("server_metadata_url", company.metadata_url),
    ):
        auth, number = re.subn(rf'^{key} = ".*?"', f'{key} = "{value}"', auth, flags=re.MULTILINE)
        assert number == 1, key
    return auth


def _back_at(app_port: int) -> str:
    return f"http://localhost:{app_port}/oauth2callback"
