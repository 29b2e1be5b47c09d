"""What a server says to whoever has a link, on every page and in every file: its snapshot, and nothing else."""

import base64
import html
import json
import re
from collections.abc import Iterator

import httpx
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from db.models import utc_now
from services.reviews.records import DecisionKind, NewLink
from services.reviews.visits import new_reader_key
from settings import ROOT
from tests.helpers.browser import App
from tests.helpers.pdfs import words
from tests.helpers.planners import add_planner, database_of
from tests.helpers.review_secrets import NUMBER, SEEN, SEEN_OF_BRIEF, planted, planted_brief
from tests.helpers.reviews import Reviews
from tests.helpers.tab import drawn, elements, has_sidebar, is_the_door, open_tab

PLANNERS = sorted(page.stem for page in (ROOT / "pages" / "planner").glob("*.py") if page.stem != "chat")
PUBLIC = sorted(
    page.stem for page in (ROOT / "pages" / "public").glob("*.py") if page.stem not in ("review", "sign_in")
)
DOORS = ("", "sign_in", "nowhere", *PLANNERS)


@pytest.fixture(params=["session", "trip"])
def link(shared_app: App, request) -> Iterator[tuple[Reviews, NewLink, str]]:
    """Give a link to what has a mark in every private place, and the key of a browser that decided on it."""
    planner, key = add_planner(shared_app), new_reader_key()
    with database_of(shared_app) as database:
        reviews = Reviews(database, now=utc_now())
        if request.param == "session":
            made = reviews.share(planted(database, reviews, planner.id), planner.id, download=True)
        else:
            made = reviews.share_brief(planted_brief(database, reviews, planner.id), planner.id, download=True)
        reviews.comments.add(made.review.id, "mark internal", user_id=planner.id, internal=True)
        seen = reviews.visits.look(made.token, key).version.sha256
        reviews.visits.decide(made.token, key, DecisionKind.APPROVE, name="Anna", sha256=seen)
        yield reviews, made, key


def holds_a_mark(said: bytes | str) -> bool:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return re.search(r"(?<!\.)mark ", text, re.IGNORECASE) is not None or str(NUMBER)[:6] in text


def sent(said: list[ForwardMsg]) -> bytes:
    return b"".join(one.SerializeToString() for one in said)


def downloaded(said: list[ForwardMsg]) -> list[bytes]:
    """Return the files that a page was told to save."""
    told = re.findall(
        r'travelbot-told-download" data-values="([^"]*)"', "".join(one.html.body for one in elements(said))
    )
    return [base64.b64decode(json.loads(html.unescape(one))["content"]) for one in told]


@pytest.mark.browser
def test_page_and_files_of_a_link_hold_its_snapshot_and_no_mark(shared_app, link):
    _, made, key = link
    seen = SEEN if made.review.session_id else SEEN_OF_BRIEF
    cookies = {"Cookie": f"travelbot_reviewer={key}"}
    with open_tab(shared_app, headers=cookies) as tab:
        said = drawn(tab, "review", query=f"link={made.token}")
        buttons = {one.button.id.split("-", 2)[2]: one.button.id for one in elements(said) if one.HasField("button")}
        files = []
        for name in ("review_pdf", "review_receipt_pdf", "review_receipt_json"):
            pressed = drawn(tab, "review", query=f"link={made.token}", pressed=buttons[name])
            said += pressed
            files += downloaded(pressed)

    assert all(text.encode() in sent(said) for text in seen)
    assert not holds_a_mark(sent(said))
    assert len(files) == 3
    pdf, receipt, values = files
    assert seen[1].replace("*", "") in words(pdf)
    assert "Anna" in words(receipt)
    assert json.loads(values)["decisions"][0]["name"] == "Anna"
    assert not any(holds_a_mark(one) for one in (words(pdf), words(receipt), values))


@pytest.mark.browser
def test_link_opens_no_other_page_and_no_place_for_files(shared_app, link):
    _, made, key = link
    query = f"link={made.token}&{made.review.thing.kind}={made.review.thing.id}&review={made.review.id}"
    cookies = {"Cookie": f"travelbot_reviewer={key}; session={made.token}"}
    for page in (*DOORS, *PUBLIC):
        with open_tab(shared_app, headers=cookies) as tab:
            said = drawn(tab, page, query=query)
            assert page in PUBLIC or is_the_door(said), page
            assert not has_sidebar(said), page
            assert not holds_a_mark(sent(said))
            assert not any(text.encode() in sent(said) for text in (*SEEN, *SEEN_OF_BRIEF))
    with open_tab(shared_app, headers=cookies) as tab:
        first = drawn(tab, "review", query=f"link={made.token}")[0]
        session_id = first.new_session.initialize.session_id
        upload = f"{shared_app.url}/_stcore/upload_file/{session_id}/{made.review.id}"
        assert httpx.put(upload, files={"file": ("a.txt", b"a")}, headers=cookies).status_code == 403
    for path in (made.token, f"{made.review.id}.pdf", f"{made.review.version.sha256}.pdf"):
        assert httpx.get(f"{shared_app.url}/media/{path}", headers=cookies).status_code == 404
