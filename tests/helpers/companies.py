"""Companies that sign people in: real OpenID providers on this machine, who say what a test wants."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Page

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
        wait_until_up(f"{company.issuer}/.well-known/openid-configuration", log.read_text)
        yield company
    finally:
        process.kill()
        process.wait(10)


def secrets_of(app_port: int, *companies: Company, top: str = "") -> str:
    """Return the secrets.toml of an app on a port that takes these companies."""
    sections = [
        f'{top}\n[auth]\nredirect_uri = "http://localhost:{app_port}/oauth2callback"\n'
        f'cookie_secret = "{COOKIE_SECRET}"\n'
    ]
    for one in companies:
        sections.append(
            f'[auth.{one.name}]\nclient_id = "travel-bot"\nclient_secret = "secret"\n'
            f'server_metadata_url = "{one.issuer}/.well-known/openid-configuration"\n'
        )
    return "\n".join(sections)
