"""What Schemathesis makes of the OpenAPI document. Loaded by those who use it only: it takes half a second."""

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import requests
import schemathesis
from hypothesis import HealthCheck, assume, settings
from pydantic import BaseModel, ValidationError
from schemathesis.checks import load_all_checks
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance
from schemathesis.transport.serialization import serialize_binary

from api.deck_schemas import DeckIn
from tests.helpers.api_routes import document


@schemathesis.serializer("application/zip")
def _zip(_context: Any, value: Any) -> bytes:
    return serialize_binary(value)


def _sent() -> dict[str, Any]:
    """Return the document; in it a slide as it was made holds texts alone: all kinds stand in slides themselves."""
    schema = deepcopy(document())
    schemas = schema["components"]["schemas"]
    assert schemas["Built-Input"]["properties"]["blocks"]["items"]["oneOf"]
    schemas["Built-Input"]["properties"]["blocks"]["items"] = {"$ref": "#/components/schemas/TextBlock"}
    return schema


def _loaded() -> Any:
    loaded = schemathesis.openapi.from_dict(_sent())
    loaded.config.generation.update(allow_extra_parameters=False)  # a query may hold what we do not know
    # A method that some routes know, and one that none does.
    loaded.config.phases.coverage.unexpected_methods = {"patch", "trace"}
    return loaded


load_all_checks()
_schema = _loaded()
# Routes of a trip's deck are made by the lines that make those of a session's: they are sent a few cases.
_OF_TRIPS_DECKS = re.compile(r"/trips/{trip_id}/(slides\b|export$)")
_without_borders = _loaded()
_without_borders.config.phases.coverage.enabled = False

# What a schema cannot say: a text holds more than spaces, the last of `messages` is the user's, a file is one that
# can be imported, and a time zone exists.
_WORDS = [positive_data_acceptance]
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


_MODELS: dict[str, type[BaseModel]] = {"PUT /sessions/{session_id}/slides": DeckIn}  # hundreds of bodies are refused
_REFUSED_SENT = 20  # one in so many


@dataclass
class _Sender:
    """Sends one route its cases, none of them twice. What a token is for is asked until it was shown once."""

    target: dict[str, Any]
    http: requests.Session
    needs_token: bool = False
    sent: set[str] = field(default_factory=set)
    refused: int = 0

    def send(self, case: Any) -> None:
        """Ask for a thing that is there, and once for each name that was made up."""
        made_up = dict(case.path_parameters or {})
        assume("\n" not in unquote(case.formatted_path))  # never gets to the API
        if self._is_one_of_many_refused(case):
            return
        if made_up:
            if self._is_new(case.method, case.formatted_path):
                self._call(case)
            case.path_parameters = {name: self.target[name] for name in made_up}
        if self._is_new(case.method, case.query, case.headers, case.cookies, case.media_type, case.body):
            self._call(case)

    def _call(self, case: Any) -> None:
        response = case.call_and_validate(
            base_url=self.target["base_url"],
            headers=self.target["headers"],
            session=self.http,
            timeout=60,  # seconds: a machine that is busy is slow, not wrong
            excluded_checks=[
                *_EXCLUDED.get(case.operation.label, []),
                *([ignored_auth] if self.needs_token else []),
            ],
        )
        if response.status_code < 300 and not case.meta.is_negative_at(ParameterLocation.PATH):
            self.needs_token = True

    def _is_new(self, *parts: Any) -> bool:
        told = repr(parts)
        is_new = told not in self.sent
        self.sent.add(told)
        return is_new

    def _is_one_of_many_refused(self, case: Any) -> bool:
        """Whether the model of a large body refuses it, as it should, and the route was shown to ask the model."""
        model = _MODELS.get(case.operation.label)
        if model is None or not case.meta.is_negative_at(ParameterLocation.BODY):
            return False
        try:
            model.model_validate(case.body)
        except ValidationError:
            self.refused += 1
            return self.refused % _REFUSED_SENT != 1
        return False


def call_route(method: str, path: str, target: dict[str, Any], *, examples: int, borders: bool) -> None:
    """Send a route cases, and all on the borders of what it takes; compare the answers with the document."""
    schema = _schema if borders and not _OF_TRIPS_DECKS.match(path) else _without_borders
    operation = schema[path][method]
    with requests.Session() as http:
        http.trust_env = False
        sender = _Sender(target, http)

        @settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        def send(case: Any) -> None:
            sender.send(case)

        test: Callable[..., None] = build_operation_test(
            config=schema.config, operation=operation, test_func=send, given_kwargs={}, feedback=FeedbackSources()
        )
        test()
