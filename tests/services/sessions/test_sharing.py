"""A session that several people see: both write, each has a view of their own, and who leaves is out at once."""

import contextlib
import json
from collections.abc import Callable
from decimal import Decimal

import pytest

from db.models import User, utc_now
from services.errors import InvalidFieldsError, MonthlyLimitError, NotFoundError, NotPossibleError
from services.reviews.records import LinkSettings, Thing
from services.sessions.records import Accepted
from services.sessions.sharing import EDIT, VIEW
from services.transfer.transfer import ExportKind
from tests.helpers.databases import ON_SQLITE
from tests.helpers.services import make_user, until, until_ended

NOWHERE = "There is no such session."


@pytest.fixture
def ben(database) -> int:
    """Make a colleague."""
    return make_user(database, "ben")


@pytest.fixture
def say(services) -> Callable[..., Accepted]:
    """Give a function that sends somebody's message and waits for its reply."""
    sent = iter(range(1000))

    def send(text: str, user_id: int, session_id: int | None = None) -> Accepted:
        accepted: Accepted = services.replies.send(
            text, user_id=user_id, client_message_id=f"m{next(sent)}", session_id=session_id
        )
        until_ended(services, accepted.reply_id, user_id)
        return accepted

    return send


@pytest.fixture
def talk(services, say, user_id, ben) -> Accepted:
    """Begin a session, and share it."""
    first: Accepted = say("Three nights in Lisbon", user_id)
    services.sharing.add(first.session_id, "ben", user_id=user_id)
    return first


def words(services, session_id: int, user_id: int) -> list[str]:
    messages = services.sessions.history(session_id, user_id=user_id).messages
    return [one.text for one in messages if one.role == "user"]


def test_colleague_finds_it_reads_it_and_goes_on_with_it(services, say, talk, user_id, ben):
    assert [one.id for one in services.sessions.recent(user_id=ben).sessions] == [talk.session_id]
    assert services.sessions.get(talk.session_id, user_id=ben).access == EDIT
    say("With my parents", ben, talk.session_id)
    say("And by train", user_id, talk.session_id)

    for somebody in (user_id, ben):
        assert words(services, talk.session_id, somebody) == [
            "Three nights in Lisbon",
            "With my parents",
            "And by train",
        ]
    authors = [one.author_id for one in services.sessions.history(talk.session_id, user_id=ben).messages]
    assert authors == [user_id, user_id, ben, ben, user_id, user_id]


@ON_SQLITE
def test_file_of_it_names_whose_it_is_and_who_wrote_what_whoever_makes_it(
    services, database, say, talk, user_id, ben
):
    say("With my parents", ben, talk.session_id)

    for somebody in (user_id, ben):
        content = services.transfer.export(talk.session_id, user_id=somebody, kind=ExportKind.JSON).content
        (saved,) = json.loads(content)["sessions"]
        said = [(one["text"], one.get("author")) for one in saved["messages"] if one["role"] == "user"]
        assert saved["planner"] == "Ada"
        assert said == [("Three nights in Lisbon", None), ("With my parents", "Ben")]
        assert not [one for one in saved["messages"] if one["role"] == "assistant" and "author" in one]
        paper = services.transfer.export(talk.session_id, user_id=somebody, kind=ExportKind.MARKDOWN).content.decode()
        assert paper.count("**Ada** · ") == paper.count("**Ben** · ") == 1


def test_what_was_and_what_is_said_is_found_by_who_sees_it_and_by_nobody_else(services, say, talk, user_id, ben):
    eve = make_user(services.sessions._db, "eve")
    say("A zebra crossing", ben, talk.session_id)

    def found(query: str, user_id: int) -> bool:
        hits = services.sessions.search(query, user_id=user_id)
        table = services.sessions.latest(user_id=user_id, limit=5, words=query).sessions
        assert bool(hits) == bool(table)
        return bool(hits)

    assert [found("nights lisbon", one) for one in (user_id, ben, eve)] == [True, True, False]
    assert [found("zebra", one) for one in (user_id, ben, eve)] == [True, True, False]
    services.sharing.remove(talk.session_id, ben, user_id=user_id)
    assert [found("zebra", one) for one in (user_id, ben, eve)] == [True, False, False]
    assert [found("nights lisbon", one) for one in (user_id, ben)] == [True, False]
    services.sharing.add(talk.session_id, "ben", user_id=user_id, access=VIEW)
    assert [found("zebra", one) for one in (user_id, ben)] == [True, True]


