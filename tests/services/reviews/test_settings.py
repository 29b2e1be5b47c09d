"""What a planner says of a link, and what of its session it shows by now."""

from datetime import timedelta

import pytest

from services.errors import InvalidFieldsError
from services.reviews.records import LinkSettings, Thing
from tests.helpers.services import make_user


def test_all_that_is_wrong_with_a_link_is_told_by_field(reviews, session_id, user_id):
    due_on, ends_at = reviews.now.date(), reviews.now - timedelta(days=1)
    wrong = LinkSettings(audience=" ", approvals=51, due_on=due_on, ends_at=ends_at, note="x" * 2001)

    with pytest.raises(InvalidFieldsError) as caught:
        reviews.links.share(Thing("session", session_id), wrong, user_id=user_id, passcode="abc")

    assert set(caught.value.problems) == {"audience", "approvals", "ends_at", "due_on", "note", "passcode"}
    assert reviews.links.count(Thing("session", session_id), user_id=user_id) == 0


@pytest.mark.parametrize(("passcode", "counts"), [("abc", False), ("é" * 40, True)])
def test_only_of_a_passcode_that_is_too_long_it_is_told_how_characters_count(
    reviews, session_id, user_id, passcode, counts
):
    with pytest.raises(InvalidFieldsError) as caught:
        reviews.share(session_id, user_id, passcode=passcode)

    told = caught.value.problems["passcode"]
    assert ("6 to 64 characters" in told, "emoji count as more" in told) == (True, counts)


def test_links_say_whether_the_session_is_another_by_now(reviews, session_id, user_id):
    (first, *_, last) = [
        int(one.anchor) for one in reviews.links.preview(Thing("session", session_id), user_id=user_id).blocks
    ]
    whole = reviews.share(session_id, user_id)
    part = reviews.links.share(
        Thing("session", session_id), LinkSettings(audience="A"), user_id=user_id, first_id=first, last_id=last
    )
    ended = reviews.share(session_id, user_id, audience="B")
    reviews.links.revoke(ended.review.id, user_id=user_id)
    reviews.say(session_id, "And the sea?", "Cascais.")

    assert reviews.links.behind(Thing("session", session_id), user_id=user_id) == {
        whole.review.id: True,
        part.review.id: False,
    }
    assert reviews.links.count(Thing("session", session_id), user_id=user_id) == 3


def test_open_links_are_counted_without_those_that_were_revoked_or_ran_out(reviews, session_id, user_id):
    thing = Thing("session", session_id)
    reviews.share(session_id, user_id)
    reviews.share(session_id, user_id, ends_at=reviews.now + timedelta(days=1))
    revoked = reviews.share(session_id, user_id)
    reviews.links.revoke(revoked.review.id, user_id=user_id)
    assert reviews.links.count(thing, user_id=user_id, only_open=True) == 2
    reviews.later(days=2)

    assert reviews.links.count(thing, user_id=user_id, only_open=True) == 1


def test_others_sessions_have_no_links(reviews, database, session_id, user_id):
    other_user_id = make_user(database, "bob")
    reviews.share(session_id, user_id)

    assert reviews.links.count(Thing("session", session_id), user_id=other_user_id) == 0
    assert reviews.links.behind(Thing("session", session_id), user_id=other_user_id) == {}
