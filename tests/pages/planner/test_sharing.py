"""A session is shared for review: from its menu, with a preview, by a link that is shown once; and again."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from db.models import Message
from services.reviews.records import DecisionKind, LinkSettings, ReviewMay, ReviewState, Thing
from services.reviews.visits import new_reader_key
from settings import ROOT
from tests.helpers.reviews import TALK, Reviews
from tests.helpers.screens import begin_at, load_at
from tests.helpers.sides import make_customer

ANNA = new_reader_key()


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def click(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return run(at)


def said(at: AppTest) -> str:
    return "\n".join(one.value for one in (*at.markdown, *at.text, *at.caption))


def addresses(at: AppTest) -> list[str]:
    return [one.value for one in at.text if "/review?link=" in one.value]


@pytest.fixture
def session_id(reviews: Reviews, planner) -> int:
    return reviews.session(planner.id)


@pytest.fixture
def sharing(app: AppTest, session_id: int) -> AppTest:
    """Open the dialog that shares a session."""
    app.context["url"] = "https://a.example/travel/"
    load_at(app, session_id)
    menu = app.menu_button(key=f"session_menu_{session_id}")
    menu.click(next(name for name in menu.options if name.endswith("Share for review")))
    return run(app)


def test_link_is_made_as_chosen_and_its_address_is_shown(sharing, services, planner, session_id):
    key = f"review_share_{session_id}"
    sharing.text_input(key=f"{key}_audience").set_value("Finance")
    sharing.selectbox(key=f"{key}_may").set_value(ReviewMay.COMMENT)
    sharing.number_input(key=f"{key}_approvals").set_value(2)
    sharing.date_input(key=f"{key}_due_on").set_value(date(2027, 5, 8))
    sharing.text_area(key=f"{key}_note").set_value("Please by Friday.")
    sharing.text_input(key=f"{key}_passcode").set_value("tram 28!")
    sharing.checkbox(key=f"{key}_download").check()
    sharing.checkbox(key=f"{key}_follows").uncheck()
    click(sharing, "review_share_go")

    (address,) = addresses(sharing)
    assert address.startswith("https://a.example/travel/review?link=")
    (made,) = services.reviews.page(user_id=planner.id)
    chosen = made.settings
    assert (chosen.audience, chosen.may, chosen.approvals, chosen.note) == (
        "Finance", ReviewMay.COMMENT, 2, "Please by Friday.",
    )  # fmt: skip
    assert (chosen.due_on, chosen.ends_at, chosen.download, chosen.follows) == (date(2027, 5, 8), None, True, False)
    assert made.has_passcode
    assert services.visits.find(address.rpartition("=")[2]) == made.id
    click(sharing, "review_address_done")
    assert not addresses(sharing)


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_made(sharing, services, planner, session_id):
    key = f"review_share_{session_id}"
    sharing.text_input(key=f"{key}_audience").set_value(" ")
    sharing.text_input(key=f"{key}_passcode").set_value("abc")
    sharing.date_input(key=f"{key}_last_day").set_value(date(2020, 1, 1))
    click(sharing, "review_share_go")

    wrong = [one.value for one in sharing.markdown if one.value.startswith(":red[")]
    assert len(wrong) == 3
    assert "Say who the link is for" in wrong[0]
    assert "ends in the future" in wrong[1]
    assert "6 to 64 characters" in wrong[2]
    assert services.reviews.page(user_id=planner.id) == ()


def test_approvals_are_not_asked_for_where_nobody_decides(sharing, services, planner, session_id):
    key = f"review_share_{session_id}"
    sharing.selectbox(key=f"{key}_may").set_value(ReviewMay.LOOK)
    run(sharing)
    assert f"{key}_approvals" not in [one.key for one in sharing.number_input]
    click(sharing, "review_share_go")

    (made,) = services.reviews.page(user_id=planner.id)
    assert (made.settings.may, made.settings.approvals) == (ReviewMay.LOOK, 1)
    open_details(sharing, made.id)
    assert f"reviews_do_phone_{made.id}" not in [one.key for one in sharing.button]


@pytest.mark.parametrize(
    ("days", "last_day", "said"),
    [(-2, None, "That day is over"), (9, 5, "The link ends before that day"), (5, 5, None), (1, None, None)],
)
def test_day_to_answer_by_is_to_come_while_the_link_opens(
    sharing, reviews, services, planner, session_id, days, last_day, said
):
    key, today = f"review_share_{session_id}", reviews.now.date()
    sharing.date_input(key=f"{key}_due_on").set_value(today + timedelta(days=days))
    if last_day:
        sharing.date_input(key=f"{key}_last_day").set_value(today + timedelta(days=last_day))
    click(sharing, "review_share_go")

    wrong = [one.value for one in sharing.markdown if one.value.startswith(":red[")]
    assert len(services.reviews.page(user_id=planner.id)) == (0 if said else 1)
    assert (said or "") in "".join(wrong)
    assert bool(wrong) is bool(said)


def test_last_day_is_whole_where_the_planner_is(sharing, services, planner, session_id):
    sharing.date_input(key=f"review_share_{session_id}_last_day").set_value(date(2027, 1, 15))
    click(sharing, "review_share_go")

    (made,) = services.reviews.page(user_id=planner.id)
    assert made.settings.ends_at.isoformat() == "2027-01-15T23:00:00+00:00"  # midnight in Warsaw


def test_preview_shows_the_part_that_is_chosen_and_makes_nothing(sharing, services, planner, session_id):
    first, second = [one.id for one in services.sessions.history(session_id, user_id=planner.id).messages][2:]
    sharing.selectbox(key=f"review_share_{session_id}_first").set_value(first)
    last = sharing.selectbox(key=f"review_share_{session_id}_last")
    last.set_value(second)
    assert "2. Assistant: Day 1 Walk up to the castle, …" in last.options
    click(sharing, "review_share_preview")

    assert "What Customer will see" in said(sharing)
    assert len([one for one in sharing.caption if one.value.startswith("**Ada")]) == 1
    assert len([one for one in sharing.caption if one.value.startswith("**Assistant")]) == 1
    assert services.reviews.page(user_id=planner.id) == ()
    click(sharing, "review_share_go")
    (made,) = services.reviews.page(user_id=planner.id)
    assert (made.first_id, made.last_id) == (first, second)
    _, shown = services.reviews.shown(made.id, user_id=planner.id)
    assert [block.text for block in shown.blocks] == list(TALK[2:])


@pytest.mark.parametrize("more", [True, False])
def test_what_was_written_for_another_customer_is_told_and_left_out_at_first(
    app, reviews, services, planner, session_id, app_database, more
):
    customer = make_customer(app_database, planner.id)
    messages = services.sessions.history(session_id, user_id=planner.id).messages
    replies = [one.id for one in messages if one.role == "assistant"]
    with app_database.begin() as db_session:
        for_another = update(Message).where(Message.id.in_(replies[:1] if more else replies))
        db_session.execute(for_another.values(memory_customer_id=customer))
    load_at(app, session_id)
    menu = app.menu_button(key=f"session_menu_{session_id}")
    menu.click(next(name for name in menu.options if name.endswith("Share for review")))
    run(app)

    (told,) = [one.value for one in app.warning]
    first = app.selectbox(key=f"review_share_{session_id}_first")
    if more:
        assert (
            told == "Messages 1 to 2 were written for another customer, so *From* is set to the first one after them."
        )
        assert first.value == messages[2].id
        click(app, "review_share_go")
        (made,) = services.reviews.page(user_id=planner.id)
        _, shown = services.reviews.shown(made.id, user_id=planner.id)
        assert [block.text for block in shown.blocks] == list(TALK[2:])
    else:
        assert told == "These messages were written for another customer."
        assert first.value == 0


def test_nothing_is_told_of_another_customer_where_there_was_none(sharing, session_id):
    assert not sharing.warning
    assert sharing.selectbox(key=f"review_share_{session_id}_first").value == 0


def test_preview_shows_exactly_what_the_link_then_shows(sharing, reviews, services, planner, session_id, monkeypatch):
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", {})
    source = {"kind": "source", "text": "The tram", "url": "https://example.com/tram", "at": 0}
    reviews.say(session_id, "By $5 *tram*?", role="user")
    reviews.say(session_id, "**Yes**, [28](https://example.com): $5.", role="assistant", parts=[source])
    reviews.say(session_id, "And th", role="assistant", status="stopped")
    run(sharing)
    sharing.text_area(key=f"review_share_{session_id}_note").set_value("*Please* by Friday.")
    click(sharing, "review_share_preview")
    previewed = [one for one in drawn(sharing) if one[1][0].startswith("**")]  # the chat behind has no captions there
    assert "*Please* by Friday." in [one.value for one in sharing.text]
    assert [one.value for one in sharing.subheader] == ["Lisbon in May"]
    click(sharing, "review_share_go")
    token = addresses(sharing)[0].rpartition("=")[2]

    visitor = AppTest.from_file(ROOT / "app.py")
    visitor.context = sharing.context
    visitor.query_params["link"] = token
    visitor._page_hash = calc_hash("review")
    shown = drawn(run(visitor))

    assert len(shown) == len(TALK) + 3
    assert previewed == shown
    assert "*Please* by Friday." in [one.value for one in visitor.text]
    assert [one.value for one in visitor.title] == ["Lisbon in May"]


def drawn(at: AppTest) -> list[tuple[str, list[str]]]:
    """Return by whom each message is said, and all that is drawn of it, in order."""
    return [
        (one.name, [str(element.value) for element in one if hasattr(element, "value")]) for one in at.chat_message
    ]


def test_session_without_messages_says_that_there_is_nothing_to_share(app, reviews, services, planner):
    session_id = reviews.session(planner.id, texts=())
    load_at(app, session_id)
    menu = app.menu_button(key=f"session_menu_{session_id}")
    menu.click(next(name for name in menu.options if name.endswith("Share for review")))
    run(app)
    click(app, "review_share_go")

    assert ["nothing to share yet" in error.value for error in app.error] == [True]


def test_share_again_renews_those_that_follow_and_tells_what_becomes_outdated(app, reviews, services, planner):
    session_id = reviews.session(planner.id)
    follows = reviews.share(session_id, planner.id)
    waits = reviews.share(session_id, planner.id, audience="Finance", follows=False)
    shown = reviews.visits.look(follows.token, ANNA)
    reviews.visits.decide(follows.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=shown.version.sha256)
    reviews.say(session_id, "And the sea?", "Cascais.")
    same = reviews.share(session_id, planner.id, audience="New")
    open_details(app, follows.review.id)
    click(app, f"reviews_do_again_{follows.review.id}")

    boxes = {one.key: one.value for one in app.checkbox if str(one.key).startswith("review_again_")}
    assert boxes == {f"review_again_{follows.review.id}": True, f"review_again_{waits.review.id}": False}
    assert "1 approval will be outdated" in said(app)
    click(app, "review_again_go")
    states = {one.id: (one.version.number, one.state) for one in services.reviews.page(user_id=planner.id)}
    assert states == {
        follows.review.id: (2, ReviewState.OUTDATED),
        waits.review.id: (1, ReviewState.OPEN),
        same.review.id: (1, ReviewState.OPEN),
    }
    assert "Shared again: 1 link changed." in [toast.value for toast in app.toast]


def test_share_again_says_where_nothing_has_changed(app, reviews, planner):
    link = reviews.share(reviews.session(planner.id), planner.id)
    open_details(app, link.review.id)
    click(app, f"reviews_do_again_{link.review.id}")

    assert "nothing to share again" in said(app)
    assert "review_again_go" not in [one.key for one in app.button]


def test_link_is_changed_and_what_is_wrong_told(app, reviews, services, planner):
    link = reviews.share(reviews.session(planner.id), planner.id, passcode="tram 28!", approvals=2)
    key = f"review_edit_{link.review.id}"
    open_details(app, link.review.id)
    click(app, f"reviews_do_edit_{link.review.id}")
    app.text_input(key=f"{key}_audience").set_value("")
    click(app, "review_edit_save")
    assert any("Say who the link is for" in one.value for one in app.markdown)
    app.text_input(key=f"{key}_audience").set_value("Family")
    app.checkbox(key=f"{key}_no_passcode").check()
    click(app, "review_edit_save")

    changed = services.reviews.get(link.review.id, user_id=planner.id).review
    assert (changed.settings.audience, changed.settings.approvals, changed.has_passcode) == ("Family", 2, False)
    assert "review_edit_save" not in [one.key for one in app.button]


def test_link_that_has_ended_is_extended(app, reviews, services, planner):
    link = reviews.share(reviews.session(planner.id), planner.id, ends_at=reviews.now + timedelta(minutes=1))
    reviews.later(days=-3)
    open_details(app, link.review.id)
    choose(app, link.review.id, "Extend")
    app.date_input(key=f"review_extend_{link.review.id}_last_day").set_value(date(2035, 1, 1))
    click(app, "review_extend_save")

    assert services.reviews.get(link.review.id, user_id=planner.id).review.settings.ends_at.year == 2035


def test_extending_never_makes_a_link_end_earlier(app, reviews, services, planner):
    session_id = reviews.session(planner.id)
    ends_at = reviews.now + timedelta(days=40)
    link = reviews.share(session_id, planner.id, ends_at=ends_at)
    open_details(app, link.review.id)
    choose(app, link.review.id, "Extend")
    click(app, "review_extend_save")

    after = services.reviews.get(link.review.id, user_id=planner.id).review.settings.ends_at
    assert timedelta(days=14) <= after - ends_at < timedelta(days=15)


def test_link_without_an_end_is_not_extended(app, reviews, planner):
    link = reviews.share(reviews.session(planner.id), planner.id)
    open_details(app, link.review.id)

    assert not [name for name in app.menu_button(key=f"reviews_menu_{link.review.id}").options if "Extend" in name]


def test_new_address_replaces_the_one_before(app, reviews, services, planner):
    link = reviews.share(reviews.session(planner.id), planner.id)
    app.context["url"] = "https://a.example/reviews"
    open_details(app, link.review.id)
    choose(app, link.review.id, "New address")
    click(app, "review_address_new_confirm")

    (address,) = addresses(app)
    token = address.removeprefix("https://a.example/review?link=")
    assert token != link.token
    assert services.visits.find(token) == link.review.id


def test_link_is_revoked_once_that_is_confirmed(app, reviews, services, planner):
    link = reviews.share(reviews.session(planner.id), planner.id)
    open_details(app, link.review.id)
    choose(app, link.review.id, "Revoke")
    assert not services.reviews.get(link.review.id, user_id=planner.id).review.revoked
    click(app, "review_revoke_confirm")

    assert services.reviews.get(link.review.id, user_id=planner.id).review.revoked
    shown = [str(one.key) for one in app.button]
    assert not [key for key in shown if key.startswith(("reviews_do_again", "reviews_do_edit"))]


def test_link_of_who_was_taken_off_a_trip_says_so_and_is_shared_again(app, services, planner, stranger):
    trip = services.trips.create("Porto", user_id=planner.id)
    services.trip_members.add(trip.id, "bob", user_id=planner.id, access="edit")
    settings = LinkSettings(audience="Customer")
    link = services.reviews.share(Thing("trip", trip.id), settings, user_id=stranger.id)
    services.trip_members.remove(trip.id, stranger.id, user_id=planner.id)
    app.context["url"] = "https://a.example/reviews"
    open_details(app, link.review.id)
    assert [one.value for one in app.info] == [
        f"{stranger.name} was taken off the trip\\. This link of theirs ended with that."
    ]
    click(app, f"reviews_reopen_{link.review.id}")
    click(app, "review_address_new_confirm")

    (address,) = addresses(app)
    token = address.removeprefix("https://a.example/review?link=")
    assert token != link.token
    assert services.visits.find(token) == link.review.id
    run(app)
    assert not app.info


def test_editor_of_a_trip_is_offered_nothing_that_changes_somebody_elses_link(app, services, planner, stranger):
    trip = services.trips.create("Porto", user_id=stranger.id)
    services.trip_members.add(trip.id, "ada", user_id=stranger.id, access="edit")
    thing, settings = Thing("trip", trip.id), LinkSettings(audience="Customer")
    link = services.reviews.share(thing, settings, user_id=stranger.id)
    open_details(app, link.review.id)

    assert [name.rpartition(": ")[2] for name in app.menu_button(key=f"reviews_menu_{link.review.id}").options] == [
        "Revoke"
    ]
    drawn = {str(one.key) for one in app.button}
    assert f"reviews_do_again_{link.review.id}" in drawn
    assert f"reviews_do_edit_{link.review.id}" not in drawn


def open_details(app: AppTest, review_id: int) -> None:
    begin_at(app, "pages/planner/reviews.py")
    app.query_params["review"] = str(review_id)
    run(app)


def choose(app: AppTest, review_id: int, option: str) -> None:
    menu = app.menu_button(key=f"reviews_menu_{review_id}")
    menu.click(next(name for name in menu.options if name.endswith(option)))
    run(app)
