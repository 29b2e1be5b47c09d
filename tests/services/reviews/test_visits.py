"""What a link opens: its snapshot and nothing else, for whoever has it, until it ends."""

from dataclasses import replace
from datetime import UTC

import pytest
from sqlalchemy import select

import db.models
from db.models import AuditAction, AuditEntry, Review, User
from services.errors import (
    InvalidInputError,
    NotFoundError,
    NotPossibleError,
    PasscodeNeededError,
    ReviewChangedError,
    TooManyGuessesError,
    WrongPasscodeError,
)
from services.reviews.records import DecisionKind, ReviewMay, ReviewState
from services.reviews.state import divided
from services.reviews.visits import new_reader_key
from tests.helpers.databases import ON_SQLITE
from tests.helpers.reviews import TALK

ANNA, BO = new_reader_key(), new_reader_key()


def test_whoever_has_the_link_sees_what_was_shared_and_no_more(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id, note="Please by Friday.", approvals=2)
    reviews.say(session_id, "A secret afterthought")

    visit = reviews.visits.look(link.token, ANNA)

    assert [block.text for block in visit.snapshot.blocks] == list(TALK)
    assert [block.author for block in visit.snapshot.blocks] == ["Ada", "Assistant"] * 2
    assert (visit.planner, visit.settings.note, visit.state, visit.approved) == (
        "Ada",
        "Please by Friday.",
        ReviewState.OPEN,
        0,
    )


@ON_SQLITE
def test_token_is_kept_as_a_hash_only(reviews, database, session_id, user_id):
    link = reviews.share(session_id, user_id)

    assert len(link.token) == 32
    assert link.token not in repr(link)
    with database.read() as db_session:
        row = db_session.get_one(Review, link.review.id)
        assert link.token not in str(vars(row))
        assert len(row.token_hash) == 64


@pytest.mark.parametrize("end", ["revoke", "ends_at", "disable", "delete", "new_address"])
def test_link_that_has_ended_opens_nothing_whatever_ended_it(reviews, database, session_id, user_id, end):
    link = reviews.share(session_id, user_id, ends_at=reviews.now.replace(hour=13))
    reviews.visits.look(link.token, ANNA)

    match end:
        case "revoke":
            reviews.links.revoke(link.review.id, user_id=user_id)
        case "ends_at":
            reviews.later(hours=1)
        case "new_address":
            reviews.links.new_address(link.review.id, user_id=user_id)
        case _:
            with database.begin() as db_session:
                if end == "disable":
                    db_session.get_one(User, user_id).disabled = True
                else:
                    db_session.delete(db_session.get_one(db.models.ChatSession, session_id))

    for ask in (
        lambda: reviews.visits.look(link.token, ANNA),
        lambda: reviews.visits.find(link.token),
        lambda: reviews.visits.threads(link.token, ANNA, anchor=None),
        lambda: reviews.visits.comment(link.token, ANNA, "Hello", name="Anna"),
        lambda: reviews.visits.shown(link.token, ANNA, number=1),
    ):
        with pytest.raises(NotFoundError, match="does not open anything"):
            ask()


def test_passcode_is_asked_for_once_in_each_browser_and_kept_as_a_hash(reviews, database, session_id, user_id):
    link = reviews.share(session_id, user_id, passcode="tram 28!")
    with pytest.raises(PasscodeNeededError):
        reviews.visits.look(link.token, ANNA)
    with pytest.raises(WrongPasscodeError):
        reviews.visits.unlock(link.token, ANNA, "tram 27!")

    reviews.visits.unlock(link.token, ANNA, " tram 28! ")

    assert reviews.visits.look(link.token, ANNA).snapshot.title == "Lisbon in May"
    with pytest.raises(PasscodeNeededError):
        reviews.visits.look(link.token, BO)
    with database.read() as db_session:
        assert "tram" not in str(vars(db_session.get_one(Review, link.review.id)))
    reviews.links.change(link.review.id, link.review.settings, user_id=user_id, passcode="another one")
    with pytest.raises(PasscodeNeededError):
        reviews.visits.look(link.token, ANNA)


