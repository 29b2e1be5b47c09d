"""Trips and customers over the API."""

import pytest

from tests.helpers.services import make_user

NOBODYS = "249712407203954688"


@pytest.fixture
def trip(api):
    """Make a trip for a customer."""
    customer = api.http.post("/customers", json={"name": "Weber", "language": "de"}).json()
    body = {"title": "Lisbon", "customer_id": customer["customer_id"], "brief": {"where": ["Lisbon"], "adults": 2}}
    made = api.http.post("/trips", json=body)
    assert made.status_code == 201, made.text
    return made.json()


def test_trip_is_created_listed_changed_and_deleted(api, trip):
    place = f"/trips/{trip['trip_id']}"
    assert (trip["title"], trip["status"], trip["access"], trip["rev"]) == ("Lisbon", "draft", "owner", 1)
    assert trip["brief"]["where"] == ["Lisbon"]
    assert len(trip["brief"]["travellers"]) == 2
    assert api.http.get(place).json() == trip

    changed = api.http.patch(place, json={"status": "booked", "brief": {"where": None, "pace": "full"}}).json()
    assert (changed["rev"], changed["status"], changed["title"]) == (2, "booked", "Lisbon")
    assert changed["brief"] == {"travellers": trip["brief"]["travellers"], "pace": "full"}
    listed = api.http.get("/trips").json()
    assert (listed["count"], listed["next_cursor"], listed["trips"][0]["customer_name"]) == (1, None, "Weber")

    archived = api.http.patch(place, json={"archived": True}).json()
    assert (archived["archived"], archived["rev"]) == (True, 2)
    assert api.http.get("/trips").json()["count"] == 0
    assert api.http.get("/trips?archived=true").json()["count"] == 1
    assert api.http.patch(place, json={"customer_id": None}).json()["customer_id"] is None

    assert api.http.delete(place).status_code == 422  # it has to be said what becomes of the sessions
    assert api.http.delete(place, params={"sessions": "keep"}).status_code == 204
    assert api.http.get(place).status_code == 404
    assert api.http.delete(place, params={"sessions": "keep"}).status_code == 404


def test_list_is_filtered_ordered_and_paged(api, trip):
    for title in ("b", "a"):
        api.http.post("/trips", json={"title": title, "status": "done"})

    def titles(**params):
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = api.http.get("/trips", params={"limit": 1, "cursor": cursor, **params}).json()
            found += [one["title"] for one in page["trips"]]
            cursor = page["next_cursor"]
        return found

    assert titles() == ["a", "b", "Lisbon"]
    assert titles(order="title") == ["a", "b", "Lisbon"]
    assert titles(q="WEB") == titles(customer_id=trip["customer_id"]) == titles(status="draft") == ["Lisbon"]
    assert titles(status="done", order="title") == ["a", "b"]
    wrong = api.http.get("/trips", params={"cursor": "nonsense"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_input")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        ({"title": "\n" * 1_000}, "body.title", "title"),
        ({"status": "perhaps"}, "body.status", "draft"),
        ({"brief": {"start": "2027-05-03", "end": "2027-05-01"}}, "body.brief.end", "before the start"),
        ({"brief": {"start": "2027-02-30", "end": "2027-03-01"}}, "body.brief.start", "2027-02-30"),
        ({"brief": {"adults": 1, "children": -1}}, "body.brief.travellers", "children"),
        ({"brief": {"budget": {"high": {"amount": "5", "currency": "EURO"}}}}, "body.brief.budget", "currency"),
        ({"brief": {"nonsense": 1}}, "body.nonsense", "nonsense"),
        ({"rev": 9, "title": "x"}, "body.rev", "revision 9"),
        ({"title": None}, "body.title", ""),
    ],
)
def test_what_is_wrong_is_told_at_its_field(api, trip, body, field, says):
    refused = api.http.patch(f"/trips/{trip['trip_id']}", json=body)

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    assert [one["field"] for one in refused.json()["errors"]] == [field]
    assert says in refused.json()["errors"][0]["message"]
    assert api.http.get(f"/trips/{trip['trip_id']}").json() == trip


