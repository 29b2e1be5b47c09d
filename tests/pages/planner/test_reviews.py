"""Reviews on the planner's screens: the list, one link, what was said, and all that beside the session itself."""

import base64
import json
import re
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from components.labels import escape_label
from components.reviews.words import short_hash
from db.models import ChatSession
from services.decks.records import DeckOf
from services.reviews.records import DecisionKind, LinkSettings, NewLink, ReviewMay, ReviewState, Thing
from services.reviews.visits import new_reader_key
from tests.helpers.asked import asked
from tests.helpers.naughty import STRINGS, says_something
from tests.helpers.pdfs import words
from tests.helpers.reviews import TALK, Reviews
from tests.helpers.rows import see
from tests.helpers.screens import begin_at, load_at
from tests.helpers.told import told

PAGE = "pages/planner/reviews.py"
ANNA, BO = new_reader_key(), new_reader_key()


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def click(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return run(at)


def keys(at: AppTest) -> list[str]:
    return [str(one.key) for one in at.button]


def texts(at: AppTest) -> list[str]:
    return [one.value for one in at.text]


def lines(at: AppTest) -> str:
    return "\n".join(one.value for one in (*at.markdown, *at.caption))


@pytest.fixture
def page(app: AppTest) -> AppTest:
    return begin_at(app, PAGE)


@pytest.fixture
def session_id(reviews: Reviews, planner) -> int:
    return reviews.session(planner.id)


@pytest.fixture
def link(reviews: Reviews, session_id: int, planner) -> NewLink:
    return reviews.share(session_id, planner.id)


def listed(at: AppTest) -> list[str]:
    return [re.split(r":small\[| · ", one.label)[1] for one in at.button if str(one.key).startswith("reviews_open_")]


def opened(page: AppTest, link: NewLink) -> AppTest:
    page.query_params["review"] = str(link.review.id)
    return run(page)


# The list


def test_without_links_the_page_says_how_to_share(page):
    run(page)

    assert "No open reviews" in [heading.value for heading in page.header]


def test_open_links_are_listed_by_due_date_with_where_they_stand(page, reviews, session_id, planner):
    today = reviews.now.date()
    reviews.share(session_id, planner.id, audience="Whenever")
    reviews.share(session_id, planner.id, audience="Soon", due_on=today + timedelta(days=2))
    late = reviews.share(session_id, planner.id, audience="Late", due_on=today - timedelta(days=1), approvals=2)
    ended = reviews.share(session_id, planner.id, audience="Gone")
    reviews.links.revoke(ended.review.id, user_id=planner.id)
    shown = reviews.visits.look(late.token, ANNA)
    reviews.visits.comment(late.token, ANNA, "Too early.", name="Anna")
    reviews.visits.decide(late.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=shown.version.sha256)
    run(page)

    assert listed(page) == ["Late", "Soon", "Whenever"]
    label = page.button(key=f"reviews_open_{late.review.id}").label
    words = "**Lisbon in May** :small[Late · :red[Overdue since November 17, 2026] · Opened just now"
    assert words in label.replace("\\", "")
    for badge in ("badge[New]", "1 open comment]", "Open · 1 of 2 approvals]"):
        assert badge in lines(page)
    page.segmented_control(key="reviews_which").set_value("Ended")
    run(page)
    assert listed(page) == ["Gone"]


def test_link_that_has_ended_says_how_it_came_out_and_can_be_extended_unless_revoked(
    page, reviews, services, session_id, planner, noon
):
    today = reviews.now.date()
    ends = reviews.now + timedelta(days=2)
    kinds = (DecisionKind.APPROVE, DecisionKind.DECLINE)
    links = [
        reviews.share(session_id, planner.id, audience=kind, ends_at=ends, due_on=today + timedelta(days=1))
        for kind in kinds
    ]
    for link, kind in zip(links, kinds, strict=True):
        sha256 = reviews.visits.look(link.token, ANNA).version.sha256
        reviews.visits.decide(link.token, ANNA, kind, name="Anna", sha256=sha256)
    looked = reviews.share(session_id, planner.id, audience="Nobody")
    for link in (links[0], looked):
        reviews.links.revoke(link.review.id, user_id=planner.id)
    noon.set(ends)
    run(page)
    page.segmented_control(key="reviews_which").set_value("Ended")
    run(page)

    for badge in ("Revoked · approved by 1]", "Ran out · declined]", "Revoked]"):
        assert badge in lines(page).replace("\\", "")
    assert not any("Due" in button.label for button in page.button)
    declined = links[1].review.id
    opened(page, links[1])
    assert "Ran out · declined]" in lines(page).replace("\\", "")
    assert page.button(key=f"reviews_do_shown_{declined}").label == "What they saw"
    click(page, f"reviews_do_extend_{declined}")
    click(page, "review_extend_save")
    assert services.reviews.get(declined, user_id=planner.id).review.state is ReviewState.DECLINED
    opened(page, links[0])
    assert f"reviews_do_extend_{links[0].review.id}" not in keys(page)


def test_link_to_look_at_alone_asks_nobody_for_a_decision(page, reviews, session_id, planner):
    opened(page, reviews.share(session_id, planner.id, may=ReviewMay.LOOK))

    assert "Nobody has decided yet." not in lines(page)
    assert "Decisions" not in [heading.value for heading in page.header]


def test_words_and_state_filter_the_list(page, reviews, session_id, planner):
    reviews.share(session_id, planner.id, audience="Finance")
    asked = reviews.share(reviews.session(planner.id, title="Rome"), planner.id)
    shown = reviews.visits.look(asked.token, ANNA)
    reviews.visits.decide(
        asked.token, ANNA, DecisionKind.ASK_FOR_CHANGES, name="A", note="Later", sha256=shown.version.sha256
    )
    run(page)
    page.text_input(key="reviews_words").set_value("finan")
    assert listed(run(page)) == ["Finance"]
    page.text_input(key="reviews_words").set_value("rome")
    assert listed(run(page)) == ["Customer"]
    page.text_input(key="reviews_words").set_value("")
    page.selectbox(key="reviews_state").set_value("Changes requested")
    assert listed(run(page)) == ["Customer"]
    page.selectbox(key="reviews_state").set_value("Approved")
    assert listed(run(page)) == []
    assert "No link matches" in [heading.value for heading in page.header]


def test_fifty_links_are_drawn_and_more_on_request(page, reviews, session_id, planner):
    for number in range(52):
        reviews.share(session_id, planner.id, audience=f"No {number}")
    assert len(listed(run(page))) == 50

    click(page, "reviews_more")

    assert len(listed(page)) == 52


def test_link_of_somebody_else_does_not_exist(page, reviews, stranger):
    theirs = reviews.share(reviews.session(stranger.id), stranger.id)
    opened(page, theirs)

    assert [warning.value for warning in page.warning] == ["There is no such review."]
    click(page, "reviews_instead")
    assert "review" not in page.query_params


# One link


def test_click_opens_a_link_which_is_seen_then(page, reviews, link, services, planner):
    reviews.visits.look(link.token, ANNA)
    assert services.reviews.news(user_id=planner.id) == 1
    run(page)
    click(page, f"reviews_open_{link.review.id}")

    assert page.query_params["review"] == str(link.review.id)
    assert page.title[0].value == "Customer"
    assert services.reviews.news(user_id=planner.id) == 0
    click(page, "reviews_back")
    assert listed(page) == ["Customer"]
    assert "badge[New]" not in lines(page)


def test_decisions_say_who_is_not_verified_what_came_by_phone_and_what_is_outdated(
    page, reviews, link, session_id, planner
):
    shown = reviews.visits.look(link.token, ANNA)
    reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=shown.version.sha256)
    reviews.say(session_id, "And the sea?", "Cascais.")
    reviews.links.share_again([link.review.id], user_id=planner.id)
    opened(page, link)
    click(page, f"reviews_do_phone_{link.review.id}")
    click(page, "review_phone_save")
    assert page.error[-1].value == escape_label("Choose what they decided.")
    page.selectbox(key=f"review_phone_{link.review.id}_kind").set_value(DecisionKind.APPROVE)
    click(page, "review_phone_save")
    assert page.error[-1].value == escape_label("Please give their name, in 1 to 100 characters.")
    page.text_input(key=f"review_phone_{link.review.id}_name").set_value("Bo")
    page.selectbox(key=f"review_phone_{link.review.id}_kind").set_value(DecisionKind.ASK_FOR_CHANGES)
    click(page, "review_phone_save")
    assert [error.value for error in page.error] == [escape_label("Say what should change.")]
    page.text_area(key=f"review_phone_{link.review.id}_note").set_value("Fewer stairs.")
    click(page, "review_phone_save")

    phone, before = [one.value for one in page.markdown if "(not verified)" in one.value]
    assert ("**Asked for changes** by **Bo**" in phone, "By phone" in phone, "Outdated" in phone) == (
        True, True, False,
    )  # fmt: skip
    assert ("**Approved** by **Anna**" in before, "By phone" in before, "Outdated" in before) == (True, False, True)
    assert "Fewer stairs." in texts(page)
    assert f"about version 1, {short_hash(shown.version.sha256)}]" in lines(page)