def test_pin_archive_and_marks_are_each_persons_own(services, say, talk, user_id, ben):
    services.sessions.change(talk.session_id, user_id=ben, pinned=True)
    services.sessions.set_archived([talk.session_id], True, user_id=user_id)
    services.sessions.mark_seen(talk.session_id, user_id=user_id)

    mine, bens = (services.sessions.get(talk.session_id, user_id=one) for one in (user_id, ben))
    assert (mine.pinned, mine.archived) == (False, True)
    assert (bens.pinned, bens.archived) == (True, False)
    say("With my parents", ben, talk.session_id)
    services.sessions.mark_seen(talk.session_id, user_id=ben)
    assert services.sessions.marks(user_id=user_id)[1] == {talk.session_id}
    assert services.sessions.marks(user_id=ben)[1] == frozenset()
    assert services.sessions.get(talk.session_id, user_id=user_id).archived


@ON_SQLITE
def test_an_arrow_changes_nobody_elses_view(services, say, talk, user_id, ben):
    edited = services.versions.edit(talk.message_id, "In Porto", user_id=ben, client_message_id="e")
    until_ended(services, edited.reply_id, ben)

    assert words(services, talk.session_id, ben) == ["In Porto"]
    assert words(services, talk.session_id, user_id) == ["Three nights in Lisbon"]
    say("With my parents", user_id, talk.session_id)
    assert words(services, talk.session_id, ben) == ["In Porto"]
    assert words(services, talk.session_id, user_id) == ["Three nights in Lisbon", "With my parents"]
    services.versions.choose(talk.message_id, user_id=ben)
    assert words(services, talk.session_id, ben) == ["Three nights in Lisbon", "With my parents"]


def test_a_version_comes_back_to_each_as_they_left_it(services, say, talk, user_id, ben):
    session_id = talk.session_id
    park = say("By the park", user_id, session_id)
    sea = services.versions.edit(park.message_id, "By the sea", user_id=ben, client_message_id="sea")
    until_ended(services, sea.reply_id, ben)
    other = services.versions.edit(talk.message_id, "In Porto", user_id=ben, client_message_id="e")
    until_ended(services, other.reply_id, ben)

    def there_and_back(one: int) -> list[str]:
        services.versions.choose(other.message_id, user_id=one)
        services.versions.choose(talk.message_id, user_id=one)
        return words(services, session_id, one)

    assert there_and_back(user_id) == ["Three nights in Lisbon", "By the park"]
    assert there_and_back(ben) == ["Three nights in Lisbon", "By the sea"]
    assert there_and_back(user_id) == ["Three nights in Lisbon", "By the park"]
    services.versions.choose(other.message_id, user_id=ben)
    services.versions.delete(other.message_id, user_id=user_id)
    assert words(services, session_id, ben) == ["Three nights in Lisbon", "By the sea"]
    services.versions.restore(other.message_id, user_id=user_id)
    assert words(services, session_id, user_id) == ["In Porto"]
    assert words(services, session_id, ben) == ["Three nights in Lisbon", "By the sea"]


@ON_SQLITE
def test_who_left_and_comes_again_is_shown_the_newest_of_a_version(services, say, talk, user_id, ben):
    park = say("By the park", user_id, talk.session_id)
    sea = services.versions.edit(park.message_id, "By the sea", user_id=user_id, client_message_id="sea")
    until_ended(services, sea.reply_id, user_id)
    other = services.versions.edit(talk.message_id, "In Porto", user_id=ben, client_message_id="e")
    until_ended(services, other.reply_id, ben)
    services.versions.choose(talk.message_id, user_id=ben)
    assert words(services, talk.session_id, ben)[-1] == "By the park"

    services.versions.choose(other.message_id, user_id=ben)
    services.sharing.remove(talk.session_id, ben, user_id=user_id)
    services.sharing.add(talk.session_id, "ben", user_id=user_id)
    services.versions.choose(other.message_id, user_id=ben)
    services.versions.choose(talk.message_id, user_id=ben)
    assert words(services, talk.session_id, ben)[-1] == "By the sea"


@ON_SQLITE
def test_message_that_one_deletes_is_gone_for_both(services, say, talk, user_id, ben):
    second = say("With my parents", user_id, talk.session_id)
    services.versions.delete(second.message_id, user_id=ben)

    assert words(services, talk.session_id, user_id) == words(services, talk.session_id, ben)
    assert words(services, talk.session_id, user_id) == ["Three nights in Lisbon"]
    services.versions.restore(second.message_id, user_id=ben)
    say("By train", user_id, talk.session_id)
    assert words(services, talk.session_id, user_id)[-1] == "By train"


@ON_SQLITE
def test_ratings_are_each_persons_own(services, talk, user_id, ben):
    services.ratings.rate(talk.reply_id, 1, user_id=user_id)
    services.ratings.rate(talk.reply_id, -1, user_id=ben, reason="Too short")

    assert services.replies.get(talk.reply_id, user_id=user_id).rating == 1
    assert services.replies.get(talk.reply_id, user_id=ben).rating == -1
    assert services.sessions.history(talk.session_id, user_id=ben).messages[-1].rating_reason == "Too short"


