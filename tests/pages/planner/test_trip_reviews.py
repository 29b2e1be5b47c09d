"""A brief's reviews on the screens: shared from the trip's page, read there and under Reviews, and looked at."""

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from services.reviews.records import DecisionKind, NewLink
from services.reviews.visits import new_reader_key
from services.trips.trips import TripService
from services.wiring import Services
from tests.helpers.reviews import Reviews
from tests.helpers.screens import begin_at
from travel.status import TripStatus

TRIPS, REVIEWS = "pages/planner/trips.py", "pages/planner/reviews.py"
ANNA = new_reader_key()


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def click(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return run(at)


def keys(at: AppTest) -> list[str]:
    return [str(one.key) for one in at.button]


def lines(at: AppTest) -> str:
    return "\n".join(one.value for one in (*at.markdown, *at.caption, *at.text, *at.header)).replace("\\", "")


def links(at: AppTest) -> list[tuple[str, str, str]]:
    return [
        (one.proto.label.replace("\\", ""), one.proto.page, one.proto.query_string) for one in at.get("page_link")
    ]


@pytest.fixture(autouse=True)
def cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages be opened in Anna's browser."""
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", {"travelbot_reviewer": ANNA})


@pytest.fixture
def trip_id(reviews: Reviews, planner) -> int:
    return reviews.trip(planner.id, notes_private="They pay late", start="2027-05-03", end="2027-05-07")


@pytest.fixture
def link(reviews: Reviews, trip_id: int, planner) -> NewLink:
    return reviews.share_brief(trip_id, planner.id)


@pytest.fixture
def on_trip(app: AppTest, trip_id: int) -> AppTest:
    """Give the page of the trip, not yet run."""
    begin_at(app, TRIPS)
    app.query_params["trip"] = str(trip_id)
    return app


@pytest.fixture
def on_review(app: AppTest, link: NewLink) -> AppTest:
    """Give the page of the link, not yet run."""
    begin_at(app, REVIEWS)
    app.query_params["review"] = str(link.review.id)
    return app


def visited(at: AppTest, token: str) -> AppTest:
    at.query_params["link"] = token
    at._page_hash = calc_hash("review")
    return run(at)


def change(services: Services, trip_id: int, planner, **brief) -> None:
    services.trips.change(trip_id, user_id=planner.id, brief=brief)


def test_brief_is_shared_from_the_page_of_its_trip(on_trip, services, trip_id, planner):
    run(on_trip)
    assert "comment on it and approve it" in lines(on_trip)
    assert "trips_review_again" not in keys(on_trip)
    click(on_trip, "trips_review_share")
    assert "no notes for the team" in lines(on_trip)
    assert [one.label for one in on_trip.selectbox if one.label in ("From", "To")] == []  # always the whole
    click(on_trip, "review_share_preview")
    assert "What may the trip cost?" in lines(on_trip)
    on_trip.text_input(key=f"review_share_{trip_id}_audience").set_value("The Webers")
    click(on_trip, "review_share_go")

    [made] = services.reviews.page(user_id=planner.id)
    assert (made.trip_id, made.settings.audience) == (trip_id, "The Webers")
    assert "/review?link=" in lines(on_trip)
    click(on_trip, "review_address_done")
    assert [label for label, *_ in links(on_trip) if "The Webers" in label] != []


def test_link_is_for_the_customer_of_the_trip_by_name(on_trip, services, trip_id, planner):
    weber = services.customers.create("Weber family", user_id=planner.id)
    services.trips.change(trip_id, user_id=planner.id, customer_id=weber.id)

    click(run(on_trip), "trips_review_share")

    assert on_trip.text_input(key=f"review_share_{trip_id}_audience").value == "Weber family"


def test_comments_lie_beside_the_brief_and_it_is_shared_again(on_trip, reviews, services, link, trip_id, planner):
    reviews.visits.comment(link.token, ANNA, "At most 2,000", name="Anna", anchor="budget")
    reviews.visits.comment(link.token, ANNA, "Nice", name="Anna")
    run(on_trip)
    labels = [one.label for one in on_trip.button]
    assert "Budget: 1 comment" in labels
    assert "In general: 1 comment" in labels
    assert "2 open comments]" in lines(on_trip)
    click(on_trip, "trips_comments_budget")
    assert "At most 2,000" in lines(on_trip)
    assert "Customer · On an entry" in lines(on_trip)
    assert not [key for key in keys(on_trip) if key.startswith("reviews_ask_")]  # no session to ask in
    change(services, trip_id, planner, budget={"high": {"amount": "2000", "currency": "EUR"}})

    click(on_trip, "trips_review_again")
    assert "the brief has changed since" in on_trip.checkbox(key=f"review_again_{link.review.id}").label
    click(on_trip, "review_again_go")

    assert reviews.links.get(link.review.id, user_id=planner.id).review.version.number == 2
    click(on_trip, "trips_review_again")
    assert "Every open link shows the brief as it is now" in lines(on_trip)


def test_brief_is_shared_again_only_while_a_link_is_open(on_trip, services, link, planner):
    assert "trips_review_again" in keys(run(on_trip))
    services.reviews.revoke(link.review.id, user_id=planner.id)

    assert "trips_review_again" not in keys(run(on_trip))
    assert "trips_review_share" in keys(on_trip)


def test_approved_brief_offers_its_status_and_a_person_sets_it(on_trip, reviews, services, link, trip_id, planner):
    run(on_trip)
    assert f"trips_accept_{trip_id}" not in keys(on_trip)
    reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=link.review.version.sha256)
    assert services.trips.get(trip_id, user_id=planner.id).status is TripStatus.DRAFT

    run(on_trip)
    assert on_trip.button(key=f"trips_accept_{trip_id}").label == "Set status to approved"
    click(on_trip, f"trips_accept_{trip_id}")

    assert services.trips.get(trip_id, user_id=planner.id).status is TripStatus.APPROVED
    assert f"trips_accept_{trip_id}" not in keys(on_trip)


