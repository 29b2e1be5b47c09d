"""One event is one line, with ids and without texts, keys or passwords."""

import logging

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from services.process.logs import OneLine, _without_links, _without_text, request_id
from tests.helpers.services import until_ended


def line(message: str, **about: object) -> str:
    return OneLine().format(logging.makeLogRecord({"msg": message, "levelname": "INFO", "created": 0.0} | about))


def test_event_is_one_line():
    assert line("reply ended", reply=7, status="complete", error=None) == (
        'time=1970-01-01T00:00:00.000+00:00 level=info event="reply ended" reply=7 status=complete'
    )


def test_line_names_the_request():
    token = request_id.set("abc-1")
    try:
        assert line("x").endswith("event=x request=abc-1")
    finally:
        request_id.reset(token)


def failed() -> None:
    nothing: dict[str, str] = {}
    try:
        nothing["My secret trip"]
    except KeyError as exc:
        raise ValueError("one\nMy secret trip") from exc


def test_line_says_of_an_error_what_kind_and_where_on_one_line_and_nothing_of_its_text():
    with pytest.raises(ValueError, match="secret") as caught:
        failed()
    error = caught.value

    told = line("a\nb", exc_info=(type(error), error, error.__traceback__), name_of="c\u2028d")

    assert len(told.splitlines()) == 1
    assert 'error="ValueError from KeyError" traceback="tests/services/process/test_logs.py:' in told
    assert ":failed" in told
    assert "secret" not in told


@pytest.mark.parametrize(
    "address",
    [
        "/review?link=s3cret",
        "/reset?link=s3cret",
        "/sign_up?invite=s3cret",
        "/api/review/s3cret",
        "/api/review/s3cret/comments?anchor=1",
        "/?a=b&link=s3cret",
    ],
)
def test_servers_own_log_does_not_tell_what_opens_a_review(caplog: pytest.LogCaptureFixture, address: str):
    access = logging.getLogger("uvicorn.access")
    access.addFilter(_without_links)
    try:
        with caplog.at_level("INFO", "uvicorn.access"):  # as uvicorn writes it
            access.info('%s - "%s %s HTTP/%s" %d', "203.0.113.9:40000", "GET", address, "1.1", 200)
            access.info('%s - "%s %s HTTP/%s" %d', "203.0.113.9:40000", "GET", "/api/reviews?q=lisbon", "1.1", 200)
    finally:
        access.removeFilter(_without_links)

    assert "s3cret" not in caplog.text
    assert "/api/reviews?q=lisbon" in caplog.text


def test_log_of_a_page_that_failed_has_no_piece_of_its_text(caplog: pytest.LogCaptureFixture):
    pages = logging.getLogger("streamlit.error_util")
    pages.addFilter(_without_text)
    try:
        AppTest.from_string("raise ValueError('My secret trip')").run()
    finally:
        pages.removeFilter(_without_text)

    (record,) = [one for one in caplog.records if one.name == "travelbot.pages"]
    assert OneLine().format(record).startswith("time=")
    assert "error=ValueError" in OneLine().format(record)
    assert "secret" not in "".join(OneLine().format(one) for one in caplog.records)


def test_streamlit_prints_no_errors_of_its_own():
    assert not streamlit.config.get_option("logger.enableRich")


def test_log_tells_the_story_of_a_reply(services, emulator, user_id, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.INFO, logger="travelbot"):
        accepted = services.replies.send("My secret trip", user_id=user_id, client_message_id="a")
        until_ended(services, accepted.reply_id, user_id)

    records = [one for one in caplog.records if getattr(one, "reply", None) == accepted.reply_id]
    assert [one.getMessage() for one in records] == [
        "message accepted",
        "reply begun",
        "question sent",
        "reply ended",
    ]
    assert "secret" not in "".join(OneLine().format(one) for one in caplog.records)
    assert "status=complete" in OneLine().format(records[-1])


def test_start_prints_a_code_for_the_first_admin_until_there_is_one(
    start_services, user_id, caplog: pytest.LogCaptureFixture
):
    def codes() -> list[str]:
        return [one.code for one in caplog.records if hasattr(one, "code")]

    start_services()
    services = start_services()  # another process on the same database
    assert len(set(codes())) == 2
    services.admins.become_admin(user_id, codes()[0])
    start_services()

    assert len(codes()) == 2


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("/review?link=s3cret-token&again=1", "/review?…"),
        ("/plans/review?again=1&link=s3cret", "/plans/review?…"),
        ("/api/review/s3cret/comments?limit=2", "/api/review/…"),
        ("/api/reviews/7", "/api/reviews/7"),
    ],
)
def test_line_of_the_web_server_is_without_the_secret_of_a_link(written, kept):
    record = logging.LogRecord(
        "uvicorn.access",
        logging.INFO,
        "",
        0,
        '%s - "%s %s HTTP/%s" %d',
        ("1.2.3.4:5", "GET", written, "1.1", 200),
        None,
    )

    assert _without_links(record)
    assert record.getMessage() == f'1.2.3.4:5 - "GET {kept} HTTP/1.1" 200'
