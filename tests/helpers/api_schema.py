"""What Schemathesis makes of the OpenAPI document. Loaded by those who use it only: it takes half a second."""

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import requests
import schemathesis
from hypothesis import HealthCheck, assume, settings
from schemathesis.checks import load_all_checks
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance
from schemathesis.transport.serialization import serialize_binary

from tests.helpers.api_routes import SCHEMA


@schemathesis.serializer("application/zip")
def _zip(_context: Any, value: Any) -> bytes:
    return serialize_binary(value)


load_all_checks()
_schema = schemathesis.openapi.from_dict(SCHEMA)
_schema.config.generation.update(allow_extra_parameters=False)  # a query may hold what we do not know

# What a schema cannot say: a text holds more than spaces, the last of `messages` is the user's, a file is one that
# can be imported, and a time zone exists.
_WORDS = [positive_data_acceptance]
_EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "6"))  # of each route
_OF_DECKS = (  # `2.0` is no whole number here; the cursor; ids that are there once, and the kind of a picture
    "POST /slides",
    "PUT /slides",
    "GET /slides/versions",
    "POST /slides/restore",
    "POST /slides/refresh",
    "POST /slides/pictures",
    "POST /export",
)
_EXCLUDED = {
    "POST /chat": _WORDS,
    "PATCH /follow-ups/{follow_up_id}": _WORDS,
    "POST /messages/{message_id}/edit": _WORDS,
    "GET /usage": _WORDS,  # the first day comes before the last
    "POST /memories": _WORDS,
    "PATCH /memories/{memory_id}": _WORDS,
    "POST /customers/{customer_id}/memories": _WORDS,
    "PATCH /customers/{customer_id}/memories/{memory_id}": _WORDS,
    "POST /sessions": _WORDS,
    "POST /templates": _WORDS,
    "PUT /templates/{template_id}": _WORDS,
    "POST /templates/{template_id}/start": _WORDS,
    "POST /sessions/{session_id}/chat": _WORDS,
    "POST /sessions/{session_id}/follow-ups": _WORDS,
    "POST /sessions/{session_id}/messages": _WORDS,
    "POST /sessions/{session_id}/files": _WORDS,  # the kind of a file
    "POST /sessions/{session_id}/members": _WORDS,  # somebody who is here
    "POST /import": _WORDS,
    "GET /reviews": _WORDS,  # of a session or of a trip, not of both
    "POST /reviews": _WORDS,
    "PATCH /reviews/{review_id}": _WORDS,  # it ends in the future
    "POST /reviews/{review_id}/comments": _WORDS,
    "PATCH /reviews/{review_id}/comments/{comment_id}": _WORDS,
    "POST /reviews/{review_id}/decisions": _WORDS,
    "POST /review/{token}/comments": _WORDS,
    "PATCH /review/{token}/comments/{comment_id}": _WORDS,
    "POST /review/{token}/decisions": _WORDS,
    "GET /trips": [*_WORDS, negative_data_rejection],  # the cursor; `?status=` is no status
    "POST /trips": _WORDS,  # what a brief may hold
    "PATCH /trips/{trip_id}": _WORDS,
    "POST /trips/{trip_id}/copy": _WORDS,
    "POST /trips/{trip_id}/members": _WORDS,  # somebody who is here
    "POST /trips/{trip_id}/files": _WORDS,
    "GET /trips/{trip_id}/revisions": _WORDS,  # the cursor
    "GET /customers": _WORDS,
    "POST /customers": _WORDS,  # a language that there is
    "PATCH /customers/{customer_id}": _WORDS,
    "GET /sessions": [negative_data_rejection],  # `?archived=` is no
    "GET /sessions/{session_id}/export": _WORDS,
    "POST /sessions/{session_id}/slides/accept": _WORDS,
    "PATCH /brand": _WORDS,  # a language that there is
    "PUT /brand/logo": _WORDS,
    "PATCH /sessions/{session_id}": [*_WORDS, negative_data_rejection],  # `?title=a&title=b`: the last one counts
}
for _thing in ("/sessions/{session_id}", "/trips/{trip_id}"):
    _EXCLUDED |= {one.replace(" ", f" {_thing}"): _WORDS for one in _OF_DECKS}


@settings(max_examples=_EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def _call(case: Any, target: dict[str, Any], http: requests.Session, needs_token: set[str]) -> None:
    """Ask twice where the path names a thing: one that is there, and one that was made up.

    Without a token, and with a wrong one, is asked until a route has shown once that it minds.
    """
    made_up = dict(case.path_parameters or {})
    label = case.operation.label
    for parameters in [{name: target[name] for name in made_up}, made_up] if made_up else [made_up]:
        case.path_parameters = parameters
        assume("\n" not in unquote(case.formatted_path))  # never gets to the API
        response = case.call_and_validate(
            base_url=target["base_url"],
            headers=target["headers"],
            session=http,
            excluded_checks=[*_EXCLUDED.get(label, []), *([ignored_auth] if label in needs_token else [])],
        )
        if response.status_code < 300 and not case.meta.is_negative_at(ParameterLocation.PATH):
            needs_token.add(label)


def call_route(method: str, path: str, target: dict[str, Any]) -> None:
    """Send a route all its cases, and compare the answers with the document."""
    operation = _schema[path][method]
    test: Callable[..., None] = build_operation_test(
        config=_schema.config, operation=operation, test_func=_call, given_kwargs={}, feedback=FeedbackSources()
    )
    with requests.Session() as http:
        http.trust_env = False
        test(target=target, http=http, needs_token=set())