def test_yes_and_no_under_one_name_are_told_until_the_planner_records_which_is_meant(page, reviews, link, planner):
    seen = reviews.visits.look(link.token, ANNA).version.sha256
    for key, kind in ((ANNA, DecisionKind.DECLINE), (new_reader_key(), DecisionKind.APPROVE)):
        reviews.visits.decide(link.token, key, kind, name="Anna", sha256=seen)
    assert ["yes and a no stand under the name “Anna”" in one.value for one in opened(page, link).info] == [True]

    click(page, f"reviews_do_phone_{link.review.id}")
    page.text_input(key=f"review_phone_{link.review.id}_name").set_value("anna")
    page.selectbox(key=f"review_phone_{link.review.id}_kind").set_value(DecisionKind.APPROVE)
    click(page, "review_phone_save")

    assert not page.info
    assert lines(page).count("Decided again") == 2


def test_planner_takes_receipts_of_what_was_decided_also_once_the_link_has_ended(
    page, reviews, link, session_id, planner
):
    opened(page, link)
    pdf, values = (f"reviews_receipt_{kind}_{link.review.id}" for kind in ("pdf", "json"))
    assert not {pdf, values} & set(keys(page))  # nobody has decided
    sha256 = link.review.version.sha256
    reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=sha256)
    reviews.comments.record_decision(
        link.review.id, DecisionKind.DECLINE, user_id=planner.id, name="Bo", sha256=sha256
    )
    reviews.links.revoke(link.review.id, user_id=planner.id)
    run(page)

    [made] = told(click(page, values), "download")
    receipt = json.loads(base64.b64decode(made["content"]))
    assert (made["type"], receipt["review"]["sha256"]) == ("application/json", sha256)
    assert [(one["name"], one["kind"], one["by_phone"], one["sha256"]) for one in receipt["decisions"]] == [
        ("Anna", "approve", False, sha256),
        ("Bo", "decline", True, sha256),
    ]
    assert [block["text"] for block in receipt["snapshot"]["blocks"]] == list(TALK)
    [made] = told(click(page, pdf), "download")
    shown = words(base64.b64decode(made["content"]))
    assert made["type"] == "application/pdf"
    assert all(part in shown for part in ("Anna (not verified)", "Recorded by Ada Planner after a call.", TALK[0]))
    assert not run(page).get("download_button")


