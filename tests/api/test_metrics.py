"""The numbers as Prometheus reads them."""

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.usage.metrics import ENDED
from services.wiring import Services
from tests.helpers import api_routes
from tests.helpers.api import Api, client
from tests.helpers.api_routes import ask, guarded

NAMES = {
    "travelbot_replies_running",
    "travelbot_replies_queued",
    "travelbot_replies_ended",
    "travelbot_readers",
    "travelbot_reply_first_text_seconds",
    "travelbot_reply_duration_seconds",
    "travelbot_database_statement_seconds",
    "travelbot_database_unavailable",
    "travelbot_backboard_response_seconds",
    "travelbot_backboard_errors",
    "travelbot_background_tasks",
    "travelbot_http_requests",
    "travelbot_http_request_seconds",
}


def labels(text, name):
    """Return the values of each label of a metric."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples if family.name == name else ():
            for label, value in sample.labels.items():
                found.setdefault(label, set()).add(value)
    return found


@pytest.fixture
def api(api: Api, services: Services) -> Api:
    """Give a program of an admin's."""
    services.admins.set_admin(api.user_id, admin=True)
    return api


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_planners_token_reads_no_metrics(stranger: Api):
    answer = stranger.http.get("/metrics")

    assert (answer.status_code, answer.json()["code"]) == (403, "admins_only")
    assert "travelbot" not in answer.text


def test_token_for_metrics_reads_nothing_else_and_ends_with_the_admin(address, api, services, user_id):
    secret = services.tokens.create(user_id=user_id, name="Prometheus", metrics_only=True).secret
    with client(address, secret) as http:
        assert http.get("/metrics").status_code == 200
        for method, path in guarded():
            if path != "/metrics":
                answer = ask(http, method, path)
                assert (answer.status_code, answer.json()["code"]) == (403, "metrics_token"), (method, path)

        services.admins.set_admin(user_id, admin=False)
        assert http.get("/metrics").status_code == 403


def test_every_number_is_there_once(api):
    api.chat("Three nights in Lisbon")

    answer = api.http.get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = [family.name for family in text_string_to_metric_families(answer.text)]
    ours = [name for name in families if name.startswith("travelbot_") and not name.endswith("_created")]
    assert sorted(ours) == sorted(NAMES)
    assert "process_cpu_seconds" in families
    assert len(families) == len(set(families))
    assert "\ntravelbot_reply_first_text_seconds_count 1.0\n" in answer.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_can_make_ever_more_series(api, emulator):
    emulator.fault({"fault": "error_event:3"})
    streamed = api.chat("Three nights in Lisbon")
    for path in ("/nothing", "/sessions/5", f"/sessions/{streamed.session_id}", "/%00", "/docs-assets/x"):
        api.http.get(path)
    for method in ("PURGE", "MKCOL", "OPTIONS", "DELETE"):
        api.http.request(method, "/health")

    text = api.http.get("/metrics").text

    requests = labels(text, "travelbot_http_requests")  # of all tests so far
    assert requests["method"] <= {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}
    ours = {path for _, path in api_routes.routes()} | {"/docs", "/docs.js", "/openapi.json", "/docs-assets"}
    assert requests["route"] <= ours | {"/api", "other"}  # the mount's own is what is no route of ours
    assert labels(text, "travelbot_replies_ended")["status"] == set(ENDED)
    assert labels(text, "travelbot_reply_duration_seconds")["status"] == {"failed"}
    assert labels(text, "travelbot_backboard_errors")["kind"] == {"RunFailedError"}
    assert labels(text, "travelbot_backboard_response_seconds")["operation"] == {
        "GET /models",
        "POST /assistants",
        "POST /assistants/{id}/threads",
        "POST /threads/messages",
    }
    assert not re.search(r'="[^"]*[0-9a-f]{8}', text)  # nobody's id