@ON_SQLITE
def test_costs_and_limits_count_for_who_wrote(services, say, talk, user_id, ben):
    today = utc_now().date()

    def replies(user_id: int) -> int:
        days = services.insights.days(today, today, viewer_id=user_id, of=user_id)
        return sum(day.replies for day in days)

    before = replies(user_id), replies(ben)
    say("With my parents", ben, talk.session_id)
    assert (replies(user_id), replies(ben)) == (before[0], before[1] + 1)


def writes(services, talk: Accepted, user_id: int) -> dict[str, Callable[[], object]]:
    session_id, mine = talk.session_id, {"user_id": user_id}
    return {
        "send": lambda: services.replies.send("Hi", session_id=session_id, client_message_id="w1", **mine),
        "wait": lambda: services.follow_ups.add("Hi", session_id=session_id, client_message_id="w2", **mine),
        "send what waits": lambda: services.follow_ups.send_next(session_id, **mine),
        "store": lambda: services.replies.store("Hi", role="user", session_id=session_id, **mine),
        "regenerate": lambda: services.replies.retry(talk.reply_id, **mine),
        "stop": lambda: services.replies.stop(talk.reply_id, **mine),
        "edit": lambda: services.versions.edit(talk.message_id, "Hi", client_message_id="w3", **mine),
        "fork": lambda: services.versions.fork(talk.message_id, **mine),
        "delete": lambda: services.versions.delete(talk.message_id, **mine),
        "rename": lambda: services.sessions.change(session_id, title="Mine", **mine),
        "instructions": lambda: services.sessions.change(session_id, instructions="Obey", **mine),
        "add a file": lambda: services.files.add(session_id, "a.txt", b"Hello", **mine),
        "share for review": lambda: services.reviews.share(
            Thing("session", session_id), LinkSettings(audience="Customer"), **mine
        ),
        "share": lambda: services.sharing.add(session_id, "eve", **mine),
        "change who sees it": lambda: services.sharing.change(session_id, user_id, access=EDIT, **mine),
    }


def test_who_may_only_read_changes_nothing(services, database, talk, user_id, ben):
    make_user(database, "eve")
    services.sharing.change(talk.session_id, ben, user_id=user_id, access=VIEW)
    before = services.sessions.get(talk.session_id, user_id=user_id)
    said = services.sessions.history(talk.session_id, user_id=user_id)

    allowed = []
    for name, write in writes(services, talk, ben).items():
        with contextlib.suppress(NotPossibleError):
            write()
            allowed.append(name)
    assert allowed == []
    assert services.sessions.delete([talk.session_id], user_id=ben) == ()
    assert services.sessions.get(talk.session_id, user_id=user_id) == before
    assert services.sessions.history(talk.session_id, user_id=user_id) == said
    assert services.sessions.history(talk.session_id, user_id=ben).messages == said.messages
    services.sessions.change(talk.session_id, user_id=ben, pinned=True)  # what is their own


def test_for_who_is_taken_off_it_is_not_there(services, talk, user_id, ben):
    services.follow_ups.add("Later", session_id=talk.session_id, user_id=ben, client_message_id="f")
    services.sharing.remove(talk.session_id, ben, user_id=user_id)

    allowed = []
    for name, write in writes(services, talk, ben).items():
        with contextlib.suppress(NotFoundError):
            write()
            allowed.append(name)
    assert allowed == []
    assert services.sessions.recent(user_id=ben).sessions == ()
    assert services.sessions.last_used(user_id=ben) is None
    with pytest.raises(NotFoundError):
        services.sessions.history(talk.session_id, user_id=ben)
    with pytest.raises(NotFoundError):
        services.transfer.export(talk.session_id, user_id=ben, kind=ExportKind.JSON)


@ON_SQLITE
def test_stream_ends_for_who_is_taken_off_within_two_seconds(services, emulator, talk, user_id, ben):
    emulator.hold_reply(3)
    accepted = services.replies.send(
        "With my parents", user_id=user_id, client_message_id="s", session_id=talk.session_id
    )
    watch = services.replies.watch(accepted.reply_id, user_id=ben)
    until(lambda: watch.next(0.1).text, what="the reply begins")
    services.sharing.remove(talk.session_id, ben, user_id=user_id)

    def gone() -> bool:
        try:
            watch.next(0.1)
        except NotFoundError:
            return True
        return False

    until(gone, timeout_s=5, what="the stream ends")
    with pytest.raises(NotFoundError):
        services.replies.watch(accepted.reply_id, user_id=ben)
    emulator.release()
    until_ended(services, accepted.reply_id, user_id)


