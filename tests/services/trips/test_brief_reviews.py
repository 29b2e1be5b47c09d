"""A trip's brief is reviewed: what its audience sees of it, who shares it, and what an approval offers."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

import db.reviews
from db.models import AuditAction, AuditEntry, Review, ReviewVersion, Snapshot, utc_now
from services.errors import NotFoundError, NotPossibleError
from services.process.smtp import SmtpServer
from services.reviews.mail import ReviewMail
from services.reviews.records import DecisionKind, LinkSettings, ReviewMay, ReviewState, Thing
from services.reviews.visits import new_reader_key
from services.trips.deleted import remove_deleted_trips
from services.trips.records import WithSessions
from tests.helpers.databases import ON_SQLITE
from tests.helpers.mail import mail_server
from tests.helpers.pdfs import words
from tests.helpers.trips import Team, team  # noqa: F401 - a fixture
from travel.status import TripStatus

ANNA = new_reader_key()
WHY = {"removed": "was taken off the trip", "left": "has left the trip", "reads only": "may only read the trip now"}
NEED = {"label": "Mia", "band": "child", "age_at_travel": 6, "needs": [{"kind": "allergy", "text": "Nuts"}]}


@pytest.fixture
def thing(team: Team) -> Thing:
    return Thing("trip", team.trip_id)


@pytest.fixture
def share(services, thing, team):
    """Give a function that shares the brief, as Ada unless somebody else is named."""

    def made(by: int | None = None, passcode: str | None = None, **settings):
        given: dict[str, Any] = {"audience": "Customer", "download": True}
        chosen = LinkSettings(**(given | settings))
        return services.reviews.share(thing, chosen, user_id=by or team.ada, passcode=passcode)

    return made


@pytest.fixture
def change(services, team):
    """Give a function that changes fields of the brief, or what else is named."""

    def changed(*, user_id: int | None = None, head: dict[str, Any] | None = None, **brief):
        services.trips.change(team.trip_id, user_id=user_id or team.ada, brief=brief, **(head or {}))

    return changed


def blocks(snapshot) -> list[tuple[str, str, str, str]]:
    return [(one.anchor, one.kind, one.author, one.text) for one in snapshot.blocks]


def approve(services, link, *, kind=DecisionKind.APPROVE, note="", key=ANNA):
    seen = services.visits.look(link.token, key).version.sha256
    services.visits.decide(link.token, key, kind, name="Anna", sha256=seen, note=note)


@ON_SQLITE
def test_audience_sees_what_is_known_and_what_is_open_and_no_note(services, thing, team, change):
    change(travellers=[NEED], must=[{"text": "Tram 28", "hard": True}], notes_private="They pay late")

    shown = services.reviews.preview(thing, user_id=team.ada)

    assert (shown.thing, shown.title) == ("trip", "Lisbon in May")
    assert blocks(shown) == [
        ("where", "field", "Where to", "Lisbon"),
        ("dates", "field", "Dates", "May 3\u2009–\u20097, 2027"),
        ("travellers", "field", "Travellers", "1 child (6)"),
        ("must", "field", "Musts", "Tram 28, required"),
        ("budget", "question", "Open question", "What may the trip cost?"),
        ("pace", "question", "Open question", "Should the days be relaxed, balanced or full?"),
    ]
    assert all(one.at is None for one in shown.blocks)
    change(tell_needs=True)
    assert "Nuts" in blocks(services.reviews.preview(thing, user_id=team.ada))[2][3]


@ON_SQLITE
def test_question_about_what_is_known_in_part_has_a_place_of_its_own(services, thing, team, change):
    change(start=None, end=None, months=["2027-05"], travellers=[{"label": "A child", "band": "child"}])

    shown = {anchor: kind for anchor, kind, *_ in blocks(services.reviews.preview(thing, user_id=team.ada))}

    assert (shown["months"], shown["dates"]) == ("field", "question")
    assert (shown["travellers"], shown["ask_travellers"]) == ("field", "question")


@ON_SQLITE
def test_question_of_ones_own_keeps_its_place_beside_others(services, thing, team, change):
    change(questions=["Who pays?", "Who is vegetarian?"])
    first = blocks(services.reviews.preview(thing, user_id=team.ada))
    change(questions=["Who is vegetarian?"])
    second = blocks(services.reviews.preview(thing, user_id=team.ada))

    own = [(anchor, text) for anchor, _, label, text in first if text.startswith("Who ") and label == "Open question"]
    assert [text for _, text in own[-2:]] == ["Who pays?", "Who is vegetarian?"]
    assert own[-2][0] != own[-1][0]
    assert second[-1] == first[-1]


@ON_SQLITE
def test_what_is_only_for_the_team_and_the_status_change_nothing_that_is_shown(services, thing, team, share, change):
    change(travellers=[NEED])
    link = share()
    change(head={"status": "proposed", "customer_id": None}, notes_private="Another note")
    change(travellers=[NEED | {"needs": [{"kind": "diet", "text": "Vegan"}]}])

    assert services.reviews.behind(thing, user_id=team.ada) == {link.review.id: False}
    assert services.reviews.share_again([link.review.id], user_id=team.ada) == {link.review.id: False}


@ON_SQLITE
def test_comments_stay_with_their_field_when_it_is_shared_again(services, thing, team, share, change):
    link = share()
    said = services.visits.comment(link.token, ANNA, "At most 2,000", name="Anna", anchor="budget", passage="cost")
    services.visits.comment(link.token, ANNA, "Or Porto?", name="Anna", anchor="where", passage="Lisbon")
    approve(services, link)
    change(budget={"high": {"amount": "2000", "currency": "EUR"}}, where=["Porto"])

    assert services.reviews.behind(thing, user_id=team.ada) == {link.review.id: True}
    assert services.reviews.share_again([link.review.id], user_id=team.ada) == {link.review.id: True}
    visit = services.visits.look(link.token, ANNA, since=(1, 0))
    assert visit.state is ReviewState.OUTDATED
    assert ("budget", "field", "Budget", "up to €2,000 in all") in blocks(visit.snapshot)
    assert visit.threads == {"budget": 1, "where": 1}
    assert services.comments.open_by_anchor(thing, user_id=team.bob) == {"budget": 1, "where": 1}
    [thread] = services.comments.about(thing, "budget", user_id=team.ada)
    assert (thread.id, thread.passage, thread.first.version) == (said.id, "cost", 1)


def test_who_may_change_a_trip_shares_it_and_sees_its_links(services, thing, team, share):
    link = share(team.bob, audience="Bob's")
    key = new_reader_key()

    assert services.visits.look(link.token, key).planner == "Bob"
    assert [one.id for one in services.reviews.page(user_id=team.bob)] == [link.review.id]
    assert services.reviews.page(user_id=team.ada) == ()  # she has shared nothing
    for user_id in (team.ada, team.bob):
        assert [one.trip_id for one in services.reviews.page(user_id=user_id, of=thing)] == [team.trip_id]
        assert services.reviews.count(thing, user_id=user_id) == 1
        assert services.reviews.get(link.review.id, user_id=user_id).review.title == "Lisbon in May"
    for user_id in (team.cleo, team.eve):
        assert services.reviews.page(user_id=user_id, of=thing) == ()
        assert services.reviews.count(thing, user_id=user_id) == 0
        for ask in (
            lambda user_id=user_id: services.reviews.get(link.review.id, user_id=user_id),
            lambda user_id=user_id: services.reviews.revoke(link.review.id, user_id=user_id),
            lambda user_id=user_id: services.comments.threads(link.review.id, user_id=user_id),
            lambda user_id=user_id: services.reviews.share_again([link.review.id], user_id=user_id),
        ):
            with pytest.raises(NotFoundError):
                ask()
    with pytest.raises(NotPossibleError, match="You can read this trip, but not change it"):
        share(team.cleo)
    with pytest.raises(NotPossibleError, match="not change it"):
        services.reviews.preview(thing, user_id=team.cleo)
    with pytest.raises(NotFoundError):
        share(team.eve)
    with pytest.raises(NotPossibleError, match="as a whole"):
        services.reviews.share(thing, LinkSettings(audience="A"), user_id=team.ada, first_id=1)


def test_link_is_changed_by_who_made_it_and_by_the_trips_owner_alone(services, team, share):
    owners, editors = share(passcode="secret-1"), share(team.bob)
    changed = LinkSettings(audience="Customer", may=ReviewMay.LOOK)

    for refused in (
        lambda: services.reviews.new_address(owners.review.id, user_id=team.bob),
        lambda: services.reviews.change(owners.review.id, changed, user_id=team.bob),
        lambda: services.reviews.change(owners.review.id, owners.review.settings, user_id=team.bob, passcode=""),
    ):
        with pytest.raises(NotPossibleError, match="Only who made this link, or owns what it shows"):
            refused()
    review = services.reviews.get(owners.review.id, user_id=team.bob)
    assert (review.changeable, review.review.has_passcode, review.review.settings.may) == (
        False, True, ReviewMay.DECIDE,
    )  # fmt: skip
    said = services.comments.add(owners.review.id, "On it", user_id=team.bob)
    assert services.comments.add(owners.review.id, "Done", user_id=team.bob, thread_id=said.id).answers
    assert services.reviews.get(editors.review.id, user_id=team.bob).changeable
    assert services.reviews.change(editors.review.id, changed, user_id=team.bob).settings.may is ReviewMay.LOOK
    assert services.reviews.get(editors.review.id, user_id=team.ada).changeable


def test_link_is_whose_who_made_its_address(services, team, share):
    link = share(team.bob)
    made = services.reviews.new_address(link.review.id, user_id=team.ada)

    assert [one.id for one in services.reviews.page(user_id=team.ada)] == [link.review.id]
    assert services.visits.look(made.token, ANNA).planner == "Ada"
    with pytest.raises(NotFoundError):
        services.visits.look(link.token, ANNA)
    with pytest.raises(NotPossibleError, match="Only who made this link"):
        services.reviews.new_address(link.review.id, user_id=team.bob)


@pytest.mark.parametrize("end", ["removed", "left", "reads only"])
def test_links_of_a_member_who_stops_are_the_owners_and_open_nothing(services, database, team, share, end):
    link = share(team.bob)
    session_id = services.sessions.create(user_id=team.bob, trip_id=team.trip_id).id
    services.replies.store("Hello", role="user", session_id=session_id, user_id=team.bob)
    other = services.reviews.share(Thing("session", session_id), LinkSettings(audience="A"), user_id=team.bob)
    services.visits.comment(link.token, ANNA, "Lovely", name="Anna")
    ran_out = services.reviews.share(
        Thing("trip", team.trip_id),
        LinkSettings(audience="B", ends_at=utc_now() + timedelta(days=1)),
        user_id=team.bob,
    )
    with database.begin() as db_session:
        sooner = update(Review).where(Review.id == ran_out.review.id)
        db_session.execute(sooner.values(ends_at=utc_now() - timedelta(days=1)))
    own = share()
    changed = services.reviews.get(link.review.id, user_id=team.ada).review.changed
    assert services.trip_members.count_links(team.trip_id, team.bob, user_id=team.ada) == 2
    assert services.trip_members.count_links(team.trip_id, team.bob, user_id=team.bob) == 2
    match end:
        case "removed":
            services.trip_members.remove(team.trip_id, team.bob, user_id=team.ada)
        case "left":
            services.trip_members.leave(team.trip_id, user_id=team.bob)
        case _:
            services.trip_members.change(team.trip_id, team.bob, user_id=team.ada, access="view")

    theirs = {one.id for one in services.reviews.page(user_id=team.ada)}
    assert theirs == {link.review.id, other.review.id, ran_out.review.id, own.review.id}
    assert services.reviews.news(user_id=team.ada) == 1
    assert services.reviews.news(user_id=team.bob) == 0
    assert services.reviews.get(link.review.id, user_id=team.ada).review.changed > changed
    with pytest.raises(NotFoundError):
        services.reviews.get(link.review.id, user_id=team.bob)
    for one in (link, other, ran_out):
        ended = services.reviews.get(one.review.id, user_id=team.ada).review
        assert (ended.state, ended.ended_why) == (ReviewState.ENDED, f"Bob {WHY[end]}.")
        with pytest.raises(NotFoundError):
            services.visits.look(one.token, ANNA)
    services.reviews.change(
        ran_out.review.id, LinkSettings(audience="B", ends_at=utc_now() + timedelta(days=9)), user_id=team.ada
    )
    with pytest.raises(NotFoundError):  # nor later
        services.visits.look(ran_out.token, ANNA)
    assert services.visits.look(own.token, ANNA).planner == "Ada"
    with database.begin() as db_session:
        revoked = select(AuditEntry.target_id, AuditEntry.user_id).where(
            AuditEntry.action == AuditAction.REVOKE_REVIEW
        )
        noted = db_session.execute(revoked).all()
    by = team.bob if end == "left" else team.ada
    assert {(int(target), who) for target, who in noted} == {(one.review.id, by) for one in (link, other, ran_out)}


def test_link_of_a_member_who_left_opens_again_at_another_address(services, team, share):
    link, revoked = share(team.bob), share(team.bob)
    services.visits.comment(link.token, ANNA, "Lovely", name="Anna")
    services.reviews.revoke(revoked.review.id, user_id=team.bob)
    services.trip_members.leave(team.trip_id, user_id=team.bob)
    made = services.reviews.new_address(link.review.id, user_id=team.ada)

    assert (made.review.state, made.review.ended_why) == (ReviewState.OPEN, None)
    visit = services.visits.look(made.token, ANNA)
    assert (visit.planner, visit.threads) == ("Ada", {None: 1})
    with pytest.raises(NotFoundError):
        services.visits.look(link.token, ANNA)
    with pytest.raises(NotPossibleError, match="was revoked"):
        services.reviews.new_address(revoked.review.id, user_id=team.ada)


def test_links_go_on_when_a_trip_is_handed_over(services, team, share):
    link = share()
    services.trip_members.hand_over(team.trip_id, team.bob, user_id=team.ada)

    assert services.visits.look(link.token, ANNA).planner == "Ada"
    assert services.reviews.get(link.review.id, user_id=team.bob).changeable
    services.trip_members.remove(team.trip_id, team.ada, user_id=team.bob)
    with pytest.raises(NotFoundError):
        services.visits.look(link.token, ANNA)


def test_how_many_links_somebody_has_is_told_to_the_owner_and_to_them(services, team, share):
    share()
    with pytest.raises(NotPossibleError, match="Only the owner"):
        services.trip_members.count_links(team.trip_id, team.ada, user_id=team.bob)
    with pytest.raises(NotFoundError):
        services.trip_members.count_links(team.trip_id, team.ada, user_id=team.eve)


@ON_SQLITE
def test_mail_is_about_the_trip_and_for_who_still_sees_it(services, database, team, share):
    now = utc_now() + timedelta(minutes=1)
    link = share()
    services.visits.comment(link.token, ANNA, "Lovely", name="Anna")
    with mail_server() as got:
        server = SmtpServer.at(got.url)
        mail = ReviewMail(database, server, sender="bot@example.com", public_url=None, clock=lambda: now)
        assert mail.send_one()
        [told] = got.mails
        with database.begin() as db_session:  # as if an earlier version had left it with somebody else
            values = {"user_id": team.eve, "mail_due_at": now, "mailed_at": None}
            db_session.execute(update(Review).values(**values))
        assert mail.send_one()
        assert not mail.send_one()
        assert len(got.mails) == 1

    assert "your review “Lisbon in May” for Customer" in told.get_content()
    assert str(told["Subject"]) == "Customer: 1 new comment"


@ON_SQLITE
def test_approval_of_the_brief_as_it_is_now_offers_a_status_that_a_person_sets(services, team, share, change):
    def offered(user_id=team.bob):
        return services.trip_approval.offered_status(team.trip_id, user_id=user_id)

    link = share(approvals=2)
    approve(services, link)
    assert offered() is None  # one of two
    services.comments.record_decision(
        link.review.id, DecisionKind.APPROVE, user_id=team.ada, name="Bo", sha256=link.review.version.sha256
    )
    assert offered() is TripStatus.APPROVED
    assert offered(team.cleo) is None
    with pytest.raises(NotFoundError):
        offered(team.eve)
    change(notes_private="Tell nobody")
    assert offered() is TripStatus.APPROVED
    change(pace="full")
    assert offered() is None
    with pytest.raises(NotPossibleError, match="changed since it was approved"):
        services.trip_approval.accept(team.trip_id, user_id=team.ada)
    with pytest.raises(NotPossibleError, match="not change it"):
        services.trip_approval.accept(team.trip_id, user_id=team.cleo)
    change(pace=None)
    services.reviews.revoke(link.review.id, user_id=team.ada)  # what was decided stays
    assert services.trips.get(team.trip_id, user_id=team.ada).status is TripStatus.DRAFT

    accepted = services.trip_approval.accept(team.trip_id, user_id=team.bob)

    assert accepted.status is TripStatus.APPROVED
    assert offered() is None
    assert services.trip_approval.accept(team.trip_id, user_id=team.ada).rev == accepted.rev
    [latest, *_] = services.trip_revisions.page(team.trip_id, user_id=team.ada).revisions
    assert (latest.by, latest.summary) == ("Bob", "Status")


@ON_SQLITE
def test_latest_word_about_the_same_brief_counts(services, team, share, change):
    link = share()
    approve(services, link)
    for pace in ("full", None):  # something else was shared, and then the same again
        change(pace=pace)
        services.reviews.share_again([link.review.id], user_id=team.ada)
    approve(services, link, kind=DecisionKind.DECLINE)

    assert services.trip_approval.offered_status(team.trip_id, user_id=team.ada) is None


def test_links_of_a_deleted_trip_open_nothing_and_end_with_it(services, database, team, thing, share, monkeypatch):
    link, key = share(), new_reader_key()
    services.visits.comment(link.token, key, "Lovely", name="Anna")
    assert services.trip_sessions.contents(team.trip_id, user_id=team.ada).links == 1

    services.trip_deletion.delete(team.trip_id, user_id=team.ada, sessions=WithSessions.KEEP)
    with pytest.raises(NotFoundError):
        services.visits.look(link.token, key)
    with pytest.raises(NotFoundError):
        services.visits.comment(link.token, key, "Still there?", name="Anna")
    with pytest.raises(NotFoundError):
        services.reviews.get(link.review.id, user_id=team.ada)
    assert services.reviews.page(user_id=team.ada) == ()
    assert services.review_watch.review(link.review.id) is None
    with database.read() as db_session:
        assert db.reviews.active_links(db_session, now=utc_now()) == []
    services.trip_deletion.bring_back(team.trip_id, user_id=team.ada)
    assert services.visits.look(link.token, key).threads == {None: 1}

    monkeypatch.setattr("services.trips.deleted.UNDO_S", -1.0)
    services.trip_deletion.delete(team.trip_id, user_id=team.ada, sessions=WithSessions.KEEP)
    remove_deleted_trips(database)
    with database.read() as db_session:
        for table in (Review, ReviewVersion, Snapshot):
            assert db_session.scalars(select(table)).all() == []


@ON_SQLITE
def test_receipts_and_the_pdf_are_of_a_brief(services, team, share, change):
    change(purpose="A weekend of *fado*")
    link = share()
    approve(services, link)
    zone = utc_now().tzinfo

    pdf = words(services.visits.snapshot_pdf(link.token, ANNA, zone=zone).content)
    paper = words(services.visits.receipt(link.token, ANNA, kind="pdf", zone=zone).content)
    values = json.loads(services.reviews.receipt(link.review.id, user_id=team.ada, kind="json", zone=zone).content)

    assert "Trip brief, shared for review" in pdf
    assert "Where to" in pdf
    assert "A weekend of *fado*" in pdf  # as it was typed
    assert "Receipt: decisions on a trip brief shared for review" in paper
    assert values["snapshot"]["thing"] == "trip"
    assert values["snapshot"]["blocks"][0] == {
        "anchor": "where",
        "kind": "field",
        "author": "Where to",
        "at": None,
        "text": "Lisbon",
        "sources": [],
        "ending": None,
    }