def test_guesses_from_one_address_end_and_nobody_else_is_locked_out(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id, passcode="tram 28!")
    reviews.visits.unlock(link.token, ANNA, "tram 28!")

    for _ in range(10):
        with pytest.raises(WrongPasscodeError):
            reviews.visits.unlock(link.token, new_reader_key(), "guess!", address="203.0.113.9")
    with pytest.raises(TooManyGuessesError):
        reviews.visits.unlock(link.token, new_reader_key(), "tram 28!", address="203.0.113.9")

    reviews.visits.look(link.token, ANNA)
    reviews.visits.unlock(link.token, BO, "tram 28!", address="198.51.100.1")


@ON_SQLITE
def test_links_that_are_none_are_counted_by_address(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)
    for _ in range(30):
        with pytest.raises(NotFoundError):
            reviews.visits.find("x" * 32, address="203.0.113.9")

    with pytest.raises(TooManyGuessesError):
        reviews.visits.find(link.token, address="203.0.113.9")
    assert reviews.visits.find(link.token, address="198.51.100.1") == link.review.id
    reviews.later(minutes=11)
    assert reviews.visits.find(link.token, address="203.0.113.9") == link.review.id


def test_comment_hangs_on_a_message_a_passage_or_the_whole(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)
    visit = reviews.visits.look(link.token, ANNA)
    reply = visit.snapshot.blocks[1]

    about = reviews.visits.comment(
        link.token, ANNA, "Too steep", name="Anna", anchor=reply.anchor, passage="up to the castle"
    )
    reviews.visits.comment(link.token, ANNA, "Lovely", name="Anna")
    with pytest.raises(InvalidInputError, match="isn't in this message"):
        reviews.visits.comment(
            link.token, ANNA, "?", name="Anna", anchor=reply.anchor, passage="down from the castle"
        )
    with pytest.raises(InvalidInputError, match="not part"):
        reviews.visits.comment(link.token, ANNA, "?", name="Anna", anchor="12")

    assert (about.passage, about.first.name, about.first.mine, about.first.by_planner) == (
        "up to the castle", "Anna", True, False,
    )  # fmt: skip
    assert reviews.visits.look(link.token, BO).threads == {reply.anchor: 1, None: 1}
    [theirs] = reviews.visits.threads(link.token, BO, anchor=reply.anchor)
    assert not theirs.first.mine


@ON_SQLITE
def test_own_comment_can_be_changed_or_taken_back_for_a_quarter_of_an_hour(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)
    first = reviews.visits.comment(link.token, ANNA, "Tpyo", name="Anna").first

    with pytest.raises(NotFoundError):
        reviews.visits.change(link.token, BO, first.id, "Mine now")
    changed = reviews.visits.change(link.token, ANNA, first.id, "Typo").first
    assert (changed.text, changed.edited) == ("Typo", True)
    reviews.later(minutes=14)
    gone = reviews.visits.take_back(link.token, ANNA, first.id).first
    assert (gone.text, gone.removed) == ("", True)

    second = reviews.visits.comment(link.token, ANNA, "Later", name="Anna").first
    reviews.later(minutes=16)
    with pytest.raises(NotPossibleError, match="15 minutes"):
        reviews.visits.take_back(link.token, ANNA, second.id)


def test_who_comes_back_is_told_what_is_new_for_them(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)
    reviews.visits.look(link.token, ANNA)
    mine = reviews.visits.comment(link.token, ANNA, "Is it far?", name="Anna")
    assert reviews.visits.look(link.token, ANNA).news == ()

    reviews.comments.add(link.review.id, "Ten minutes.", user_id=user_id, thread_id=mine.id)
    reviews.comments.add(link.review.id, "They pay late.", user_id=user_id, internal=True)

    visit = reviews.visits.look(link.token, ANNA)
    [thread] = visit.news
    assert [(one.name, one.text, one.new, one.by_planner) for one in (thread.first, *thread.answers)] == [
        ("Anna", "Is it far?", False, False),
        ("Ada", "Ten minutes.", True, True),
    ]
    assert reviews.visits.look(link.token, ANNA).news == ()
    seen = visit.seen_version, visit.seen_comment_id
    assert reviews.visits.look(link.token, ANNA, since=seen).news != ()


