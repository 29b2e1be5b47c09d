"""People's words are shown as they are; ages and groups are the planner's own."""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from markdown_it import MarkdownIt

from components.labels import counted, escape_label, group_name, local_time, relative_time
from exports.moments import when

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2026, 11, 20, 0, 30, tzinfo=WARSAW)  # 23:30 of the day before in UTC


@pytest.mark.parametrize(
    "title",
    [
        "plain", "**bold** _it_ ~~x~~", "[link](https://example.com)", "![x](https://example.com/x.png)", "`code`",
        ":material/home: :tada: :red[x]", "$5 and $6", "<b>html</b> &amp;", "1. not a list", "# no heading", "a\nb",
        "a -> b <- c", "\\*", "Łódź 北京 🚆", "www.example.com", "HTTPS://example.com", "a@b.com",
    ],
)  # fmt: skip
def test_label_shows_people_s_words_as_they_are(title):
    tokens = MarkdownIt().parseInline(escape_label(title))[0].children or []

    assert {token.type for token in tokens} <= {"text", "text_special"}
    assert "".join(token.content for token in tokens).replace("\u2060", "") == " ".join(title.split())


def test_what_means_nothing_in_markdown_has_no_backslash_that_would_be_read_out():
    assert escape_label("1,000 people (7; 10%) at Ada's") == "1,000 people (7; 10%) at Ada's"
    assert escape_label("1) not a list (really)") == "1\\) not a list (really)"


@pytest.mark.parametrize(
    "text", ["www.a.b", "WWW.a.b", "http://a.b", "(HTTPS://a.b)", "a.b+c@d.ef", "mailto:a@b.c", "www.www.a@www.a"]
)
def test_nothing_in_a_label_is_an_address(text):
    shown = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escape_label(text))

    assert not re.search(r"https?://|www\.|[-.\w+]@", shown, re.IGNORECASE)
    assert shown.replace("\u2060", "") == text


@pytest.mark.parametrize(
    ("at", "name"),
    [
        (NOW, "Today"),
        (NOW - timedelta(minutes=31), "Yesterday"),
        (datetime(2026, 11, 18, 12, tzinfo=UTC), "Last 7 days"),
        (datetime(2026, 11, 13, 12, tzinfo=UTC), "Last 7 days"),
        (datetime(2026, 11, 12, 12, tzinfo=UTC), "November 2026"),
        (datetime(2026, 10, 31, 23, 30, tzinfo=UTC), "November 2026"),  # already November in Warsaw
        (datetime(2025, 11, 12, 12, tzinfo=UTC), "November 2025"),
        (NOW + timedelta(minutes=5), "Today"),  # another machine's clock is ahead
    ],
)
def test_group_is_by_the_planners_days(at, name):
    assert group_name(at, now=NOW) == name


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=-9), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(hours=20), "yesterday"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=30), "21 Oct"),
        (timedelta(days=400), "16 Oct 2025"),
    ],
)
def test_age_is_told_in_words(age, words):
    assert relative_time(NOW - age, now=NOW) == words


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("zone", [ZoneInfo("Pacific/Honolulu"), ZoneInfo("Pacific/Kiritimati"), timezone.max, UTC])
def test_an_instant_that_the_planners_zone_has_not_is_told_all_the_same(at, zone):
    now = NOW.astimezone(zone)

    assert group_name(at, now=now)
    assert relative_time(at, now=now)
    assert local_time(at, zone).year == at.year
    assert str(at.year) in when(at, zone)


def test_nouns_are_counted():
    assert (counted(1, "message"), counted(12_000, "message")) == ("1 message", "12,000 messages")
