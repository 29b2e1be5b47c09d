"""The page that a link opens: what it shows, to whom, and what can be said on it."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput
from streamlit.util import calc_hash

from components.labels import escape_label
from components.resources import get_tabs
from components.reviews.words import short_hash
from db.engine import Database, DatabaseUnavailableError
from db.models import ChatSession, Message
from db.models import User as UserRow
from exports import markdown_text
from services.accounts.records import User
from services.errors import NotFoundError
from services.reviews.doors import GONE
from services.reviews.guesses import SAID, WRONG_LINKS
from services.reviews.links import cookie_name, link_name
from services.reviews.records import DecisionKind, NewLink, ReviewMay
from services.reviews.visits import VisitService, new_reader_key
from services.wiring import Services
from settings import ROOT
from tests.helpers.clock import NOON, Clock
from tests.helpers.naughty import STRINGS, says_something
from tests.helpers.reviews import TALK, Reviews
from tests.helpers.rows import see
from tests.helpers.told import told

TOGGLE = "review_changes_toggle"
HOSTILE = "<script>alert(1)</script> ![x](https://evil.example/x.png) :tada: $x$ **b** [l](https://evil.example)"


@pytest.fixture(autouse=True)
def cookies(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Give the cookies that come with the page: none."""
    came: dict[str, str] = {}
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", came)
    return came


@pytest.fixture
def reviews(services: Services, app_database: Database) -> Reviews:
    """Give what a planner and others do, on the app's database."""
    return Reviews(app_database, now=NOON)


@pytest.fixture
def session_id(reviews: Reviews, planner: User) -> int:
    return reviews.session(planner.id)


@pytest.fixture
def share(reviews: Reviews, session_id: int, planner: User) -> Callable[..., NewLink]:
    return lambda **settings: reviews.share(session_id, planner.id, **settings)