def test_whoever_writes_on_a_link_that_has_ended_is_told_who_sees_it(page, reviews, link, planner):
    thread = reviews.visits.comment(link.token, ANNA, "Too steep.", name="Anna")
    sentence = "This link has ended: only colleagues see what you write here."
    opened(page, link)
    assert sentence not in lines(click(page, f"reviews_reply_{thread.id}"))
    reviews.links.revoke(link.review.id, user_id=planner.id)

    assert lines(run(page)).count(sentence) == 1
    click(page, "reviews_comment_begin")
    assert lines(page).count(sentence) == 1


def test_decision_by_phone_about_what_has_changed_meanwhile_is_not_taken(page, reviews, link, session_id, planner):
    opened(page, link)
    click(page, f"reviews_do_phone_{link.review.id}")
    reviews.say(session_id, "And the sea?", "Cascais.")
    reviews.links.share_again([link.review.id], user_id=planner.id)
    page.text_input(key=f"review_phone_{link.review.id}_name").set_value("Bo")
    page.selectbox(key=f"review_phone_{link.review.id}_kind").set_value(DecisionKind.APPROVE)
    click(page, "review_phone_save")

    assert ["changed since you looked" in error.value for error in page.error] == [True]
    assert reviews.links.get(link.review.id, user_id=planner.id).decisions == ()


