"""Every door of the app, and what whoever comes to it gets there.

What is in no table here makes a test fail: whoever adds a screen or a route says in one line what it is to whom.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Who comes, by the place that what they get has in a row. Whoever is not in is told and given the same.
OUT, GUEST, VIEWER, PLANNER, ADMIN = range(5)
WHO = {
    "nobody": OUT,
    "somebody with made-up secrets": OUT,
    "somebody who signs as the victim": OUT,
    "somebody whose sign-in was ended": OUT,
    "somebody disabled": OUT,
    "a guest": GUEST,
    "a viewer": VIEWER,
    "a planner": PLANNER,
    "somebody who was an admin": PLANNER,
    "an admin": ADMIN,
}

_PLANNERS = "door page page page page"
# By what stands in the address. "page" has a sidebar, "form" is one without; "none": there is no such page.
SCREENS = {
    "": _PLANNERS,
    "sessions": _PLANNERS,
    "trips": _PLANNERS,
    "deck": _PLANNERS,
    "templates": _PLANNERS,
    "memory": _PLANNERS,
    "reviews": _PLANNERS,
    "insights": _PLANNERS,
    "settings": _PLANNERS,
    "operations": "door none none none page",
    "people": "door none none none page",
    "receipt": "form page page page page",  # of an account that was deleted
    "reset": "form page page page page",  # which says that a link is missing
    "review": "form form form form form",  # so does this
    "sign_in": "door none none none none",
    "sign_up": "form page none none none",
    "no_such_page": "door none none none none",
}

_API = """
ok ok ok ok ok                everybody's, and nobody's
    GET /health
    GET /openapi.json
    GET /docs
    GET /docs.js
    GET /docs-assets
401 403 403 403 ok            admins'
    GET /metrics
401 403 403 ok ok             taken in from elsewhere
    POST /import
404 404 404 404 404           a link's, which is no more
    GET /review/{token}
    GET /review/{token}/snapshot
    GET POST /review/{token}/comments
    PATCH DELETE /review/{token}/comments/{comment_id}
    POST /review/{token}/decisions
401 ok ok ok ok               read, of one's own
    GET /me
    GET /me/data
    GET /chat/{chat_id}/stream
    GET /models
    GET /usage
    GET /search
    GET /sessions
    GET /trips
    GET /customers
    GET /templates
    GET /memories
    GET /memories/search
    GET /reviews
    GET /reviews session_id
    GET /reviews trip_id
    GET /brand
401 ok 403 ok ok              written, of one's own
    POST /chat
    POST /sessions
    POST /sessions/cleanup session_ids
    POST /trips
    POST /customers
    POST /templates
    POST DELETE /memories
    PATCH /brand
    PUT DELETE /brand/logo
    POST DELETE /samples
401 404 404 404 404           read, of a thing that is another's
    GET /sessions/{session_id}
    GET /sessions/{session_id}/messages
    GET /sessions/{session_id}/stream
    GET /sessions/{session_id}/files
    GET /sessions/{session_id}/files/{file_id}/content
    GET /sessions/{session_id}/members
    GET /sessions/{session_id}/follow-ups
    GET /sessions/{session_id}/export
    GET /messages/{message_id}/memories
    GET /trips/{trip_id}
    GET /trips/{trip_id}/sessions
    GET /trips/{trip_id}/members
    GET /trips/{trip_id}/files
    GET /trips/{trip_id}/files/{trip_file_id}/content
    GET /trips/{trip_id}/revisions
    GET /trips/{trip_id}/revisions/{rev}
    GET /trips/{trip_id}/revisions/{rev}/changes
    GET /sessions/{session_id}/slides
    GET /sessions/{session_id}/slides/versions
    GET /sessions/{session_id}/slides/refresh
    GET /sessions/{session_id}/slides/pictures/{sha256}
    GET /trips/{trip_id}/slides
    GET /trips/{trip_id}/slides/versions
    GET /trips/{trip_id}/slides/refresh
    GET /trips/{trip_id}/slides/pictures/{sha256}
    GET /customers/{customer_id}
    GET /customers/{customer_id}/memories
    GET /customers/{customer_id}/memories/search
    GET /templates/{template_id}
    GET /sessions trip_id
    GET /trips customer_id
    GET /reviews/{review_id}
    GET /reviews/{review_id}/snapshot
    GET /reviews/{review_id}/comments
    GET /reviews/{review_id}/decisions
    POST /sessions/{session_id}/export
    POST /trips/{trip_id}/export