@ON_SQLITE
def test_internal_comment_is_no_stakeholders(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)
    hidden = reviews.comments.add(link.review.id, "They pay late.", user_id=user_id, internal=True)

    assert reviews.visits.threads(link.token, ANNA, anchor=None) == ()
    assert reviews.visits.look(link.token, ANNA).threads == {}
    with pytest.raises(NotFoundError):
        reviews.visits.comment(link.token, ANNA, "What?", name="Anna", thread_id=hidden.id)


def test_decision_is_about_the_snapshot_that_was_seen(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id, approvals=2)
    seen = reviews.visits.look(link.token, ANNA).version.sha256
    reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=seen)
    reviews.visits.decide(link.token, BO, DecisionKind.APPROVE_WITH_NOTES, name="Bo", sha256=seen, note="No fish.")
    assert reviews.links.get(link.review.id, user_id=user_id).review.state is ReviewState.APPROVED

    reviews.say(session_id, "And a day in Sintra?", "Gladly.")
    assert reviews.links.share_again([link.review.id], user_id=user_id) == {link.review.id: True}

    visit = reviews.visits.look(link.token, ANNA)
    assert (visit.state, visit.approved, visit.version.number) == (ReviewState.OUTDATED, 0, 2)
    assert [one.outdated for one in visit.decisions] == [True, True]
    assert visit.my_decision is not None
    assert visit.my_decision.sha256 == seen
    with pytest.raises(ReviewChangedError):
        reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=seen)
    reviews.visits.decide(
        link.token, ANNA, DecisionKind.ASK_FOR_CHANGES, name="Anna", sha256=visit.version.sha256, note="No Sintra"
    )
    assert reviews.visits.look(link.token, BO).state is ReviewState.CHANGES_ASKED


@ON_SQLITE
@pytest.mark.parametrize(
    ("may", "comments", "decides"),
    [(ReviewMay.LOOK, False, False), (ReviewMay.COMMENT, True, False), (ReviewMay.DECIDE, True, True)],
)
def test_link_allows_what_it_was_made_for(reviews, session_id, user_id, may, comments, decides):
    link = reviews.share(session_id, user_id, may=may)
    seen = reviews.visits.look(link.token, ANNA).version.sha256

    for allowed, ask in (
        (comments, lambda: reviews.visits.comment(link.token, ANNA, "Hello", name="Anna")),
        (decides, lambda: reviews.visits.decide(link.token, ANNA, DecisionKind.DECLINE, name="Anna", sha256=seen)),
    ):
        if allowed:
            ask()
        else:
            with pytest.raises(NotPossibleError):
                ask()


def test_every_event_leaves_an_audit_row(reviews, database, session_id, user_id):
    link = reviews.share(session_id, user_id)
    seen = reviews.visits.look(link.token, ANNA).version.sha256
    thread = reviews.visits.comment(link.token, ANNA, "Hello", name="Anna")
    reviews.visits.change(link.token, ANNA, thread.id, "Hello!")
    reviews.visits.take_back(link.token, ANNA, thread.id)
    reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=seen)
    other = reviews.visits.comment(link.token, ANNA, "Hello", name="Anna")
    reviews.comments.resolve(other.id, review_id=link.review.id, user_id=user_id)
    reviews.comments.reopen(other.id, review_id=link.review.id, user_id=user_id)
    reviews.say(session_id, "More")
    reviews.links.share_again([link.review.id], user_id=user_id)
    reviews.links.change(link.review.id, link.review.settings, user_id=user_id, passcode="tram 28!")
    with pytest.raises(WrongPasscodeError):
        reviews.visits.unlock(link.token, ANNA, "tram 29!")
    for key in (ANNA, BO):  # one that was here before there was a passcode, and a new one
        reviews.visits.unlock(link.token, key, "tram 28!")
    token = reviews.links.new_address(link.review.id, user_id=user_id).token
    mine = reviews.comments.add(link.review.id, "Hm", user_id=user_id).id
    reviews.comments.change(mine, "Hm!", review_id=link.review.id, user_id=user_id)
    reviews.comments.take_back(mine, review_id=link.review.id, user_id=user_id)
    seen = reviews.links.get(link.review.id, user_id=user_id).review.version.sha256
    reviews.comments.record_decision(link.review.id, DecisionKind.APPROVE, user_id=user_id, name="Cy", sha256=seen)
    reviews.links.revoke(link.review.id, user_id=user_id)

    with database.read() as db_session:
        rows = db_session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [row.action for row in rows] == [
            AuditAction.SHARE,
            AuditAction.OPEN_REVIEW,
            AuditAction.COMMENT,
            AuditAction.CHANGE_COMMENT,
            AuditAction.TAKE_BACK_COMMENT,
            AuditAction.DECIDE,
            AuditAction.COMMENT,
            AuditAction.RESOLVE_COMMENT,
            AuditAction.REOPEN_COMMENT,
            AuditAction.SHARE_AGAIN,
            AuditAction.CHANGE_REVIEW,
            AuditAction.REFUSE_PASSCODE,
            AuditAction.OPEN_REVIEW,
            AuditAction.OPEN_REVIEW,
            AuditAction.CHANGE_REVIEW,
            AuditAction.COMMENT,
            AuditAction.CHANGE_COMMENT,
            AuditAction.TAKE_BACK_COMMENT,
            AuditAction.DECIDE,
            AuditAction.REVOKE_REVIEW,
        ]
        assert {row.target_id for row in rows} == {link.review.id}
        for secret in (link.token, token, ANNA, "tram 28!"):
            assert secret not in str([vars(row) for row in rows])


