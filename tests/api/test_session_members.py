"""Sharing single sessions over the API."""

import pytest

from tests.helpers.api import Api
from tests.helpers.services import make_user


@pytest.fixture
def place(api: Api, database) -> str:
    """Make a session and a colleague; return the address of its members."""
    make_user(database, "ben")
    session = api.http.post("/sessions", json={"title": "Lisbon"}).json()
    return f"/sessions/{session['session_id']}/members"


def names(answer) -> list[tuple[str, str, bool]]:
    return [(one["username"], one["access"], one["alone"]) for one in answer.json()["members"]]


def test_session_is_shared_changed_and_shared_no_more(api: Api, place: str):
    added = api.http.post(place, json={"username": "Ben", "access": "view"})
    assert added.status_code == 201
    [owner, ben] = names(added)
    assert ben == ("ben", "view", True)
    assert owner[1:] == ("owner", False)
    bens_id = added.json()["members"][1]["user_id"]

    assert names(api.http.patch(f"{place}/{bens_id}", json={"access": "edit"}))[1] == ("ben", "edit", True)
    assert names(api.http.get(place)) == [owner, ("ben", "edit", True)]
    assert api.http.delete(f"{place}/{bens_id}").status_code == 204
    assert names(api.http.get(place)) == [owner]


def test_who_is_given_a_session_alone_is_not_told_which_trip_it_is_in(api: Api, stranger: Api, services, user_id):
    trip_id = api.http.post("/trips", json={"title": "Lisbon"}).json()["trip_id"]
    made = api.http.post("/sessions", json={"title": "In it", "trip_id": trip_id}).json()
    place = f"/sessions/{made['session_id']}"
    name = stranger.http.get("/me").json()["username"]
    assert api.http.post(f"{place}/members", json={"username": name, "access": "edit"}).status_code == 201

    answers = [
        stranger.http.get(place),
        stranger.http.get("/sessions"),
        stranger.http.get(f"{place}/export", params={"format": "json"}),
        stranger.http.post(f"{place}/chat", json={"content": "Two nights"}),
    ]
    for answer in answers:
        assert answer.is_success
        assert trip_id not in answer.text + str(answer.headers)
    assert answers[0].json()["trip_id"] is None
    assert made["trip_id"] == api.http.get(place).json()["trip_id"] == trip_id


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "body", [{"username": "nobody"}, {"username": ""}, {"username": "ben", "access": "owner"}, {}]
)
def test_who_cannot_be_let_in_is_a_problem_of_the_field(api: Api, place: str, body: dict[str, str]):
    answer = api.http.post(place, json=body)
    assert answer.status_code == 422
    assert ("username" if body.get("access") is None else "access") in answer.text


def test_members_of_a_strangers_session_are_not_there(api: Api, database, services, place: str):
    eve = make_user(database, "eve")
    theirs = f"/sessions/{services.sessions.create(user_id=eve).id}/members"
    assert api.http.get(theirs).status_code == 404
    assert api.http.post(theirs, json={"username": "ben"}).status_code == 404
    assert api.http.patch(f"{theirs}/{eve}", json={"access": "edit"}).status_code == 404
    assert api.http.delete(f"{theirs}/{eve}").status_code == 404