401 404 403/404 404 404       changed, of a thing that is another's
    PATCH DELETE /sessions/{session_id}
    POST /sessions/{session_id}/messages
    POST /sessions/{session_id}/chat
    POST /sessions/{session_id}/stop
    POST /sessions/{session_id}/files
    DELETE /sessions/{session_id}/files/{file_id}
    POST /sessions/{session_id}/members
    PATCH DELETE /sessions/{session_id}/members/{user_id}
    POST /sessions/{session_id}/follow-ups
    POST /sessions/{session_id}/follow-ups/send
    PATCH DELETE /follow-ups/{follow_up_id}
    POST /messages/{message_id}/retry
    POST /messages/{message_id}/edit
    POST /messages/{message_id}/show
    POST /messages/{message_id}/fork
    POST /messages/{message_id}/restore
    DELETE /messages/{message_id}
    PUT DELETE /messages/{message_id}/rating
    PATCH DELETE /trips/{trip_id}
    POST /trips/{trip_id}/copy customer_id
    POST /trips/{trip_id}/sessions session_ids
    POST /trips/{trip_id}/members
    PATCH DELETE /trips/{trip_id}/members/{user_id}
    POST /trips/{trip_id}/files
    DELETE /trips/{trip_id}/files/{trip_file_id}
    POST /trips/{trip_id}/revisions/{rev}/restore
    POST PUT /sessions/{session_id}/slides
    POST /sessions/{session_id}/slides/restore
    POST /sessions/{session_id}/slides/refresh
    POST /sessions/{session_id}/slides/accept message_id
    POST /sessions/{session_id}/slides/pictures
    POST PUT /trips/{trip_id}/slides
    POST /trips/{trip_id}/slides/restore
    POST /trips/{trip_id}/slides/refresh
    POST /trips/{trip_id}/slides/pictures
    PATCH DELETE /customers/{customer_id}
    POST DELETE /customers/{customer_id}/memories
    PATCH DELETE /customers/{customer_id}/memories/{memory_id}
    PATCH DELETE /memories/{memory_id}
    PUT DELETE /templates/{template_id}
    POST /templates/{template_id}/start
    PATCH /sessions/{session_id} trip_id
    PATCH /trips/{trip_id} customer_id
    POST /reviews session_id
    POST /reviews trip_id
    POST /chat trip_id
    POST /sessions trip_id
    POST /trips customer_id
    PATCH DELETE /reviews/{review_id}
    POST /reviews/{review_id}/share-again
    POST /reviews/{review_id}/address
    POST /reviews/{review_id}/comments
    PATCH DELETE /reviews/{review_id}/comments/{comment_id}
    POST /reviews/{review_id}/comments/{comment_id}/resolve
    POST /reviews/{review_id}/comments/{comment_id}/reopen
    POST /reviews/{review_id}/decisions