def test_what_they_see_is_shown_version_by_version(page, reviews, link, session_id, planner):
    reviews.say(session_id, "And the sea?", "Cascais.")
    reviews.links.share_again([link.review.id], user_id=planner.id)
    opened(page, link)
    click(page, f"reviews_do_shown_{link.review.id}")
    assert "And the sea?" in texts(page)
    page.selectbox(key=f"review_shown_{link.review.id}").set_value(1)
    run(page)

    assert "And the sea?" not in texts(page)
    assert "Four days in Lisbon, please." in texts(page)


# What was said


def test_thread_is_answered_resolved_and_reopened(page, reviews, link, services, planner):
    anchor = reviews.visits.look(link.token, ANNA).snapshot.blocks[1].anchor
    thread = reviews.visits.comment(link.token, ANNA, "Too steep.", name="Anna", anchor=anchor, passage="the castle")
    opened(page, link)
    assert "On “Day 1 Walk up to the castle" in lines(page).replace("\\", "")
    click(page, f"reviews_reply_{thread.id}")
    click(page, f"reviews_answer_send_{thread.id}")
    assert [error.value for error in page.error] == [escape_label("This comment is empty.")]
    page.text_area(key=f"reviews_answer_text_{thread.id}").set_value("There is a lift.")
    click(page, f"reviews_answer_send_{thread.id}")
    assert "There is a lift." in texts(page)
    click(page, f"reviews_resolve_{thread.id}")
    assert "Too steep." not in texts(page)
    page.segmented_control(key="reviews_threads").set_value("All")
    run(page)

    assert "Resolved by Ada Planner in the version of" in lines(page)
    click(page, f"reviews_reopen_{thread.id}")
    (found,) = services.comments.threads(link.review.id, user_id=planner.id)
    assert [(one.text, one.by_planner, one.internal) for one in found.answers] == [("There is a lift.", True, False)]
    assert found.resolved is None


def test_internal_comments_are_marked_and_no_reader_is_shown_them(page, reviews, link):
    thread = reviews.visits.comment(link.token, ANNA, "Too steep.", name="Anna")
    opened(page, link)
    click(page, f"reviews_reply_{thread.id}")
    page.text_area(key=f"reviews_answer_text_{thread.id}").set_value("She is 80.")
    page.checkbox(key=f"reviews_answer_internal_{thread.id}").check()
    click(page, f"reviews_answer_send_{thread.id}")
    click(page, "reviews_comment_begin")
    page.text_area(key="reviews_comment_text").set_value("Call her.")
    page.checkbox(key="reviews_comment_internal").check()
    click(page, "reviews_comment_send")

    assert {"She is 80.", "Call her."} <= set(texts(page))
    assert len([one for one in page.markdown if "Internal]" in one.value]) == 2
    seen = reviews.visits.threads(link.token, ANNA, anchor=None, limit=20)
    assert [(one.first.text, one.answers) for one in seen] == [("Too steep.", ())]