@ON_SQLITE
def test_files_are_made_for_those_who_may_have_them_and_leave_an_audit_row(reviews, database, session_id, user_id):
    link = reviews.share(session_id, user_id)
    seen = reviews.visits.look(link.token, ANNA).version.sha256
    with pytest.raises(NotPossibleError, match="only to be looked at"):
        reviews.visits.snapshot_pdf(link.token, ANNA, zone=UTC)
    for receipt in (
        lambda: reviews.visits.receipt(link.token, ANNA, kind="json", zone=UTC),
        lambda: reviews.links.receipt(link.review.id, user_id=user_id, kind="json", zone=UTC),
    ):
        with pytest.raises(NotPossibleError, match="as soon as"):
            receipt()

    reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=seen)
    reviews.links.change(link.review.id, replace(link.review.settings, download=True), user_id=user_id)
    files = [
        reviews.visits.snapshot_pdf(link.token, ANNA, zone=UTC),
        reviews.visits.receipt(link.token, ANNA, kind="json", zone=UTC),
        reviews.links.receipt(link.review.id, user_id=user_id, kind="pdf", zone=UTC),
    ]

    assert [one.name for one in files] == [
        "Lisbon-in-May.pdf",
        "Lisbon-in-May-receipt.json",
        "Lisbon-in-May-receipt.pdf",
    ]
    assert b'"Anna"' in files[1].content
    with database.read() as db_session:
        rows = db_session.scalars(select(AuditEntry).where(AuditEntry.action == AuditAction.DOWNLOAD_REVIEW))
        assert [row.detail for row in rows] == ["pdf", "receipt json", "receipt pdf"]


@ON_SQLITE
def test_decline_is_told_as_such_and_who_decides_again_replaces_what_they_decided(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id, approvals=2)
    seen = reviews.visits.look(link.token, ANNA).version.sha256
    reviews.visits.decide(link.token, BO, DecisionKind.APPROVE, name="Bo", sha256=seen)
    reviews.visits.decide(link.token, ANNA, DecisionKind.DECLINE, name="Anna", sha256=seen)
    assert reviews.visits.look(link.token, BO).state is ReviewState.DECLINED

    reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=seen)

    visit = reviews.visits.look(link.token, BO)
    assert (visit.state, visit.approved) == (ReviewState.APPROVED, 2)
    assert [one.replaced for one in visit.decisions] == [False, True, False]