"""


@dataclass(frozen=True)
class Asked:
    """What is asked of one of Streamlit's own routes, and the status that everybody gets, whoever they are.

    *leads_to* is where an answer sends the browser.
    """

    path: str
    status: int
    leads_to: str | None = None


# Streamlit's own routes, by their methods and paths, for everybody alike; what depends on a tab is in the test.
STREAMLIT = {
    "GET HEAD /_stcore/health": [Asked("/_stcore/health", 200)],
    "OPTIONS /_stcore/health": [Asked("/_stcore/health", 204)],
    "GET HEAD /_stcore/metrics": [
        Asked("/_stcore/metrics", 404),
        Asked("/_stcore/metrics?families=cache_memory_bytes", 404),
        Asked("/_stcore/metrics?families=active_sessions", 200),
    ],
    "OPTIONS /_stcore/metrics": [Asked("/_stcore/metrics?families=active_sessions", 204)],
    "GET HEAD /_stcore/host-config": [Asked("/_stcore/host-config", 200)],
    "GET HEAD /media/{file_id:path}": [
        Asked("/media/{file_id}.txt", 404),
        Asked("/media/{sha256}.png", 404),
        Asked("/media/{session_id}", 404),
    ],
    "OPTIONS /media/{file_id:path}": [Asked("/media/{file_id}.txt", 204)],
    "PUT /_stcore/upload_file/{session_id}/{file_id}": [Asked("/_stcore/upload_file/{tab}/{file_id}", 403)],
    "DELETE /_stcore/upload_file/{session_id}/{file_id}": [Asked("/_stcore/upload_file/{tab}/{file_id}", 403)],
    "OPTIONS /_stcore/upload_file/{session_id}/{file_id}": [Asked("/_stcore/upload_file/{tab}/{file_id}", 204)],
    "GET HEAD /component/{path:path}": [Asked("/component/none/index.html", 404), Asked("/component/", 404)],
    "OPTIONS /component/{path:path}": [Asked("/component/none/index.html", 204)],
    "GET HEAD /_stcore/bidi-components/{path:path}": [Asked("/_stcore/bidi-components/none/index.js", 404)],
    "OPTIONS /_stcore/bidi-components/{path:path}": [Asked("/_stcore/bidi-components/none/index.js", 204)],
    "WEBSOCKET /_stcore/stream": [],  # every screen
    "GET HEAD /auth/login": [
        Asked("/auth/login", 302, "/"),
        Asked("/auth/login?provider=none&next=https://evil.example/", 302, "/"),
    ],
    "GET HEAD /auth/logout": [Asked("/auth/logout?redirect_uri=https://evil.example/", 302, "/")],
    "GET HEAD /oauth2callback": [
        Asked("/oauth2callback?code=1&state=2&redirect_uri=https://evil.example/", 302, "/"),
        Asked("/oauth2callback?error=%0d%0aSet-Cookie:%20a=b&error_description=c", 302, "/"),
    ],
    **{
        f"DELETE GET HEAD OPTIONS PATCH POST PUT /_stcore/agent/{name}": [Asked(f"/_stcore/agent/{name}", 404)]
        for name in ("interact", "openapi.json", "mcp")
    },
    "GET HEAD /app/static/{path:path}": [
        Asked("/app/static/icon.svg", 200),
        Asked("/app/static/none.js", 404),
        Asked("/app/static/%2e%2e/settings.py", 400),
    ],
    "OPTIONS /app/static/{path:path}": [Asked("/app/static/icon.svg", 204)],
    "MOUNT /api": [],  # every route of the API
    "MOUNT /": [Asked("/", 200), Asked("/no/such/page", 200), Asked("/static/none.js", 200)],
}


@dataclass(frozen=True)
class ApiDoor:
    """A route of the API, the ids of the victim's that are named beside its path, and what whoever comes gets."""

    method: str
    path: str
    names: tuple[str, ...]
    outcomes: tuple[str, ...]

    @property
    def begins_with(self) -> str | None:
        """What the path names first, where something else of somebody's is named behind it."""
        within = [name for name in re.findall(r"{(\w+)}", self.path) if name != "rev"]
        return within[0] if within and len(within) + len(self.names) > 1 else None


def api_doors() -> Iterator[ApiDoor]:
    """Yield every line of the API's table, once for each method."""
    outcomes: tuple[str, ...] = ()
    for line in _API.strip().splitlines():
        words = line.split()
        if line[0] != " ":
            outcomes = tuple(words[:5])
            continue
        at = next(place for place, word in enumerate(words) if word[0] == "/")
        for method in words[:at]:
            yield ApiDoor(method, words[at], tuple(words[at + 1 :]), outcomes)