def test_notes_of_an_approval_stand_beside_its_offer(on_trip, reviews, link):
    sha256, kind = link.review.version.sha256, DecisionKind.APPROVE_WITH_NOTES
    reviews.visits.decide(link.token, ANNA, kind, name="Anna", note="But not *Sunday*", sha256=sha256)
    run(on_trip)

    assert "The brief is approved as it is now, with notes." in lines(on_trip)
    assert "Anna: But not *Sunday*" in [one.value for one in on_trip.text]


def test_latest_activity_tells_comments_and_decisions_and_leads_to_the_link(on_trip, reviews, link):
    reviews.visits.comment(link.token, ANNA, "Or Porto?", name="Anna")
    sha256 = link.review.version.sha256
    reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=sha256)
    run(on_trip)

    deeds = [one for one in on_trip.button if str(one.key).startswith("trips_deed_")]
    told = {one.label.partition(" :small")[0]: one for one in deeds}
    assert told.keys() >= {"**Anna** commented on the brief", "**Anna** approved the brief"}
    told["**Anna** approved the brief"].click()
    run(on_trip)
    assert on_trip.query_params["review"] == str(link.review.id)


def test_offer_that_is_out_of_date_is_told(on_trip, reviews, services, link, trip_id, planner):
    reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=link.review.version.sha256)
    run(on_trip)
    change(services, trip_id, planner, pace="full")  # by a colleague, meanwhile
    click(on_trip, f"trips_accept_{trip_id}")

    assert "The brief has changed since it was approved" in "".join(one.value for one in on_trip.error)
    assert services.trips.get(trip_id, user_id=planner.id).status is TripStatus.DRAFT


def test_approved_brief_that_was_changed_says_so_and_is_shared_again(
    on_trip, reviews, services, link, trip_id, planner
):
    reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=link.review.version.sha256)
    services.trip_approval.accept(trip_id, user_id=planner.id)
    assert "hanged since" not in lines(run(on_trip))
    change(services, trip_id, planner, budget={"high": {"amount": "9900", "currency": "GBP"}})
    told = lines(run(on_trip))
    assert "Approved]" in told
    assert "Changed since]" in told
    assert "The brief has changed since it was approved." in told
    click(on_trip, "trips_changed_again")
    click(on_trip, "review_again_go")
    assert "hanged since" not in lines(on_trip)
    assert "trips_changed_again" not in keys(on_trip)


def test_link_to_a_brief_that_was_changed_says_so(on_review, services, link, trip_id, planner):
    assert "Changed since]" not in lines(run(on_review))
    change(services, trip_id, planner, pace="full")

    assert "Changed since]" in lines(run(on_review))


