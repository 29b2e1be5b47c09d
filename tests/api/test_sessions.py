"""Sessions and messages over the API."""

import pytest

from tests.helpers.services import until
from tests.helpers.unusual import unusual_settings


def test_created_session_is_listed_opened_changed_and_deleted(api):
    made = api.http.post("/sessions", json={"title": "Lisbon", "model": "openai/gpt-4o-mini", "memory": False})
    assert made.status_code == 201
    session_id = made.json()["session_id"]
    assert (made.json()["title"], made.json()["message_count"]) == ("Lisbon", 0)

    listed = api.http.get("/sessions").json()
    assert (listed["count"], listed["next_cursor"]) == (1, None)
    assert listed["sessions"] == [made.json()]

    changed = api.http.patch(f"/sessions/{session_id}", json={"pinned": True, "memory": True}).json()
    assert (changed["pinned"], changed["memory"], changed["title"]) == (True, True, "Lisbon")
    assert api.http.patch(f"/sessions/{session_id}?title=Porto").json()["title"] == "Porto"
    assert api.http.get(f"/sessions/{session_id}").json()["messages"] == []

    assert api.http.delete(f"/sessions/{session_id}").status_code == 204
    assert api.http.get(f"/sessions/{session_id}").status_code == 404
    assert api.http.delete(f"/sessions/{session_id}").status_code == 404


def test_every_setting_is_taken_changed_and_shown(api):
    unusual = unusual_settings()
    place = {"pinned": False, "archived": False}  # of a new session
    chosen = {name: value for name, value in unusual.items() if name not in place}

    made = api.http.post("/sessions", json=chosen).json()
    changed = api.http.patch(f"/sessions/{api.http.post('/sessions').json()['session_id']}", json=unusual).json()

    assert made.items() >= (chosen | place).items()
    assert changed.items() >= unusual.items()
    assert api.http.patch(f"/sessions/{made['session_id']}", json={name: None for name in unusual}).json() == made


def test_session_without_a_title_takes_one_from_its_first_message(api):
    session_id = api.http.post("/sessions").json()["session_id"]
    assert api.http.get(f"/sessions/{session_id}").json()["title"] == "New chat"

    api.chat("Three nights in Lisbon", f"/sessions/{session_id}/chat")

    assert api.http.get(f"/sessions/{session_id}").json()["title"] == "Three nights in Lisbon"
    assert api.http.get("/search", params={"q": "lisbon"}).json()["count"] >= 2


def test_pages_hold_every_session_once_latest_first(api):
    made = [api.http.post("/sessions", json={"title": str(number)}).json()["session_id"] for number in range(5)]
    api.http.patch(f"/sessions/{made[0]}", json={"pinned": True})

    found: list[str] = []
    address: str | None = "/sessions?limit=2"
    while address is not None:
        page = api.http.get(address).json()
        found += [one["session_id"] for one in page["sessions"]]
        address = page["next_cursor"] and f"/sessions?limit=2&cursor={page['next_cursor']}"

    assert found == made[::-1]


def test_list_is_filtered_by_words_and_archive(api):
    kept = api.http.post("/sessions", json={"title": "Lisbon in May"}).json()["session_id"]
    away = api.http.post("/sessions", json={"title": "Lisbon in June"}).json()["session_id"]
    api.http.post("/sessions", json={"title": "Oslo"})
    api.http.patch(f"/sessions/{away}", json={"archived": True})

    def found(**params):
        return [one["session_id"] for one in api.http.get("/sessions", params=params).json()["sessions"]]

    assert found(q="lisbon") == [kept]
    assert found(archived=True) == [away]
    assert found(q="tokyo") == []


def test_cleanup_names_what_was_really_deleted(api, stranger):
    mine = api.http.post("/sessions").json()["session_id"]
    other = stranger.http.post("/sessions").json()["session_id"]

    gone = api.http.post("/sessions/cleanup", json={"session_ids": [mine, other, "5", "nonsense"]})

    assert gone.json() == {"deleted": 1, "session_ids": [mine]}
    assert stranger.http.get(f"/sessions/{other}").status_code == 200


def test_messages_come_in_order_of_time_newest_page_first(api):
    session_id = api.http.post("/sessions").json()["session_id"]
    for number in range(5):
        stored = api.http.post(f"/sessions/{session_id}/messages", json={"role": "user", "content": str(number)})
        assert stored.status_code == 201

    newest = api.http.get(f"/sessions/{session_id}/messages", params={"limit": 2}).json()
    older = api.http.get(
        f"/sessions/{session_id}/messages", params={"limit": 3, "before": newest["next_cursor"]}
    ).json()

    assert [one["content"] for one in newest["messages"]] == ["3", "4"]
    assert [one["content"] for one in older["messages"]] == ["0", "1", "2"]
    assert older["next_cursor"] is None
    assert api.http.get(f"/sessions/{session_id}?messages=1").json()["messages"] == newest["messages"][1:]


def test_stored_message_is_a_ui_message_with_plain_text(api):
    session_id = api.http.post("/sessions").json()["session_id"]
    stored = api.http.post(
        f"/sessions/{session_id}/messages", json={"role": "user", "content": "Hi", "id": "crm-1"}
    ).json()

    assert (stored["role"], stored["parts"], stored["content"]) == ("user", [{"type": "text", "text": "Hi"}], "Hi")
    assert stored["metadata"] == {"status": "complete", "session_id": session_id}
    assert stored["timestamp"].endswith("Z")
    again = api.http.post(f"/sessions/{session_id}/messages", json={"role": "user", "content": "Hi", "id": "crm-1"})
    assert again.json() == stored
    assert api.http.get(f"/sessions/{session_id}").json()["message_count"] == 1
    other = api.http.post(f"/sessions/{session_id}/messages", json={"role": "user", "content": "No", "id": "crm-1"})
    assert (other.status_code, other.json()["code"]) == (409, "message_id_reused")