def test_own_comment_is_changed_and_taken_back_for_fifteen_minutes(page, reviews, link, services, planner):
    opened(page, link)
    click(page, "reviews_comment_begin")
    page.text_area(key="reviews_comment_text").set_value("Pleas look.")
    click(page, "reviews_comment_send")
    (thread,) = services.comments.threads(link.review.id, user_id=planner.id)
    click(page, f"reviews_change_{thread.id}")
    page.text_area(key=f"reviews_edit_text_{thread.id}").set_value("Please look.")
    click(page, f"reviews_edit_save_{thread.id}")
    assert "Please look." in texts(page)
    click(page, f"reviews_take_back_{thread.id}")

    (thread,) = services.comments.threads(link.review.id, user_id=planner.id)
    assert (thread.first.removed, thread.first.text) == (True, "")
    assert not {f"reviews_{what}_{thread.id}" for what in ("change", "reply", "ask")} & set(keys(page))


def test_others_comments_cannot_be_changed(page, reviews, link):
    thread = reviews.visits.comment(link.token, ANNA, "Too steep.", name="Anna")
    opened(page, link)

    assert f"reviews_change_{thread.id}" not in keys(page)


def test_comment_becomes_a_message_to_the_assistant(page, reviews, link, session_id, services, planner):
    anchor = reviews.visits.look(link.token, ANNA).snapshot.blocks[1].anchor
    thread = reviews.visits.comment(link.token, ANNA, "Too steep.", name="Anna", anchor=anchor, passage="castle")
    opened(page, link)
    click(page, f"reviews_ask_{thread.id}")
    box = page.text_area(key="review_ask_text")
    assert box.value == "> castle\n\n> Anna: Too steep.\n\nPlease take this into account."
    box.set_value("> Anna: Too steep.\n\nTake the lift.")
    click(page, "review_ask_send")

    messages = services.sessions.history(session_id, user_id=planner.id).messages
    assert [one.text for one in messages if one.role == "user"][-1] == "> Anna: Too steep.\n\nTake the lift."
    assert messages[-1].role == "assistant"
    assert page.query_params["session"] == str(session_id)
    assert "dialog" not in page.session_state


def test_message_of_a_thread_is_shown_in_its_session(page, reviews, link, session_id):
    anchor = reviews.visits.look(link.token, ANNA).snapshot.blocks[1].anchor
    thread = reviews.visits.comment(link.token, ANNA, "Too steep.", name="Anna", anchor=anchor)
    opened(page, link)
    click(page, f"reviews_show_{thread.id}")

    assert page.query_params["session"] == str(session_id)
    assert page.session_state.chat_message_id == int(anchor)


def test_message_that_was_replaced_is_not_brought_back(page, reviews, link, session_id, services, planner):
    blocks = reviews.visits.look(link.token, ANNA).snapshot.blocks
    thread = reviews.visits.comment(link.token, ANNA, "Too steep.", name="Anna", anchor=blocks[3].anchor)
    with reviews.database.begin() as db_session:
        session = db_session.get_one(ChatSession, session_id)
        see(db_session, session, last_message_id=int(blocks[1].anchor))
    reviews.say(session_id, "By tram?", "By tram.")
    reviews.links.share_again([link.review.id], user_id=planner.id)
    opened(page, link)
    about = "On “Then take the tram and eat at the market. Cost: $80” by Assistant, which the link no longer shows"
    assert about in lines(page).replace("\\", "")
    click(page, f"reviews_show_{thread.id}")
    assert ["was replaced or deleted" in error.value for error in page.error] == [True]
    assert f"reviews_show_{thread.id}" not in keys(page)
    click(page, f"reviews_go_{thread.id}")

    assert page.query_params["session"] == str(session_id)
    messages = services.sessions.history(session_id, user_id=planner.id).messages
    assert messages[-1].text == "By tram."


def test_twenty_threads_are_drawn_and_more_on_request(page, reviews, link, planner):
    for number in range(45):
        reviews.comments.add(link.review.id, f"No {number}", user_id=planner.id)
    opened(page, link)
    assert [text for text in texts(page) if text.startswith("No ")] == [f"No {at}" for at in range(44, 24, -1)]

    click(page, "reviews_more_threads")

    assert len([text for text in texts(page) if text.startswith("No ")]) == 40