def test_later_one_of_two_is_told_both_values(api, trip):
    place = f"/trips/{trip['trip_id']}"
    api.http.patch(place, json={"rev": 1, "title": "Porto"})

    refused = api.http.patch(place, json={"rev": 1, "title": "Faro"})
    merged = api.http.patch(place, json={"rev": 1, "status": "proposed"}).json()

    assert (refused.status_code, refused.json()["code"]) == (409, "trip_changed")
    assert refused.json()["errors"] == [
        {"field": "body.title", "message": "Title is now “Porto”, and was to be “Faro”."}
    ]
    assert (merged["title"], merged["status"], merged["rev"]) == ("Porto", "proposed", 3)
    api.http.patch(place, json={"rev": 3, "brief": {"where": ["Porto"]}})
    of_brief = api.http.patch(place, json={"rev": 3, "brief": {"where": ["Faro"]}})
    assert [one["field"] for one in of_brief.json()["errors"]] == ["body.brief.where"]


def test_revisions_are_listed_compared_and_restored(api, trip):
    place = f"/trips/{trip['trip_id']}/revisions"
    api.http.patch(f"/trips/{trip['trip_id']}", json={"title": "Porto", "brief": {"pace": "full"}})

    listed = api.http.get(place, params={"limit": 1}).json()
    assert [(one["rev"], one["by"], one["summary"]) for one in listed["revisions"]] == [(2, "Ada", "Title, Pace")]
    earlier = api.http.get(place, params={"cursor": listed["next_cursor"]}).json()
    assert ([one["rev"] for one in earlier["revisions"]], earlier["next_cursor"]) == ([1], None)
    found = api.http.get(f"{place}/2/changes", params={"since": "1"}).json()
    assert [(one["field"], one["before"], one["after"]) for one in found["changes"]] == [
        ("title", "Lisbon", "Porto"),
        ("pace", "", "full"),
    ]
    assert api.http.get(f"{place}/1").json()["brief"] == trip["brief"]
    restored = api.http.post(f"{place}/1/restore").json()
    assert (restored["rev"], restored["sha256"]) == (3, trip["sha256"])
    assert api.http.get(f"{place}/9").status_code == 404


def test_copy_is_a_trip_of_its_own(api, trip):
    copy = api.http.post(
        f"/trips/{trip['trip_id']}/copy", json={"title": "Lisbon again", "keep": ["where"]}
    )  # fmt: skip

    assert copy.status_code == 201
    assert copy.json()["trip_id"] != trip["trip_id"]
    assert (copy.json()["brief"], copy.json()["customer_id"]) == ({"where": ["Lisbon"]}, None)