def test_model_is_told_of_stored_messages_with_the_next_question(api, emulator):
    session_id = api.http.post("/sessions").json()["session_id"]
    api.chat("Three nights in Lisbon", f"/sessions/{session_id}/chat")
    paid = emulator.paid_calls
    for role, text in (("system", "The client is vegan."), ("assistant", "Noted by phone."), ("user", "And shy.")):
        api.http.post(f"/sessions/{session_id}/messages", json={"role": role, "content": text})
    assert emulator.paid_calls == paid

    api.chat("What now?", f"/sessions/{session_id}/chat")
    api.chat("And then?", f"/sessions/{session_id}/chat")

    asked = emulator.asked(emulator.runs[-1]["thread_id"])
    assert [one for one in asked if "vegan" in one] == [
        "These messages were added to the conversation meanwhile, oldest first:\n\n"
        "Note: The client is vegan.\n\nYou: Noted by phone.\n\nPlanner: And shy."
    ]
    assert asked.index("What now?") > asked.index(next(one for one in asked if "vegan" in one))


def test_deleted_session_takes_its_thread_along(api, emulator):
    reply = api.chat("Three nights in Lisbon")
    thread_id = emulator.runs[-1]["thread_id"]
    assert emulator.thread_status(thread_id) == 200

    api.http.delete(f"/sessions/{reply.session_id}")

    until(lambda: emulator.thread_status(thread_id) == 404, what="the thread is deleted")


def test_search_finds_titles_and_messages_of_the_caller_only(api, stranger):
    api.http.post("/sessions", json={"title": "北京 in autumn"})

    hits = api.http.get("/search", params={"q": "京"}).json()

    assert [hit["session_title"] for hit in hits["hits"]] == ["北京 in autumn"]
    assert stranger.http.get("/search", params={"q": "京"}).json()["hits"] == []


def test_pages_of_hits_hold_every_hit_once(api):
    made = [
        api.http.post("/sessions", json={"title": f"Lisbon {number}"}).json()["session_id"] for number in range(3)
    ]
    api.http.post(f"/sessions/{made[0]}/messages", json={"role": "user", "content": "Lisbon by train"})

    first = api.http.get("/search?q=lisbon&limit=2").json()
    second = api.http.get(f"/search?q=lisbon&limit=2&cursor={first['next_cursor']}").json()

    assert (first["count"], second["count"], second["next_cursor"]) == (2, 2, None)
    assert [hit["session_id"] for hit in first["hits"] + second["hits"]] == [made[0], *made[::-1]]


def test_models_me_health_and_metrics_answer(api, services):
    services.admins.set_admin(api.user_id, admin=True)
    assert api.http.get("/models").json()["count"] > 10
    assert api.http.get("/me").json()["user_id"] == str(api.user_id)
    assert api.http.get("/health").json() == {"live": True, "ready": True, "database": "ok", "demo": False}
    api.chat("Three nights in Lisbon")
    numbers = api.http.get("/metrics").text
    assert 'travelbot_replies_ended_total{status="complete"} 1.0' in numbers
    assert 'route="/chat"' in numbers


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/sessions", {"title": ""}),
        ("POST", "/sessions", {"title": "x" * 101}),
        ("POST", "/sessions", {"title": "\u0000 "}),
        ("POST", "/sessions", {"model": "gpt"}),
        ("POST", "/sessions", {"memory": "perhaps"}),
        ("POST", "/sessions", []),
        ("GET", "/sessions?limit=0", None),
        ("GET", "/sessions?limit=101", None),
        ("GET", "/sessions?cursor=nonsense", None),
        ("POST", "/sessions/cleanup", {"session_ids": "all"}),
        ("GET", "/search", None),
        ("POST", "/chat", {}),
        ("POST", "/chat", {"content": " "}),
        ("POST", "/chat", {"content": "x" * 32_001}),
        ("POST", "/chat", {"messages": []}),
        ("POST", "/chat", {"messages": [{"role": "assistant", "parts": []}]}),
        ("POST", "/chat", {"messages": ["Hi"]}),
        ("POST", "/chat", {"messages": [{"role": "user", "id": 5, "parts": []}]}),
        ("POST", "/chat", {"messages": [{"role": "user", "id": "a", "parts": [{"type": "file", "url": "x"}]}]}),
        ("POST", "/chat", {"messages": [{"role": "user", "id": "a", "parts": [{"type": "text"}]}]}),
        ("POST", "/chat", {"content": "Hi", "trigger": "regenerate-message"}),
    ],
)
def test_bad_input_is_a_problem_and_stores_nothing(api, method, path, body):
    answer = api.http.request(method, path, json=body)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid_input"
    assert api.http.get("/sessions").json()["count"] == 0


def test_empty_parameters_are_as_good_as_none(api):
    made = api.http.post("/sessions", json={"title": "Lisbon"}).json()["session_id"]

    listed = api.http.get("/sessions?limit=50&cursor=&q=&archived=")

    assert listed.status_code == 200
    assert [one["session_id"] for one in listed.json()["sessions"]] == [made]
    assert api.http.get(f"/sessions/{made}/messages?limit=5&before=").json()["count"] == 0
    assert api.http.get("/search?q=&cursor=").json()["count"] == 0