def test_hostile_names_comments_and_passages_are_text(page, reviews, session_id, planner):
    links = {}
    for hostile in [one for one in STRINGS if says_something(one)][::40]:
        links[hostile] = reviews.share(session_id, planner.id, audience=hostile[:100], note=hostile[:2000])
        reviews.visits.comment(links[hostile].token, ANNA, hostile[:4000], name=hostile[:100])
    assert len(listed(run(page))) == len(links)

    for hostile, link in links.items():
        opened(page, link)
        assert any(hostile.split()[0][:20] in text for text in texts(page)), hostile
        assert page.title[0].value == escape_label(link.review.settings.audience), hostile


# Beside the session


def test_chat_shows_the_links_of_its_session_and_comments_beside_their_messages(
    app, reviews, link, session_id, services, planner
):
    anchor = reviews.visits.look(link.token, ANNA).snapshot.blocks[1].anchor
    thread = reviews.visits.comment(link.token, ANNA, "Too steep.", name="Anna", anchor=anchor)
    reviews.visits.comment(link.token, BO, "Too far.", name="Bo", anchor=anchor)
    load_at(app, session_id)
    assert [key for key in keys(app) if key.startswith("chat_comments_")] == [f"chat_comments_{anchor}"]
    assert app.button(key=f"chat_comments_{anchor}").label == "2 comments"
    click(app, f"chat_comments_{anchor}")
    assert {"Too steep.", "Too far."} <= set(texts(app))
    click(app, f"reviews_resolve_{thread.id}")
    assert "Too steep." not in texts(app)
    click(app, f"reviews_ask_{services.comments.threads(link.review.id, user_id=planner.id)[0].id}")
    assert app.text_area(key="review_ask_text").value.startswith("> Bo: Too far.")


def test_menu_in_the_chat_lists_its_links_and_shares_them_again(app, reviews, link, session_id, planner):
    reviews.say(session_id, "And the sea?", "Cascais.")
    finance = reviews.share(session_id, planner.id, audience="Finance")
    for number in range(2):
        reviews.visits.comment(finance.token, ANNA, f"No {number}", name="Anna")
    load_at(app, session_id)
    app.session_state[f"chat_reviews_{session_id}"] = True
    run(app)
    assert "**Customer**" in [one.label for one in app.get("page_link")]
    assert "Never opened" in lines(app)
    assert lines(app).count("Changed since]") == 1  # Finance has seen it all
    assert re.findall(r"(\d open comments?)\]", lines(app)) == ["2 open comments"]  # on one of the two links
    click(app, f"chat_share_again_{session_id}")

    assert app.checkbox(key=f"review_again_{link.review.id}").value
    assert not app.session_state[f"chat_reviews_{session_id}"]


def test_menu_in_the_chat_shares_again_only_while_a_link_is_open(app, reviews, services, session_id, planner):
    of = DeckOf("session", session_id)
    services.decks.make(of, user_id=planner.id)
    again = {f"chat_share_again_{session_id}", f"chat_share_again_{session_id}_deck"}
    made = [
        services.reviews.share(Thing(*of, deck=deck), LinkSettings(audience="Customer"), user_id=planner.id)
        for deck in (False, True)
    ]
    load_at(app, session_id)
    app.session_state[f"chat_reviews_{session_id}"] = True
    assert again <= set(keys(run(app)))
    services.reviews.revoke(made[1].review.id, user_id=planner.id)
    assert again & set(keys(run(app))) == {f"chat_share_again_{session_id}"}
    services.reviews.revoke(made[0].review.id, user_id=planner.id)

    assert not again & set(keys(run(app)))


def test_chat_of_a_planner_without_links_asks_no_more_than_before(app, services, add_session):
    session_id = add_session()
    load_at(app, session_id)

    with asked(services) as statements:
        load_at(app, session_id)

    assert len([one for one in statements if "reviews" in one]) <= 1  # of all planners, once in a second


def test_sidebar_tells_on_how_many_links_something_is_new(app, reviews, link, session_id, planner):
    reviews.share(session_id, planner.id, audience="Unopened")
    reviews.visits.look(link.token, ANNA)
    run(app)

    assert "Reviews :green-badge[1]" in [one.label for one in app.get("page_link")]