@ON_SQLITE
def test_no_stands_whoever_says_yes_in_its_name_until_the_planner_records_it(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)
    seen = reviews.visits.look(link.token, ANNA).version.sha256
    reviews.visits.decide(link.token, ANNA, DecisionKind.DECLINE, name="Anna", sha256=seen)
    reviews.visits.decide(link.token, BO, DecisionKind.APPROVE, name="ANNA", sha256=seen)
    assert reviews.visits.look(link.token, BO).state is ReviewState.DECLINED
    assert divided(reviews.links.get(link.review.id, user_id=user_id).decisions) == ("ANNA",)

    reviews.comments.record_decision(
        link.review.id, DecisionKind.APPROVE, user_id=user_id, name="An\u200bna", sha256=seen
    )

    details = reviews.links.get(link.review.id, user_id=user_id)
    assert (details.review.state, details.review.approved) == (ReviewState.APPROVED, 1)
    assert [one.replaced for one in details.decisions] == [True, True, False]
    assert divided(details.decisions) == ()
    reviews.visits.decide(link.token, ANNA, DecisionKind.DECLINE, name="Anna", sha256=seen)
    assert reviews.visits.look(link.token, BO).state is ReviewState.DECLINED


@ON_SQLITE
def test_recorded_decision_replaces_no_other_name_and_no_other_version(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)
    seen = reviews.visits.look(link.token, ANNA).version.sha256
    reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name="Anna", sha256=seen)
    reviews.say(session_id, "More")
    reviews.links.share_again([link.review.id], user_id=user_id)
    now = reviews.visits.look(link.token, ANNA).version.sha256
    for name in ("Anna", "Bo"):  # one browser, which is Bo's by now
        reviews.visits.decide(link.token, ANNA, DecisionKind.DECLINE, name=name, sha256=now)

    reviews.comments.record_decision(link.review.id, DecisionKind.APPROVE, user_id=user_id, name="Anna", sha256=now)

    details = reviews.links.get(link.review.id, user_id=user_id)
    assert details.review.state is ReviewState.DECLINED
    assert [one.replaced for one in details.decisions] == [False, True, False, False]


@ON_SQLITE
@pytest.mark.parametrize(
    ("passage", "stands"),
    [
        ("Cost: $120", True),
        ("up to the\n castle", True),
        ("Cost: $12", False),
        ("20", False),
        ("Cost: -$120", False),
        ("castle, then dinner", True),
        ("castle Ⓝⓞⓦ Ⓐⓟⓟⓡⓞⓥⓔⓓ", False),
    ],
)
def test_passage_is_quoted_as_it_stands(reviews, session_id, user_id, passage, stands):
    link = reviews.share(session_id, user_id)
    anchor = reviews.visits.look(link.token, ANNA).snapshot.blocks[1].anchor

    if stands:
        reviews.visits.comment(link.token, ANNA, "This?", name="Anna", anchor=anchor, passage=passage)
    else:
        with pytest.raises(InvalidInputError, match="passage"):
            reviews.visits.comment(link.token, ANNA, "This?", name="Anna", anchor=anchor, passage=passage)


@ON_SQLITE
@pytest.mark.parametrize(
    ("text", "passage", "before", "kept"),
    [
        ("Day 1: by *tram* up. Day 2: the tram.", "tram", "Day 1 by tram up Day 2 the", "up. Day 2: the"),
        ("A castle, a castle, a castle, a castle", "castle", "A castle a castle a", "castle, a castle, a"),
        ("castle " * 9, "castle", "castle " * 6, ("castle " * 6).strip()),
        ("The tram, then a boat", "tram", "The", None),  # it stands there once
        ("The tram, and the tram", "tram", "by night the", None),  # words that are not there
        ("The tram, and the tram", "tram", "", None),
        ("A tram, a trams", "tram", "A tram a", "A tram, a"),
        ("中文里斯本，去里斯本", "里斯本", "中文里斯本 去", "中文里斯本，去"),
    ],
)
def test_words_before_a_passage_are_kept_where_they_tell_which_is_meant(
    reviews, user_id, text, passage, before, kept
):
    link = reviews.share(reviews.session(user_id, ("Hello", text)), user_id)
    anchor = reviews.visits.look(link.token, ANNA).snapshot.blocks[1].anchor

    thread = reviews.visits.comment(
        link.token, ANNA, "This?", name="Anna", anchor=anchor, passage=passage, before=before
    )

    assert thread.before == kept
    assert reviews.visits.look(link.token, ANNA).passages == ((anchor, passage, kept or ""),)


UNSEEN = [
    "\u200b",
    "\u200d",
    "\u00ad",
    "\ufe0f",
    "\U000e0101",
    "\u034f",
    "\u180b",
    "\u2800",
    "\u3164",
    "\u00a0",
    "\u3000",
]