def test_members_come_change_and_go(api, stranger, trip):
    place = f"/trips/{trip['trip_id']}"
    assert stranger.http.get(place).status_code == 404
    added = api.http.post(f"{place}/members", json={"username": "EVE", "access": "view"})
    assert added.status_code == 201
    assert [(one["username"], one["access"]) for one in added.json()["members"]] == [
        ("ada", "owner"), ("eve", "view"),
    ]  # fmt: skip
    eve = added.json()["members"][1]["user_id"]

    assert stranger.http.get(place).json()["access"] == "view"
    assert stranger.http.get(f"/customers/{trip['customer_id']}").json()["mine"] is False
    refused = stranger.http.patch(place, json={"title": "Mine"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_possible")
    api.http.patch(f"{place}/members/{eve}", json={"access": "edit"})
    assert stranger.http.patch(place, json={"title": "Ours"}).json()["title"] == "Ours"
    assert api.http.delete(f"{place}/members/{api.user_id}").status_code == 409
    handed = api.http.patch(f"{place}/members/{eve}", json={"access": "owner"}).json()["members"]
    assert [one["username"] for one in handed] == ["eve", "ada"]
    assert api.http.delete(f"{place}/members/{api.user_id}").status_code == 204
    assert api.http.get(place).status_code == 404
    for body in ({"username": "nobody"}, {"username": "eve"}):
        unknown = stranger.http.post(f"{place}/members", json=body)
        assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "body.username")


def test_files_are_everybodys(api, stranger, trip):
    place = f"/trips/{trip['trip_id']}"
    api.http.post(f"{place}/members", json={"username": "eve"})
    added = stranger.http.post(f"{place}/files", files={"file": ("brief.txt", b"Lisbon")})
    assert added.status_code == 201
    file_id = added.json()["file_id"]

    listed = api.http.get(f"{place}/files").json()["files"]
    assert [(one["name"], one["added_by"], one["trip_id"]) for one in listed] == [
        ("brief.txt", "Eve", trip["trip_id"]),
    ]  # fmt: skip
    content = api.http.get(f"{place}/files/{file_id}/content")
    assert (content.content, content.headers["content-type"]) == (b"Lisbon", "application/octet-stream")
    assert api.http.delete(f"{place}/files/{file_id}").status_code == 204
    assert api.http.get(f"{place}/files/{file_id}/content").status_code == 404


def test_sessions_start_in_a_trip_move_and_are_listed_by_it(api, trip):
    trip_id = trip["trip_id"]
    first = api.http.post("/sessions", json={"title": "One", "trip_id": trip_id}).json()
    reply = api.chat("Three nights in Lisbon", trip_id=trip_id)
    api.wait_until_written(reply.session_id)
    outside = api.http.post("/sessions", json={"title": "Outside"}).json()
    assert (first["trip_id"], outside["trip_id"]) == (trip_id, None)

    def listed(**params):
        by_trip = api.http.get("/sessions", params={"trip_id": trip_id, **params}).json()["sessions"]
        if "q" not in params:
            assert api.http.get(f"/trips/{trip_id}/sessions", params=params).json()["sessions"] == by_trip
        return [one["session_id"] for one in by_trip]

    assert listed() == [reply.session_id, first["session_id"]]
    assert listed(q="nights") == [reply.session_id]
    moved = api.http.post(
        f"/trips/{trip_id}/sessions", json={"session_ids": [outside["session_id"], reply.session_id]}
    ).json()
    assert moved == {"moved": 1, "session_ids": [outside["session_id"]]}
    left = api.http.patch(f"/sessions/{reply.session_id}", json={"trip_id": None, "title": "Out"}).json()
    assert (left["trip_id"], left["title"]) == (None, "Out")
    assert api.http.patch(f"/sessions/{first['session_id']}", json={"pinned": True}).json()["trip_id"] == trip_id
    assert set(listed()) == {first["session_id"], outside["session_id"]}

    pages: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.http.get("/sessions", params={"trip_id": trip_id, "limit": 1, "cursor": cursor}).json()
        pages += [one["session_id"] for one in page["sessions"]]
        cursor = page["next_cursor"]
    assert pages == listed()


def test_nothing_of_a_session_is_changed_where_one_thing_cannot_be(api, stranger, trip):
    session = api.http.post("/sessions", json={"title": "One"}).json()
    place = f"/sessions/{session['session_id']}"
    theirs = stranger.http.post("/trips", json={"title": "Oslo"}).json()["trip_id"]

    assert api.http.patch(place, json={"trip_id": trip["trip_id"], "title": " "}).status_code == 422
    assert api.http.patch(place, json={"trip_id": theirs, "title": "Two"}).status_code == 404
    assert api.http.get(place, params={"messages": 0}).json()["title"] == "One"
    assert api.http.get(place).json()["trip_id"] is None


def test_ids_of_others_are_nothings(api, stranger, trip):
    """Whatever is asked with an id of somebody else's, or of nothing: not found, never forbidden."""
    session_id = api.http.post("/sessions", json={"title": "One"}).json()["session_id"]
    own = api.http.post("/trips", json={"title": "Own"}).json()["trip_id"]
    make_file = api.http.post(f"/trips/{trip['trip_id']}/files", files={"file": ("a.txt", b"x")}).json()
    for http, trip_id, customer_id in (
        (stranger.http, trip["trip_id"], trip["customer_id"]),
        (api.http, NOBODYS, NOBODYS),
        (api.http, "nonsense", "nonsense"),
    ):
        place, customer = f"/trips/{trip_id}", f"/customers/{customer_id}"
        asked = [
            http.get(place),
            http.patch(place, json={"title": "x"}),
            http.patch(place, json={"archived": True}),
            http.delete(place, params={"sessions": "delete"}),
            http.post(f"{place}/copy", json={"title": "x"}),
            http.get(f"{place}/sessions"),
            http.get(f"{place}/members"),
            http.post(f"{place}/members", json={"username": "ada"}),
            http.patch(f"{place}/members/{api.user_id}", json={"access": "view"}),
            http.delete(f"{place}/members/{api.user_id}"),
            http.get(f"{place}/files"),
            http.post(f"{place}/files", files={"file": ("a.txt", b"x")}),
            http.get(f"{place}/files/{make_file['file_id']}/content"),
            http.delete(f"{place}/files/{make_file['file_id']}"),
            http.get(f"{place}/revisions"),
            http.get(f"{place}/revisions/1"),
            http.get(f"{place}/revisions/1/changes", params={"since": "1"}),
            http.post(f"{place}/revisions/1/restore"),
            http.get(customer),
            http.patch(customer, json={"name": "x"}),
            http.delete(customer),
        ]
        if trip_id != "nonsense":  # the pattern says what an id is
            asked += [
                http.post("/trips", json={"title": "x", "customer_id": customer_id}),
                http.get("/trips", params={"customer_id": customer_id}),
                http.post("/sessions", json={"trip_id": trip_id}),
                http.get("/sessions", params={"trip_id": trip_id}),
                http.post("/chat", json={"content": "Hi", "trip_id": trip_id}),
            ]
        assert [one.status_code for one in asked] == [404] * len(asked)
    moved = stranger.http.post("/trips", json={"title": "Oslo"}).json()["trip_id"]
    assert stranger.http.post(f"/trips/{moved}/sessions", json={"session_ids": [session_id]}).status_code == 404
    assert api.http.get(f"/trips/{own}/files/{make_file['file_id']}/content").status_code == 404
    assert api.http.get(f"/trips/{trip['trip_id']}").json() == trip | {"last_used_at": trip["last_used_at"]}


def test_customer_is_created_listed_changed_and_deleted(api, database):
    make_user(database, "bob")
    made = api.http.post("/customers", json={"name": " Familie  Weber ", "notes": "Pays late"})
    assert made.status_code == 201
    place = f"/customers/{made.json()['customer_id']}"
    assert (made.json()["name"], made.json()["language"], made.json()["mine"]) == ("Familie Weber", None, True)
    assert api.http.get(place).json() == made.json()
    for number in range(2):
        api.http.post("/customers", json={"name": f"abel {number}"})
    first = api.http.get("/customers", params={"limit": 2}).json()
    rest = api.http.get("/customers", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["name"] for one in (*first["customers"], *rest["customers"])] == [
        "abel 0", "abel 1", "Familie Weber",
    ]  # fmt: skip
    assert api.http.get("/customers", params={"q": "WEBER"}).json()["count"] == 1

    changed = api.http.patch(place, json={"language": "pt-pt"}).json()
    assert (changed["language"], changed["notes"]) == ("pt-PT", "Pays late")
    refused = api.http.patch(place, json={"language": "xx-QQ", "name": "\n" * 1_000})
    assert [one["field"] for one in refused.json()["errors"]] == ["body.name", "body.language"]
    assert api.http.get(place).json() == changed
    assert api.http.delete(place).status_code == 204
    assert api.http.get(place).status_code == 404
