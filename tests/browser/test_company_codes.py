"""A company's answer is worth something once: in the browser that asked for it, and of the company that was asked."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.helpers.browser import App
from tests.helpers.companies import Company, section, started_company
from tests.helpers.processes import free_port
from tests.helpers.started_app import started_app
from tests.helpers.tab import drawn, elements, open_tab

pytestmark = pytest.mark.browser
WHO = "_streamlit_user"  # the cookie of whoever came in by a company


def leave_for(company: Company, app: App, http: httpx.Client) -> str:
    """Press the button of a company in a browser; return the address there."""
    with open_tab(app) as tab:
        buttons = {one.button.label: one.button.id for one in elements(drawn(tab)) if one.HasField("button")}
        said = drawn(tab, pressed=buttons[f"Continue with {company.label}"])
    [address] = [one.auth_redirect.url for one in said if one.HasField("auth_redirect")]
    return http.get(app.url + address).headers["location"]


def answer_of(address: str, subject: str = "ada") -> str:
    """Return the address at the app to which a company sends whoever says who they are."""
    return httpx.post(address, data={"sub": subject}, trust_env=False, timeout=60).headers["location"]


def is_in(http: httpx.Client, answer: str) -> bool:
    """Bring an answer to the app, which never sends anybody elsewhere; tell whether somebody is in now."""
    came = http.get(answer)
    assert (came.status_code, came.headers["location"]) == (302, "/")
    return any(one.startswith(f"{WHO}=") and "Max-Age=0" not in one for one in came.headers.get_list("set-cookie"))


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[tuple[App, Company, Company]]:
    """Give an app, and two companies that sign people in for it."""
    port = free_port()
    with ExitStack() as started:
        acme, globex = (started.enter_context(started_company(tmp_path, name)) for name in ("acme", "globex"))
        secrets = f'[auth]\nredirect_uri = "http://localhost:{port}/oauth2callback"\ncookie_secret = "{"k" * 40}"\n'
        (tmp_path / "secrets.toml").write_text(secrets + section(acme) + section(globex))
        app = started_app(tmp_path, port, STREAMLIT_SECRETS_FILES=str(tmp_path / "secrets.toml"))
        started.callback(app.kill)
        yield app, acme, globex


def test_answer_is_for_the_browser_and_the_way_that_asked_and_once(firm: tuple[App, Company, Company]) -> None:
    app, acme, globex = firm
    with httpx.Client(trust_env=False, timeout=60) as ours, httpx.Client(trust_env=False, timeout=60) as anothers:
        first, second = leave_for(acme, app, ours), leave_for(acme, app, ours)
        asked = [parse_qs(urlsplit(address).query) for address in (first, second)]
        for name in ("state", "nonce"):
            values = {one[name][0] for one in asked}
            assert len(values) == 2
            assert all(len(value) >= 20 for value in values)
        answer = answer_of(first)

        assert not is_in(
            anothers, answer
        )  # somebody else's way: nobody is signed in as whoever sent them the address
        with_anothers_nonce = answer_of(first.replace(asked[0]["nonce"][0], "x" * 20))
        assert not is_in(ours, with_anothers_nonce)
        to_globex = parse_qs(urlsplit(leave_for(globex, app, ours)).query)["state"][0]
        code = parse_qs(urlsplit(answer_of(second)).query)["code"][0]
        assert not is_in(ours, f"{app.url}/oauth2callback?code={code}&state={to_globex}")
        third = answer_of(leave_for(acme, app, ours))
        assert is_in(ours, third)
        assert not is_in(ours, third)
        assert not is_in(anothers, f"{third}&redirect_uri=https://evil.example/")