@ON_SQLITE
@pytest.mark.parametrize(
    "name", ["Ada", "ADA", "\uff21da", "\u3164", "\u2800\u2800", "\u034f\ufe0f", *(f"A{one}da" for one in UNSEEN)]
)
def test_nobody_is_called_like_the_planner_or_like_nothing(reviews, session_id, user_id, name):
    link = reviews.share(session_id, user_id)
    seen = reviews.visits.look(link.token, ANNA).version.sha256

    with pytest.raises(InvalidInputError, match="your"):
        reviews.visits.comment(link.token, ANNA, "Hello", name=name)
    with pytest.raises(InvalidInputError, match="your"):
        reviews.visits.decide(link.token, ANNA, DecisionKind.APPROVE, name=name, sha256=seen)


@ON_SQLITE
@pytest.mark.parametrize(
    "again", ["anne-maría", "Anne-Mari\u0301a", "\uff21nne-María", *(f"Anne{one}-María" for one in UNSEEN)]
)
def test_one_name_is_one_approval_in_however_many_browsers(reviews, session_id, user_id, again):
    link = reviews.share(session_id, user_id, approvals=2)
    seen = reviews.visits.look(link.token, ANNA).version.sha256
    for key, name in ((ANNA, "Anne-María"), (BO, again)):
        reviews.visits.decide(link.token, key, DecisionKind.APPROVE, name=name, sha256=seen)

    visit = reviews.visits.look(link.token, ANNA)

    assert (visit.state, visit.approved) == (ReviewState.OPEN, 1)


@ON_SQLITE
def test_names_are_kept_without_what_nobody_sees_in_them(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)

    thread = reviews.visits.comment(
        link.token, ANNA, "Hello", name="\u2800An\u200bna\ufe0f \u0639\u0644\u06cc\u200c\u0631\u0636\u0627"
    )

    assert thread.first.name == "Anna \u0639\u0644\u06cc\u200c\u0631\u0636\u0627"


@ON_SQLITE
def test_what_was_shown_before_somebody_came_is_not_theirs(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)
    reviews.visits.look(link.token, ANNA)
    reviews.say(session_id, "More")
    reviews.links.share_again([link.review.id], user_id=user_id)
    reviews.visits.look(link.token, BO)

    assert reviews.visits.shown(link.token, ANNA, number=1)[0].number == 1
    for key in (BO, None):
        assert reviews.visits.shown(link.token, key, number=2)[0].number == 2
        with pytest.raises(NotFoundError):
            reviews.visits.shown(link.token, key, number=1)


@ON_SQLITE
def test_words_of_a_version_from_before_somebody_came_are_not_quoted_to_them(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)
    block = reviews.visits.look(link.token, ANNA).snapshot.blocks[0]
    words = block.text.split()[0]
    reviews.visits.comment(link.token, ANNA, "Hm", name="Anna", anchor=block.anchor, passage=words)
    reviews.say(session_id, "More")
    reviews.links.share_again([link.review.id], user_id=user_id)
    reviews.visits.look(link.token, BO)

    for key, quoted in ((ANNA, words), (BO, None), (None, None)):
        assert [one.passage for one in reviews.visits.threads(link.token, key, anchor=block.anchor)] == [quoted]
        assert [one[1] for one in reviews.visits.look(link.token, key).passages] == [quoted] * bool(quoted)


@ON_SQLITE
def test_link_that_is_only_to_be_looked_at_by_now_takes_no_other_words(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)
    said = reviews.visits.comment(link.token, ANNA, "Hello", name="Anna").first
    reviews.links.change(link.review.id, replace(link.review.settings, may=ReviewMay.LOOK), user_id=user_id)

    with pytest.raises(NotPossibleError):
        reviews.visits.change(link.token, ANNA, said.id, "Something else")
    assert reviews.visits.take_back(link.token, ANNA, said.id).first.removed


@ON_SQLITE
def test_link_was_opened_also_by_a_browser_that_keeps_nothing(reviews, session_id, user_id):
    link = reviews.share(session_id, user_id)

    reviews.visits.look(link.token, None)

    assert reviews.links.get(link.review.id, user_id=user_id).review.opened_at == reviews.now