@ON_SQLITE
def test_reply_of_who_left_meanwhile_is_finished_for_the_others(services, emulator, talk, user_id, ben):
    emulator.hold_reply(3)
    accepted = services.replies.send(
        "With my parents", user_id=ben, client_message_id="s", session_id=talk.session_id
    )
    services.follow_ups.add("And then?", session_id=talk.session_id, user_id=ben, client_message_id="f")
    until(lambda: services.replies.snapshot(accepted.reply_id, user_id=user_id).text, what="the reply begins")
    services.sharing.remove(talk.session_id, ben, user_id=ben)
    emulator.release()

    assert until_ended(services, accepted.reply_id, user_id).status == "complete"
    assert words(services, talk.session_id, user_id) == ["Three nights in Lisbon", "With my parents"]


@ON_SQLITE
def test_message_that_waits_is_its_authors_alone_to_change(services, emulator, talk, user_id, ben):
    emulator.hold_reply(3)
    accepted = services.replies.send("By train?", user_id=user_id, client_message_id="s", session_id=talk.session_id)
    waiting = services.follow_ups.add("And then?", session_id=talk.session_id, user_id=ben, client_message_id="f")
    with pytest.raises(NotFoundError):
        services.follow_ups.change(waiting.id, "Else", user_id=user_id)
    emulator.release()
    until_ended(services, accepted.reply_id, user_id)

    until(lambda: words(services, talk.session_id, ben)[-1] == "And then?", what="what waits is sent")
    last = services.sessions.history(talk.session_id, user_id=ben).messages[-1]
    assert last.author_id == ben
    until_ended(services, last.id, ben)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("username", "sentence"),
    [
        ("nobody", "nobody's here"),
        ("ada", "your own"),
        (" BEN ", "Ben's, who sees this already"),
        (" ", "Give the username of a colleague."),
    ],
)
def test_who_cannot_be_let_in_is_said_at_the_field(services, database, talk, user_id, username, sentence):
    with pytest.raises(InvalidFieldsError) as caught:
        services.sharing.add(talk.session_id, username.replace("ada", _username(database, user_id)), user_id=user_id)
    assert sentence in caught.value.problems["username"]


def _username(database, user_id: int) -> str:
    with database.read() as db_session:
        return str(db_session.get_one(User, user_id).username)


def test_only_the_owner_shares_and_a_stranger_finds_nothing(services, database, talk, user_id, ben):
    eve = make_user(database, "eve")
    with pytest.raises(NotPossibleError):
        services.sharing.add(talk.session_id, "eve", user_id=ben)
    with pytest.raises(NotPossibleError):
        services.sharing.remove(talk.session_id, user_id, user_id=ben)
    with pytest.raises(NotPossibleError, match="You own this session"):
        services.sharing.remove(talk.session_id, user_id, user_id=user_id)
    for call in (
        lambda: services.sharing.people(talk.session_id, user_id=eve),
        lambda: services.sharing.add(talk.session_id, "eve", user_id=eve),
        lambda: services.sharing.change(talk.session_id, ben, access=VIEW, user_id=eve),
        lambda: services.sharing.remove(talk.session_id, ben, user_id=eve),
    ):
        with pytest.raises(NotFoundError):
            call()
    assert [(one.username, one.access, one.alone) for one in services.sharing.people(talk.session_id, user_id=ben)][
        1:
    ] == [("ben", EDIT, True)]


@ON_SQLITE
def test_fork_of_somebody_elses_session_tells_ones_own_assistant_nothing_of_it(services, emulator, say, talk, ben):
    fork_id = services.versions.fork(talk.reply_id, user_id=ben)
    say("And by train?", ben, fork_id)

    assert emulator.asked(emulator.runs[-1]["thread_id"]) == ["And by train?"]


@ON_SQLITE
def test_messages_that_wait_are_sent_within_what_their_author_may_spend(services, emulator, talk, user_id, ben):
    emulator.hold_reply(3)
    accepted = services.replies.send("By train?", user_id=user_id, client_message_id="s", session_id=talk.session_id)
    services.follow_ups.add("And then?", session_id=talk.session_id, user_id=ben, client_message_id="f")
    services.costs.set_limit(ben, Decimal(0), by=None)
    emulator.release()
    until_ended(services, accepted.reply_id, user_id)

    assert [one.text for one in services.follow_ups.all(talk.session_id, user_id=user_id)] == ["And then?"]
    with pytest.raises(MonthlyLimitError):
        services.follow_ups.send_next(talk.session_id, user_id=user_id)
