"""Ratings, use and limits over the API."""

from decimal import Decimal
from typing import Any

import pytest

from db.models import utc_now
from tests.helpers.api import Api

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("noon"),
]


@pytest.fixture
def api(api: Api, services) -> Api:
    services.models.all()
    return api


def message(api: Api, reply) -> dict[str, Any]:
    found: list[dict[str, Any]] = api.http.get(f"/sessions/{reply.session_id}/messages").json()["messages"]
    (one,) = [one for one in found if one["id"] == reply.reply_id]
    return one


def test_reply_is_rated_and_the_rating_taken_back(api: Api):
    reply = api.chat("Three nights in Lisbon")
    path = f"/messages/{reply.reply_id}/rating"

    put = api.http.put(path, json={"value": -1, "reason": "Too dear"})

    assert (put.status_code, put.json()) == (200, message(api, reply))
    assert message(api, reply)["metadata"]["rating"] == {"value": -1, "reason": "Too dear"}
    assert api.http.delete(path).status_code == 204
    assert "rating" not in message(api, reply)["metadata"]


@pytest.mark.parametrize("body", [{"value": 0}, {"value": "1"}, {"value": True}, {"reason": "x"}, {"value": None}])
def test_what_is_no_rating_is_refused(api: Api, body):
    reply = api.chat("Three nights in Lisbon")

    assert api.http.put(f"/messages/{reply.reply_id}/rating", json=body).status_code == 422


def test_strangers_reply_is_not_there(api: Api, stranger: Api):
    reply = api.chat("Three nights in Lisbon")
    path = f"/messages/{reply.reply_id}/rating"

    assert stranger.http.put(path, json={"value": 1}).status_code == 404
    assert stranger.http.delete(path).status_code == 404


def test_use_is_told_by_day_and_model(api: Api):
    reply = api.chat("Three nights in Lisbon")
    cost = message(api, reply)["metadata"]["cost_usd"]

    told = api.http.get("/usage").json()

    (day,) = told["days"]
    assert (day["day"], day["model"]) == (f"{utc_now():%Y-%m-%d}", "openai/gpt-4o")
    assert (day["sessions"], day["replies"], day["cost_usd"], day["unpriced"]) == (1, 1, cost, 0)
    assert day["first_text_s"] is not None
    assert told["month"]["cost_usd"] == cost
    assert told["month"]["limit_usd"] is None
    assert told["files"] == {"used_bytes": 0, "limit_bytes": 500_000_000}
    session = api.http.get(f"/sessions/{reply.session_id}").json()
    assert (session["cost_usd"], session["unpriced"]) == (cost, 0)
    assert api.http.get("/usage", params={"from": "2020-01-01", "to": "2020-12-31"}).json()["days"] == []
    assert api.http.get("/usage", params={"from": "2020-02-01", "to": "2020-01-01"}).status_code == 422


def test_only_admins_see_others(api: Api, stranger: Api, services):
    stranger.chat("Three nights in Lisbon")
    for user in (str(stranger.user_id), "all", "5"):
        assert api.http.get("/usage", params={"user": user}).status_code == 404

    services.admins.set_admin(api.user_id, admin=True)

    theirs = api.http.get("/usage", params={"user": str(stranger.user_id)}).json()
    together = api.http.get("/usage", params={"user": "all"}).json()
    assert (theirs["count"], together["count"]) == (1, 1)
    assert theirs["month"]["cost_usd"] > 0
    assert together["month"] is None
    assert api.http.get("/usage", params={"user": "5"}).status_code == 404


def test_spent_month_is_a_402(api: Api, services):
    services.costs.set_limit(api.user_id, Decimal(0), by=None)

    answer = api.http.post("/chat", json={"content": "Three nights in Lisbon"})

    assert (answer.status_code, answer.json()["code"]) == (402, "monthly_limit")
    assert "retry-after" not in answer.headers
    assert "$0.00 of $0.00" in answer.json()["detail"]
