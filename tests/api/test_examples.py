"""The examples run as they stand."""

import re
import subprocess
import sys
from typing import Any

import httpx
import pytest

from api.app import create_app
from services.wiring import Services
from settings import ROOT
from tests.helpers.api import Api
from tests.helpers.services import make_user

EXAMPLES = ROOT / "examples"
VARIABLE = re.compile(r"\{\{(\w+)(?:\.response\.body\.([\w.\[\]]+))?\}\}")

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _nobody():
    raise AssertionError("not asked")


def requests_of(text: str) -> list[tuple[str | None, str, dict[str, str], str]]:
    """Return the name, first line, headers and body of each request of an .http file."""
    found = []
    for block in text.split("\n###")[1:]:
        _, _, rest = block.partition("\n")
        name = re.search(r"^# @name (\w+)$", rest, re.MULTILINE)
        rest = re.sub(r"^#.*\n", "", rest, flags=re.MULTILINE)
        head, _, body = rest.strip().partition("\n\n")
        first, *headers = head.split("\n")
        found.append((name and name[1], first, dict(line.split(": ", 1) for line in headers), body))
    return found


def with_files(content: str) -> bytes:
    """Return a body as editors send it: where a line names a file, what is in that."""
    pieces = re.split(r"^< \./(\S+)", content, flags=re.MULTILINE)
    return b"".join(
        (EXAMPLES / piece).read_bytes() if number % 2 else piece.encode() for number, piece in enumerate(pieces)
    )


def value_at(body: Any, path: str) -> str:
    """Return what lies at a path such as ``sessions[0].session_id``."""
    for step in re.findall(r"\w+", path):
        body = body[int(step)] if isinstance(body, list) else body[step]
    return str(body)


def test_http_file_runs_from_top_to_bottom_and_shows_every_route(api: Api, services: Services, database):
    make_user(database, "bob")
    text = (EXAMPLES / "requests.http").read_text()
    services.admins.set_admin(api.user_id, admin=True)
    values = {
        "api": str(api.http.base_url).rstrip("/"),
        "token": api.http.headers["authorization"][7:],
        "metrics_token": services.tokens.create(user_id=api.user_id, name="Prometheus", metrics_only=True).secret,
    }
    assert set(re.findall(r"^@(\w+) = ", text, re.MULTILINE)) == set(values)
    answers: dict[str, Any] = {}

    def filled(template: str) -> str:
        def value(name: re.Match[str]) -> str:
            if name[2] and name[1] == "waiting" and not answers["waiting"]["follow_ups"]:
                return "1"  # replies end at once here: nothing waits
            return value_at(answers[name[1]], name[2]) if name[2] else values[name[1]]

        return VARIABLE.sub(value, template)

    done = set()
    with httpx.Client(timeout=30, trust_env=False) as http:
        for name, first, headers, body in requests_of(text):
            method, _, address = first.partition(" ")
            given = {key: filled(value) for key, value in headers.items()}
            content = filled(body)
            if "multipart" in given.get("Content-Type", ""):
                content = content.replace("\n", "\r\n")  # as editors send it
            answer = http.request(method, filled(address), headers=given, content=with_files(content) or None)
            nothing_waits = "follow-ups" in address and answer.status_code in (404, 409)
            assert answer.is_success or nothing_waits, (first, answer.text)
            if name and answer.headers["content-type"] == "application/json":
                answers[name] = answer.json()
            done.add((method, VARIABLE.sub("{}", address.removeprefix("{{api}}")).partition("?")[0]))

    routes = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path))
        for path, item in create_app(_nobody).openapi()["paths"].items()
        for method in item
    }
    assert {(method, path.replace("crm-4712", "{}")) for method, path in done} == routes


def ask(api: Api, token: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(EXAMPLES / "ask.py")],
        input="Three nights in Lisbon?\n",
        env={"TRAVELBOT_URL": str(api.http.base_url).rstrip("/"), "TRAVELBOT_TOKEN": token, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_ten_lines_of_python_print_the_reply(api: Api):
    lines = (EXAMPLES / "ask.py").read_text().partition("\n")[2].splitlines()
    assert len([line for line in lines if line.strip()]) == 10

    done = ask(api, api.http.headers["authorization"][7:])

    assert done.returncode == 0, done.stderr
    session_id = api.http.get("/sessions").json()["sessions"][0]["session_id"]
    assert (
        done.stdout.removeprefix("You: ").strip()
        == api.http.get(f"/sessions/{session_id}").json()["messages"][-1]["content"].strip()
    )


def test_ten_lines_of_python_say_in_a_sentence_what_is_wrong(api: Api):
    done = ask(api, "tbt_wrong")

    assert (done.returncode, done.stdout) == (1, "You: ")
    assert done.stderr.startswith("Send a valid token")
