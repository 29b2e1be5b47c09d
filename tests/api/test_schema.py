"""Everything that the OpenAPI document allows, and much that it does not, sent to the real routes."""

import os
from typing import Any
from urllib.parse import unquote

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from schemathesis.transport.serialization import serialize_binary

from api.app import create_app
from tests.helpers.api import client


def _nobody():
    raise AssertionError("not asked at import")


@schemathesis.serializer("application/zip")
def _zip(_context: Any, value: Any) -> bytes:
    return serialize_binary(value)


schema = schemathesis.openapi.from_dict(create_app(_nobody).openapi())
schema.config.generation.update(allow_extra_parameters=False)  # a query may hold what we do not know

# What a schema cannot say: a text holds more than spaces, the last of `messages` is the user's, a file is one that
# can be imported, and a time zone exists.
WORDS = [positive_data_acceptance]
EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "6"))  # of each route
EXCLUDED = {
    "POST /chat": WORDS,
    "PATCH /follow-ups/{follow_up_id}": WORDS,
    "POST /messages/{message_id}/edit": WORDS,
    "GET /usage": WORDS,  # the first day comes before the last
    "POST /memories": WORDS,
    "PATCH /memories/{memory_id}": WORDS,
    "POST /sessions": WORDS,
    "POST /templates": WORDS,
    "PUT /templates/{template_id}": WORDS,
    "POST /templates/{template_id}/start": WORDS,
    "POST /sessions/{session_id}/chat": WORDS,
    "POST /sessions/{session_id}/follow-ups": WORDS,
    "POST /sessions/{session_id}/messages": WORDS,
    "POST /sessions/{session_id}/files": WORDS,  # the kind of a file
    "POST /import": WORDS,
    "GET /sessions": [negative_data_rejection],  # `?archived=` is no
    "GET /sessions/{session_id}/export": WORDS,
    "PATCH /sessions/{session_id}": [*WORDS, negative_data_rejection],  # `?title=a&title=b`: the last one counts
}


@pytest.fixture
def target(serve, start_services, user_id) -> dict[str, Any]:
    """Serve the API without limits on requests; give what a request to it needs, and the ids of real things."""
    services = start_services(requests_per_minute=10**9)
    address = serve(lambda: services)
    secret = services.tokens.create(user_id=user_id, name="test").secret
    with client(address, secret) as http:
        first = http.post("/chat", json={"content": "Three nights in Lisbon", "id": "known"})
        mine = {"name": "Mine", "first_message": "Hi"}
        template_id = http.post("/templates", json=mine).json()["template_id"]
        session_id = first.headers["x-session-id"]
        added = http.post(f"/sessions/{session_id}/files", files={"file": ("a.txt", b"Hello")})
        return {
            "template_id": template_id,
            "base_url": address,
            "headers": {"Authorization": f"Bearer {secret}"},
            "session_id": first.headers["x-session-id"],
            "message_id": first.headers["x-message-id"],
            "chat_id": "known",
            "follow_up_id": first.headers["x-message-id"],  # of nothing that waits: replies end at once here
            "memory_id": http.post("/memories", json={"content": "Prefers tea"}).json()["memory_id"],
            "file_id": added.json()["file_id"],
        }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_answers_are_the_declared_ones(case, target):
    """Ask twice where the path names a thing: one that is there, and one that was made up."""
    made_up = dict(case.path_parameters or {})
    for parameters in [{name: target[name] for name in made_up}, made_up] if made_up else [made_up]:
        case.path_parameters = parameters
        assume("\n" not in unquote(case.formatted_path))  # never gets to the API
        case.call_and_validate(
            base_url=target["base_url"],
            headers=target["headers"],
            excluded_checks=EXCLUDED.get(case.operation.label),
        )