def test_whoever_may_only_read_the_trip_sees_no_review(on_trip, services, trip_id, planner, stranger, reviews):
    theirs = TripService(reviews.database).create("Rome", user_id=stranger.id).id
    link = reviews.share_brief(theirs, stranger.id)
    reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=link.review.version.sha256)
    services.trip_members.add(theirs, planner.username, user_id=stranger.id, access="view")
    on_trip.query_params["trip"] = str(theirs)
    run(on_trip)

    assert "Rome" in [one.value for one in on_trip.title]
    assert not [key for key in keys(on_trip) if key.startswith(("trips_review", "trips_accept"))]
    assert "Reviews" not in [one.value for one in on_trip.header]


def test_link_to_a_brief_leads_to_the_page_of_its_trip(on_review, reviews, link, trip_id):
    thread = reviews.visits.comment(link.token, ANNA, "Or Porto?", name="Anna", anchor="where", passage="Lisbon")
    run(on_review)

    way = ("trips", f"trip={trip_id}")
    assert ("Lisbon in May", *way) in links(on_review)
    assert ("Show in the brief", "trips", f"trip={trip_id}&field=where") in links(on_review)
    assert "On “Where to: Lisbon”" in lines(on_review)
    assert "the whole brief" in lines(on_review)
    assert f"reviews_ask_{thread.id}" not in keys(on_review)
    click(on_review, f"reviews_do_shown_{link.review.id}")
    assert "May 3" in lines(on_review)
    assert "They pay late" not in lines(on_review)


def test_field_that_is_gone_is_named_where_something_was_said_on_it(
    on_review, reviews, services, link, trip_id, planner
):
    reviews.visits.comment(link.token, ANNA, "Or Porto?", name="Anna", anchor="dates")
    change(services, trip_id, planner, start=None, end=None, months=["2027-05"])
    change(services, trip_id, planner, where=None)
    reviews.links.share_again([link.review.id], user_id=planner.id)
    run(on_review)

    assert "On “Open question: On which days does the trip start and end?”" in lines(on_review)


def test_reader_sees_the_brief_comments_on_a_field_and_what_changed(
    visitor, reviews, services, link, trip_id, planner
):
    at = visited(visitor, link.token)
    told = lines(at)
    assert "**Where to**" in told
    assert ":material/help: **Open question**" in told
    assert [one.value for one in at.text][:3] == ["Lisbon", "May 3\u2009–\u20097, 2027", "relaxed"]
    assert "pay late" not in told
    assert not at.chat_message  # nobody said it
    click(at, "review_comment_where")
    assert at.text_input(key="review_passage_where").placeholder == "Words that this is about"
    at.text_input(key="review_name_comment_where_0").set_value("Anna")
    at.text_area(key="review_typed_where").set_value("Or Porto?")
    click(at, "review_send_where")
    assert reviews.visits.look(link.token, ANNA).threads == {"where": 1}

    change(
        services, trip_id, planner, where=["Porto"], pace=None, budget={"high": {"amount": "2000", "currency": "EUR"}}
    )
    reviews.links.share_again([link.review.id], user_id=planner.id)
    run(at)
    click(at, "review_changes_toggle")

    told = lines(at)
    assert ":red-background[~~Lisbon~~] :green-background[Porto]" in told
    assert ":green-background[up to €2,000 in all]" in told
    assert "Go there" in [one.label for one in at.button]


def test_days_beside_a_brief_are_written_as_in_it(visitor, link):
    visitor.context["locale"] = "de-DE"

    told = lines(visited(visitor, link.token))

    assert "May 3\u2009–\u20097, 2027" in told
    assert "version of Nov 18, 2026, 1:" in told


def test_who_deletes_a_trip_is_told_that_its_links_go_though_sessions_are_kept(on_trip, trip_id, link, add_session):
    add_session("Lisbon talk", trip_id=trip_id)
    run(on_trip)
    menu = on_trip.menu_button(key=f"trips_menu_{trip_id}")
    menu.click(next(name for name in menu.options if name.endswith("Delete")))
    run(on_trip)

    assert on_trip.radio(key=f"trip_delete_{trip_id}_sessions").value == "Keep it outside of the trip"
    assert "What goes: its brief and revisions, 1 review link." in lines(on_trip)