def opened(at: AppTest, token: str, *, key: str | None = "a" * 22) -> AppTest:
    """Open a link in a browser that is known by *key*; None: it has not told yet."""
    at.query_params["link"] = token
    at._page_hash = calc_hash("review")
    if key:
        at.session_state["told_travelbot_reviewer"] = key
    return run(at)


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def click(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click().run()
    assert not at.exception
    return at


def shown(at: AppTest) -> str:
    """Return everything that is written on the page."""
    kinds = (at.title, at.header, at.markdown, at.text, at.caption, at.error, at.info)
    return "\n".join(element.value for kind in kinds for element in kind).replace("\\", "").replace("\u2060", "")


def keys(at: AppTest, start: str) -> list[str]:
    return [str(button.key) for button in at.button if str(button.key).startswith(start)]


def marked(at: AppTest) -> dict[str, list[list[str]]]:
    """Return the passages, with the words before them, that the browser is to mark, by their message's anchor."""
    [values] = told(at, "passages")
    found: dict[str, list[list[str]]] = json.loads(base64.b64decode(values["marked"]))
    return found


def anchor(reviews: Reviews, link: NewLink, number: int) -> str:
    return reviews.visits.look(link.token, None).snapshot.blocks[number].anchor


def commented(at: AppTest, place: str, text: str, name: str = "Carla", **more: str) -> AppTest:
    at.button(key=f"review_comment_{place}").click().run()
    name_box(at, f"review_name_comment_{place}").input(name)
    at.text_area(key=f"review_typed_{place}").input(text)
    if "passage" in more:
        at.text_input(key=f"review_passage_{place}").input(more["passage"])
    return click(at, f"review_send_{place}")


def name_box(at: AppTest, start: str) -> TextInput:
    """Return the box for a name that is drawn now; its key ends in the number of names that were given."""
    [box] = [box for box in at.text_input if str(box.key).startswith(start)]
    return box


def decided(at: AppTest, kind: str, note: str = "", name: str = "Carla") -> AppTest:
    at.radio[0].set_value(kind)
    name_box(at, "review_decision_name").input(name)
    at.text_area(key="review_decision_note").input(note)
    return click(at, "review_decide")


def test_stranger_sees_what_was_shared_by_whom_for_whom_and_what_is_asked_for(
    visitor: AppTest, share: Callable[..., NewLink]
) -> None:
    link = share(note="Look at the *castle*.", approvals=2)

    at = opened(visitor, link.token)

    page = shown(at)
    assert at.title[0].value == "Lisbon in May"
    assert [said.avatar for said in at.chat_message[:2]] == [":material/person:", ":material/flight_takeoff:"]
    for words in (
        "Ada Planner",
        "Customer",
        "Look at the *castle*.",
        "Open for a decision · 0 of 2 approvals",
        TALK[0],
        "Walk up to the",
    ):
        assert words in page
    assert not at.sidebar.children
    assert link.token not in page


@pytest.mark.parametrize(
    ("ends_at", "said"),
    [
        (datetime(2026, 12, 20, 23, tzinfo=UTC), "Open until the end of December 20, 2026"),
        (datetime(2026, 12, 20, 15, tzinfo=UTC), "Open until Dec 20, 2026, 4:00 PM"),  # a day's end, but elsewhere
    ],
)
def test_last_day_of_a_link_is_the_one_that_the_planner_chose(
    visitor: AppTest, share: Callable[..., NewLink], ends_at: datetime, said: str
) -> None:
    assert said in shown(opened(visitor, share(ends_at=ends_at).token)).replace("\u202f", " ")


@pytest.mark.parametrize(
    ("locale", "day", "instant", "number"),
    [
        ("de-DE", "20. November 2026", "18.11.2026, 13:00", "1.234 comments"),
        ("pl", "20 listopada 2026", "18 lis 2026, 13:00", "1 234 comments"),
        ("en-GB", "20 November 2026", "18 Nov 2026, 13:00", "1,234 comments"),
        ("tlh-KX", "November 20, 2026", "Nov 18, 2026, 1:00 PM", "1,234 comments"),  # nobody has words for it
    ],
)
def test_days_times_and_numbers_are_as_the_language_of_the_browser_writes_them(
    visitor: AppTest,
    share: Callable[..., NewLink],
    monkeypatch: pytest.MonkeyPatch,
    locale: str,
    day: str,
    instant: str,
    number: str,
) -> None:
    link = share(due_on=NOON.date() + timedelta(days=2))
    monkeypatch.setattr("db.comments.count_threads", lambda *_, **__: {None: 1234})
    visitor.context["locale"] = locale

    at = opened(visitor, link.token)
    page = shown(at).replace("\u202f", " ")

    assert f"Please answer by **{day}**" in page
    assert f"version of {instant}" in page
    assert f"**Ada Planner** · {instant}" in page
    assert at.button(key="review_open_whole").label.replace("\u00a0", " ") == number


@pytest.mark.parametrize(
    ("may", "said"),
    [
        (ReviewMay.LOOK, None),
        (ReviewMay.COMMENT, "Open for comments"),
        (ReviewMay.DECIDE, "Open for a decision · 0 of 2 approvals"),
    ],
)
def test_state_is_told_in_words_for_those_who_open_the_link(
    visitor: AppTest, share: Callable[..., NewLink], may: ReviewMay, said: str | None
) -> None:
    at = opened(visitor, share(may=may, approvals=2).token)

    badges = [one.value for one in at.markdown if "-badge[" in one.value]
    assert len(badges) == (1 if said else 0)
    assert all(str(said) in badge for badge in badges)


def test_state_of_a_version_that_nobody_decided_about_says_so(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, session_id: int, planner: User
) -> None:
    link, key = share(), "a" * 22
    sha256 = reviews.visits.look(link.token, key).version.sha256
    reviews.visits.decide(link.token, key, DecisionKind.APPROVE, name="Anna", sha256=sha256)
    reviews.say(session_id, "Shorter?", "Two days, then.")
    reviews.links.share_again([link.review.id], user_id=planner.id)

    page = shown(opened(visitor, link.token, key=key))

    assert "Changed since the last decision" in page
    assert "approval" not in page
    assert "About an earlier version" in page


def test_planner_who_is_signed_in_sees_the_same(app: AppTest, share: Callable[..., NewLink]) -> None:
    at = opened(app, share().token)

    assert at.title[0].value == "Lisbon in May"
    assert not at.sidebar.children


@pytest.mark.parametrize("what", ["unknown", "malformed", "revoked", "ended", "deleted", "disabled"])
def test_link_that_opens_nothing_says_one_thing_whatever_the_reason(
    visitor: AppTest,
    reviews: Reviews,
    services: Services,
    share: Callable[..., NewLink],
    session_id: int,
    planner: User,
    app_database: Database,
    noon: Clock,
    what: str,
) -> None:
    link = share(ends_at=NOON.replace(hour=13))
    match what:
        case "revoked":
            reviews.links.revoke(link.review.id, user_id=planner.id)
        case "ended":
            noon.set(NOON.replace(hour=13))
        case "deleted":
            services.sessions.delete([session_id], user_id=planner.id)
        case "disabled":
            with app_database.begin() as db_session:
                db_session.get_one(UserRow, planner.id).disabled = True
    token = {"unknown": "x" * 32, "malformed": "x"}.get(what, link.token)

    at = opened(visitor, token)

    assert [title.value for title in at.title] == ["Nothing to see here"]
    assert shown(at).endswith(GONE)
    assert "Lisbon" not in shown(at)


def test_browser_is_asked_for_its_key_and_can_say_nothing_until_it_has_told(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, planner: User
) -> None:
    link = share()
    place = anchor(reviews, link, 0)
    reviews.visits.comment(link.token, "b" * 22, "Is there a lift?", name="Bo", anchor=place)

    at = opened(visitor, link.token, key=None)

    [wanted] = told(at, "cookie-new")
    assert (wanted["name"], len(wanted["value"])) == ("travelbot_reviewer", 22)
    assert told(run(at), "cookie-new") == [wanted]  # another key would be another reader
    assert TALK[0] in shown(at)
    assert not keys(at, "review_comment_")
    assert at.button(key=f"review_open_{place}").disabled  # two clicks at once would be one
    assert reviews.links.get(link.review.id, user_id=planner.id).review.opened_at is not None
    click(at, wanted["kept"])
    assert keys(at, "review_comment_")
    assert not at.button(key=f"review_open_{place}").disabled
    assert told(at, "cookie-new") == []


def test_passcode_is_asked_for_before_anything_is_shown(visitor: AppTest, share: Callable[..., NewLink]) -> None:
    at = opened(visitor, share(passcode="sesame1").token)
    assert "Lisbon" not in shown(at)

    click(at, "review_passcode_open")
    assert at.error[0].value == "Type the passcode first\\."
    at.text_input(key="review_passcode_typed").input("sesame2")
    click(at, "review_passcode_open")
    assert at.error[0].value == "That passcode is not right\\."
    at.text_input(key="review_passcode_typed").input("sesame1")
    click(at, "review_passcode_open")

    assert at.title[0].value == "Lisbon in May"


def test_comment_on_a_passage_is_shown_as_it_was_typed_in_a_thread_that_others_answer(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, planner: User
) -> None:
    link = share()
    place = anchor(reviews, link, 1)
    at = opened(visitor, link.token)

    commented(at, place, HOSTILE, name="<b>Eve</b>", passage="Walk up to the castle")

    [thread] = reviews.comments.threads(link.review.id, user_id=planner.id)
    assert (thread.first.text, thread.passage, thread.anchor) == (HOSTILE, "Walk up to the castle", place)
    assert HOSTILE in [text.value for text in at.text]  # drawn as text, not as Markdown
    assert "<b>Eve</b>" in shown(at)
    assert marked(at) == {place: [["Walk up to the castle", ""]]}
    assert [box.value for box in at.text_input if box.label == "Your name"] == ["<b>Eve</b>"]  # for the decision, too
    assert told(at, "cookie")[0]["name"] == "travelbot_reviewer_name"

    at.button(key=f"review_answer_{thread.id}").click().run()
    at.text_area(key=f"review_answer_typed_{thread.id}").input("I forgot: a lift?")
    click(at, f"review_answer_send_{thread.id}")
    [thread] = reviews.comments.threads(link.review.id, user_id=planner.id)
    assert [answer.text for answer in thread.answers] == ["I forgot: a lift?"]


def test_hostile_names_comments_and_passages_are_text(visitor: AppTest, reviews: Reviews, planner: User) -> None:
    strings = [one for one in STRINGS if says_something(one)][::40]
    session_id = reviews.session(planner.id, tuple(strings))
    link = reviews.share(session_id, planner.id)
    blocks = reviews.visits.look(link.token, None).snapshot.blocks
    for text, block in zip(strings, blocks, strict=True):
        reviews.later(minutes=1)
        passage = text[:900] if block.kind == "message" else None  # of a reply nobody sees the marks
        about: dict[str, Any] = {"anchor": block.anchor, "passage": passage, "name": text[:100]}
        reviews.visits.comment(link.token, new_reader_key(), text[:4000], **about)

    at = opened(visitor, link.token)
    for block in blocks:
        click(at, f"review_open_{block.anchor}")

    drawn, labels = [one.value for one in at.text], [one.value for one in at.markdown]
    threads = [reviews.visits.threads(link.token, None, anchor=block.anchor)[0] for block in blocks]
    for thread in threads:
        assert thread.first.text in drawn
        assert any(one.startswith(f"**{escape_label(thread.first.name)}** ") for one in labels), thread.first.name
        assert thread.passage is None or any(f"*{escape_label(thread.passage)}*" in one for one in labels)
    assert sum(thread.passage is not None for thread in threads) > 3


@pytest.mark.parametrize(
    ("text", "name", "passage", "said"),
    [
        ("", "Carla", "", "This comment is empty."),
        ("Why?", "", "", "Please give your name"),
        ("Why?", "Carla", "words from elsewhere", "That passage isn't in this message."),
    ],
)
def test_comment_that_cannot_be_kept_says_why_and_stays_in_its_box(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, text: str, name: str, passage: str, said: str
) -> None:
    link = share()
    place = anchor(reviews, link, 0)

    at = commented(opened(visitor, link.token), place, text, name=name, passage=passage)

    assert said in shown(at)
    assert at.text_area(key=f"review_typed_{place}").value == text
    assert at.text_input(key=f"review_passage_{place}").value == passage


def test_own_comment_is_changed_and_taken_back_when_that_is_confirmed(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, planner: User
) -> None:
    link = share()
    at = commented(opened(visitor, link.token), "whole", "Nise")
    [thread] = reviews.comments.threads(link.review.id, user_id=planner.id)
    assert "You can change it until 1:15 PM" in shown(at)

    at.button(key=f"review_editing_{thread.id}").click().run()
    at.text_area(key=f"review_edited_{thread.id}").input("Nice")
    click(at, f"review_save_{thread.id}")
    assert "Nice" in shown(at)
    click(at, f"review_removing_{thread.id}")
    assert "Nice" in shown(at)
    click(at, f"review_gone_{thread.id}")

    assert "Nice" not in shown(at)
    assert "This comment was deleted." in shown(at)
    assert not keys(at, "review_open_")
    assert not keys(at, "review_answer_")


def test_edit_is_counted_by_the_address_that_it_comes_from(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("components.reviews.talk.address", lambda: "203.0.113.9")
    link = share()
    at = commented(opened(visitor, link.token), "whole", "Nise")
    [thread] = reviews.comments.threads(link.review.id, user_id=planner.id)
    monkeypatch.setattr("services.reviews.guesses.SAID", replace(SAID, most=1))

    at.button(key=f"review_editing_{thread.id}").click().run()
    at.text_area(key=f"review_edited_{thread.id}").input("Nice")
    click(at, f"review_save_{thread.id}")

    assert "That is a lot at once." in shown(at)


def test_others_comments_are_not_ones_own(visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews) -> None:
    link = share()
    reviews.visits.comment(link.token, new_reader_key(), "Mine", name="Bob")

    at = opened(visitor, link.token)
    click(at, "review_open_whole")

    assert "Mine" in shown(at)
    assert not keys(at, "review_editing_")


def test_internal_comments_are_not_shown(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, planner: User
) -> None:
    link = share()
    reviews.comments.add(link.review.id, "They pay late", user_id=planner.id, internal=True)
    reviews.comments.add(link.review.id, "Welcome!", user_id=planner.id)

    at = opened(visitor, link.token)
    click(at, "review_open_whole")

    assert "Welcome!" in shown(at)
    assert "late" not in shown(at)


@pytest.mark.parametrize(
    ("may", "comments", "decides"),
    [(ReviewMay.LOOK, False, False), (ReviewMay.COMMENT, True, False), (ReviewMay.DECIDE, True, True)],
)
def test_link_offers_what_it_is_for(
    visitor: AppTest, share: Callable[..., NewLink], may: ReviewMay, comments: bool, decides: bool
) -> None:
    at = opened(visitor, share(may=may, due_on=NOON.date()).token)

    assert bool(keys(at, "review_comment_")) is comments
    assert ("Please answer by" in shown(at)) is comments
    assert bool(keys(at, "review_decide")) is decides


def test_decision_is_about_what_was_on_the_page_and_can_be_made_again(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, planner: User
) -> None:
    link = share()
    at = opened(visitor, link.token)

    click(at, "review_decide")
    assert "Choose a decision" in shown(at)
    decided(at, "ask_for_changes")
    assert "Say what should change." in shown(at)
    decided(at, "ask_for_changes", "A lift")
    assert "You asked for changes" in shown(at)
    click(at, "review_again")
    decided(at, "approve")

    made = reviews.links.get(link.review.id, user_id=planner.id).decisions
    assert [(one.kind.value, one.name, one.sha256) for one in made] == [
        ("ask_for_changes", "Carla", link.review.version.sha256),
        ("approve", "Carla", link.review.version.sha256),
    ]
    assert "You approved" in shown(at)


def test_fingerprint_of_what_one_decides_about_stands_among_the_details(
    visitor: AppTest, share: Callable[..., NewLink]
) -> None:
    link = share()

    [details] = [one for one in opened(visitor, link.token).expander if one.label == "Details"]

    assert short_hash(link.review.version.sha256) in details.markdown[0].value


def test_what_the_planner_did_is_marked_as_such(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, planner: User
) -> None:
    link = share(approvals=2)
    said = reviews.visits.comment(link.token, new_reader_key(), "A lift?", name="Bob")
    reviews.comments.add(link.review.id, "There is one.", user_id=planner.id, thread_id=said.id)
    reviews.comments.resolve(said.id, review_id=link.review.id, user_id=planner.id)
    sha256, kind = link.review.version.sha256, DecisionKind.APPROVE
    reviews.comments.record_decision(link.review.id, kind, user_id=planner.id, name="Cy", sha256=sha256)

    page = shown(click(opened(visitor, link.token), "review_open_whole")).replace("\u202f", " ")

    assert "**Ada Planner** :blue-badge[Planner]" in page
    assert "Resolved by Ada Planner in the version of Nov 18, 2026, 1:00 PM." in page
    assert "**Cy:** Approved :blue-badge[By phone]" in page
    assert "Open for a decision · 1 of 2 approvals" in page
    assert "nobody has verified them" in page


def test_what_a_new_message_quotes_stands_in_quotation_marks_in_what_changed(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, session_id: int, planner: User
) -> None:
    link = share()
    at = opened(visitor, link.token)
    reviews.say(session_id, "> 1 room\n\n> Priya: Is one\n> enough?\n\nPlease check.", "Two rooms, then.")
    reviews.links.share_again([link.review.id], user_id=planner.id)

    page = shown(click(run(at), TOGGLE))

    assert ":green-background[“1 room” “Priya: Is one enough?” Please check.]" in page


def test_decision_about_an_earlier_version_is_refused_and_what_changed_is_offered(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, session_id: int, planner: User
) -> None:
    link = share()
    at = opened(visitor, link.token)
    reviews.say(session_id, "Shorter?", "Two days, then.")
    reviews.links.share_again([link.review.id], user_id=planner.id)

    decided(at, "approve")

    assert "This has changed since you looked." in shown(at)
    assert reviews.links.get(link.review.id, user_id=planner.id).decisions == ()
    click(at, TOGGLE)
    page = shown(at)
    assert page.count(":green-background[") == 3  # what the colours mean, and two messages
    assert "Two days, then." in page
    decided(at, "approve")
    assert len(reviews.links.get(link.review.id, user_id=planner.id).decisions) == 1


def test_what_changed_is_told_by_message_and_by_word(
    share: Callable[..., NewLink],
    reviews: Reviews,
    services: Services,
    session_id: int,
    planner: User,
    app_database: Database,
) -> None:
    link = share()
    keys = [new_reader_key() for _ in range(2)]
    for key in keys:
        reviews.visits.look(link.token, key)
    _, second, third, _ = (int(anchor(reviews, link, number)) for number in range(4))

    def changed_by(*texts: str, after: int, key: str) -> str:
        """Return what a reader is told once the session goes on with these after a message."""
        with app_database.begin() as db_session:
            see(db_session, db_session.get_one(ChatSession, session_id), last_message_id=after)
        reviews.say(session_id, *texts)
        reviews.links.share_again([link.review.id], user_id=planner.id)
        at = AppTest.from_file(ROOT / "app.py")
        return shown(click(opened(at, link.token, key=key), TOGGLE))

    services.sessions.change(session_id, user_id=planner.id, title="Lisbon in June")
    anew = changed_by("Cheaper, please?", "Then take the *bus*.", after=second, key=keys[0])
    gone = changed_by(after=third, key=keys[1])

    for page in (anew, gone):
        assert "**Title:** Lisbon in :red-background[~~May~~] :green-background[June]" in page
        assert "green-badge[New]" not in page
    assert "orange-badge[Changed] **Ada Planner**\nCheaper :green-background[, please] ?" in anew
    assert "orange-badge[Changed] **Assistant**\nThen take the :red-background[~~tram and eat" in anew
    assert ":green-background[bus.]" in anew
    assert "red-badge[Gone] **Assistant**\n:red-background[~~Then take the tram and eat at the market." in gone
    assert "Changed]" not in gone


def test_newer_version_is_told_in_the_form_and_chosen_for_anew(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, session_id: int, planner: User
) -> None:
    link = share()
    at = opened(visitor, link.token)
    before = at.radio[0].key
    reviews.say(session_id, "Shorter?", "Two days, then.")
    reviews.links.share_again([link.review.id], user_id=planner.id)

    run(at)  # as the page does by itself

    assert at.warning[0].value.startswith("This changed while you were deciding.")
    assert at.radio[0].key != before  # a browser keeps nothing of what was chosen
    click(at, "review_decision_changes")
    assert "Two days, then." in shown(at)
    assert told(at, "scroll")[0]["key"] == "review_changed"
    decided(at, "approve")
    assert [one.version for one in reviews.links.get(link.review.id, user_id=planner.id).decisions] == [2]
    click(at, "review_again")
    assert not at.warning


def test_one_who_comes_back_sees_what_changed_and_what_is_new(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, session_id: int, planner: User
) -> None:
    link, key = share(), "a" * 22
    reviews.visits.look(link.token, key)
    place = anchor(reviews, link, 1)
    thread = reviews.visits.comment(link.token, new_reader_key(), "And snow?", name="Bob", anchor=place)
    reviews.visits.comment(link.token, new_reader_key(), "And :tada: rain?", name="Bo", thread_id=thread.id)
    reviews.say(session_id, "Shorter?", "Two days, then.")
    reviews.links.share_again([link.review.id], user_id=planner.id)

    at = opened(visitor, link.token, key=key)

    assert "Changed since you looked" in shown(at)
    assert "2 new comments for you" in shown(at)
    assert "**Bo:** And" in shown(at)
    assert "and 1 before it" in shown(at)
    [go] = keys(at, "review_new_go_")
    click(at, go)
    assert told(at, "scroll")[0]["key"] == f"review_thread_{thread.id}"
    assert "And :tada: rain?" in [text.value for text in at.text]  # its thread is open
    again = AppTest.from_file(ROOT / "app.py")
    assert "new comment" not in shown(opened(again, link.token, key=key))


def test_what_comes_while_the_page_is_open_is_told_at_once_and_again_to_one_who_comes_back(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews
) -> None:
    link, key = share(), "a" * 22
    at = opened(visitor, link.token, key=key)
    reviews.visits.comment(link.token, new_reader_key(), "And rain?", name="Bob")

    at.session_state["review_woken"] = True
    assert [toast.value for toast in run(at).toast] == ["New comment by Bob"]
    assert "1 new comment for you" in shown(at)
    at.session_state["review_woken"] = True
    assert not run(at).toast  # it was told
    again = AppTest.from_file(ROOT / "app.py")
    assert "1 new comment for you" in shown(opened(again, link.token, key=key))
    again = AppTest.from_file(ROOT / "app.py")
    assert "new comment" not in shown(opened(again, link.token, key=key))  # they saw it


def test_what_was_said_of_a_message_that_is_gone_can_still_be_read(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, planner: User, app_database: Database
) -> None:
    link, key = share(), "a" * 22
    reviews.visits.look(link.token, key)  # who comes later never saw it
    place = anchor(reviews, link, 3)
    reviews.visits.comment(link.token, new_reader_key(), "Too far", name="Bob", anchor=place)
    with app_database.begin() as db_session:
        last = db_session.get_one(Message, int(place))
        see(db_session, db_session.get_one(ChatSession, last.session_id), last_message_id=last.parent_id)
    reviews.links.share_again([link.review.id], user_id=planner.id)

    at = opened(visitor, link.token, key=key)
    assert "On messages that are gone" in shown(at)
    assert "*Then take the tram and eat at the market. Cost: $80*" in shown(at)  # which one it was
    click(at, f"review_open_{place}")

    assert "Too far" in shown(at)
    assert "Said about an earlier version" in shown(at)


def test_long_talk_is_drawn_in_parts(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, planner: User
) -> None:
    link = reviews.share(reviews.session(planner.id, tuple(f"Message {n}" for n in range(35))), planner.id)
    for number in range(25):
        reviews.comments.add(link.review.id, f"Said {number}.", user_id=planner.id)
    at = opened(visitor, link.token)

    assert len(at.chat_message) == 30
    click(at, "review_more")
    assert len(at.chat_message) == 35
    assert "Said" not in shown(at)
    click(at, "review_open_whole")
    assert shown(at).count("Said ") == 20
    click(at, "review_more_whole")
    assert shown(at).count("Said ") == 25


def test_files_come_over_the_page_itself_where_they_may(visitor: AppTest, share: Callable[..., NewLink]) -> None:
    at = opened(visitor, share(download=True).token)
    click(at, "review_pdf")
    [pdf] = told(at, "download")
    decided(at, "approve")
    click(at, "review_receipt_json")
    [receipt] = told(at, "download")

    assert (pdf["type"], receipt["type"]) == ("application/pdf", "application/json")
    assert not run(at).get("download_button")
    assert told(at, "download") == []


def test_link_that_is_not_to_be_downloaded_offers_no_file(visitor: AppTest, share: Callable[..., NewLink]) -> None:
    assert not keys(opened(visitor, share().token), "review_pdf")


def test_link_is_found_by_its_name_in_a_cookie(
    visitor: AppTest, share: Callable[..., NewLink], cookies: dict[str, str]
) -> None:
    link = share()
    name = link_name(link.token)
    cookies |= {cookie_name(name): link.token, "travelbot_reviewer": "k" * 22}
    cookies["travelbot_reviewer_name"] = base64.urlsafe_b64encode("Zoë".encode()).decode().rstrip("=")
    visitor.query_params["of"] = name
    visitor._page_hash = calc_hash("review")

    at = run(visitor)

    assert at.title[0].value == "Lisbon in May"
    assert told(at, "cookie-new") == []  # its key came with the page
    assert name_box(at, "review_decision_name").value == "Zoë"  # as given on another link


@pytest.mark.parametrize("value", ["", "%", "/w", "AAAAA", "-" * 5_000])
def test_name_in_a_cookie_that_is_none_is_left_out(
    visitor: AppTest, share: Callable[..., NewLink], cookies: dict[str, str], value: str
) -> None:
    cookies["travelbot_reviewer_name"] = value

    at = opened(visitor, share().token)

    assert len(name_box(at, "review_decision_name").value or "") <= 100


def test_of_many_decisions_ten_more_are_drawn_each_time_that_they_are_asked_for(
    visitor: AppTest, reviews: Reviews, share: Callable[..., NewLink]
) -> None:
    link = share(approvals=1)
    seen = link.review.version.sha256
    for number in range(23):
        reviews.visits.decide(
            link.token, new_reader_key(), DecisionKind.APPROVE, name=f"Person {number}.", sha256=seen
        )

    def drawn() -> int:
        return sum(f"**Person {number}.:**" in shown(at) for number in range(23))

    at = opened(visitor, link.token)
    assert (drawn(), "13 earlier decisions." in shown(at)) == (10, True)
    assert "**Person 22.:**" in shown(at)

    click(at, "review_decisions_more")
    assert (drawn(), "3 earlier decisions." in shown(at)) == (20, True)

    click(at, "review_decisions_more")
    assert drawn() == 23
    assert keys(at, "review_decisions_more") == []


def test_database_that_is_away_is_told_and_what_was_typed_is_there_again(
    visitor: AppTest, share: Callable[..., NewLink], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailableError("away")

    at = click(opened(visitor, share().token), "review_comment_whole")
    at.text_area(key="review_typed_whole").input("A long thought")
    with monkeypatch.context() as broken:
        broken.setattr(VisitService, "comment", away)
        broken.setattr(VisitService, "look", away)
        name_box(at, "review_name_comment_whole").input("Carla")
        click(at, "review_send_whole")
        assert "The database cannot be reached right now" in shown(at)

    click(at, "outage_try_again")

    assert at.text_area(key="review_typed_whole").value == "A long thought"
    assert "Cannot save right now" in shown(at)


def test_guesses_from_an_address_keep_out_those_who_never_had_the_link_open(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("components.reviews.opening.address", lambda: "203.0.113.9")
    link, key = share(), "a" * 22
    reviews.visits.look(link.token, key)
    for number in range(WRONG_LINKS.most):
        with pytest.raises(NotFoundError):
            reviews.visits.find(f"{number:032d}", address="203.0.113.9")

    assert "Too many links that are none" in shown(opened(visitor, link.token, key="b" * 22))
    again = AppTest.from_file(ROOT / "app.py")
    assert opened(again, link.token, key=key).title[0].value == "Lisbon in May"


def test_tab_that_shows_a_link_is_not_signed_in(app: AppTest, share: Callable[..., NewLink]) -> None:
    told_of: list[bool] = []
    tabs = get_tabs()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tabs, "note", lambda _tab, *, signed_in, xsrf_cookie: told_of.append(signed_in))

        opened(app, share().token)

    assert told_of == [False]


def test_passages_are_marked_while_something_open_is_said_about_them_to_everybody(
    visitor: AppTest, share: Callable[..., NewLink], reviews: Reviews, planner: User
) -> None:
    link = share()
    place = anchor(reviews, link, 1)
    about: dict[str, Any] = {"user_id": planner.id, "anchor": place}
    done = reviews.comments.add(link.review.id, "Which?", passage="castle", **about)
    reviews.comments.resolve(done.id, review_id=link.review.id, user_id=planner.id)
    reviews.comments.add(link.review.id, "Dear", passage="Cost: $120", internal=True, **about)
    reviews.comments.add(link.review.id, "When?", passage="then dinner", **about)

    assert marked(opened(visitor, link.token)) == {place: [["then dinner", ""]]}


def test_long_replies_are_not_read_whole_to_name_them_or_to_tell_what_changed(
    visitor: AppTest, reviews: Reviews, planner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "".join(f"## Day {day}\n\nUp to the **castle**.\n\n" for day in range(6_000))
    session_id = reviews.session(planner.id, ("Plan?", long, "Again?", long))
    link = reviews.share(session_id, planner.id)
    read: list[int] = []
    parse = markdown_text._PARSER.parse

    def counted(text: str) -> object:
        read.append(len(text))
        return parse(text)

    monkeypatch.setattr(markdown_text._PARSER, "parse", counted)

    at = opened(visitor, link.token)
    assert sum("Day 0 Up to the castle" in button.label for button in at.button) == 2
    assert 0 < sum(read) < 1_000

    reviews.say(session_id, "Once more?", long)
    reviews.links.share_again([link.review.id], user_id=planner.id)
    click(run(at), TOGGLE)
    assert "New" in shown(at)
    assert sum(read) < 5_000
