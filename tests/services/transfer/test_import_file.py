"""Files that nobody should upload are refused in a sentence, and cost little."""

import time
import tracemalloc
import zipfile
from contextlib import suppress

import pytest

from exports.sessions.json_text import sessions_json
from services.errors import InvalidInputError
from services.transfer import import_file
from services.transfer.import_file import DAMAGED, NEWER, TOO_LARGE, TOO_MUCH, UNKNOWN, sources
from tests.helpers.chatgpt import THEIRS, packed
from tests.helpers.saved_session import session
from tests.helpers.soak import some

OURS = b"".join(sessions_json([session("One"), session("Two")]))


SESSION_TOO_LARGE = "A conversation in this file has too much in it to be imported."


def test_our_own_file_comes_back_as_it_left():
    assert [source.read() for source in sources(OURS)] == [session("One"), session("Two")]


def test_a_file_without_sessions_has_none():
    assert sources(b"".join(sessions_json([]))) == []


@pytest.mark.parametrize(
    "name", ["conversations.json", "export/conversations.json", "../../conversations.json", "C:\\conversations.json"]
)
def test_zip_is_read_wherever_the_file_lies_and_nothing_is_unpacked(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (source,) = sources(packed(("chat.html", b"<b>"), (name, THEIRS), ("../../x", b"")))

    assert source.read().messages[0].text == "Hello"
    assert list(tmp_path.iterdir()) == []


def test_a_zip_in_several_files_is_read_whole():
    assert len(sources(packed(("conversations-000.json", THEIRS), ("conversations-001.json", THEIRS)))) == 2


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", UNKNOWN),
        (b"hello", UNKNOWN),
        (b"{}", UNKNOWN),
        (b"[]", "There are no conversations in this file."),
        (b"[{}]", UNKNOWN),
        (b"[1, 2]", "There are no conversations in this file."),
        (b'{"format": "another", "sessions": []}', UNKNOWN),
        (b'{"mapping": 5}', UNKNOWN),
        (b"\x00\x01\x02", UNKNOWN),
        (THEIRS[:-1], DAMAGED),
        (THEIRS[:-30], DAMAGED),
        (THEIRS + b"]", DAMAGED),
        (THEIRS.replace(b"Hello", b"\xff\xfe"), DAMAGED),
        (THEIRS[:-1] + THEIRS[1:], DAMAGED),
        (OURS[:-10], DAMAGED),
        (OURS.replace(b'"role": "user"', b'"role": "king"'), DAMAGED),
        (OURS.replace(b"12:03:00Z", b"25:03:00Z"), DAMAGED),
        (OURS.replace(b'"version": 1', b'"version": 2'), NEWER),
        (OURS.replace(b'"version": 1', b'"version": null'), NEWER),
        (b"[" * 100_000 + b"]" * 100_000, DAMAGED),
        (b'[{"mapping": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]", DAMAGED),
        (packed(("other.json", b"{}")), "There is no conversations.json in this .zip file."),
        (packed(("conversations.json", THEIRS))[:-40], DAMAGED),
        (packed(("conversations.json", THEIRS), method=zipfile.ZIP_LZMA), UNKNOWN),
        (packed(("conversations.json", b"nonsense")), UNKNOWN),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(data, told):
    with pytest.raises(InvalidInputError) as refused:
        sources(data)

    assert refused.value.message == told


def test_damaged_bytes_in_a_zip_are_refused():
    data = bytearray(packed(("conversations.json", THEIRS), method=zipfile.ZIP_STORED))
    data[data.index(b"Hello")] ^= 1

    with pytest.raises(InvalidInputError, match="damaged"):
        sources(bytes(data))


def test_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(import_file, "MAX_BYTES", 1_000_000)
    bomb = packed(("conversations.json", b"[" + b" " * 50_000_000 + b"]"))
    half = packed(("conversations-1.json", b" " * 700_000), ("conversations-2.json", b" " * 700_000))
    tracemalloc.start()
    for data in (bomb, half):
        with pytest.raises(InvalidInputError) as refused:
            sources(data)
        assert refused.value.message in (TOO_LARGE, UNKNOWN)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 10_000_000


def test_zip_that_lies_about_its_sizes_is_refused(monkeypatch):
    monkeypatch.setattr(import_file, "MAX_BYTES", 10_000)
    data = bytearray(packed(("conversations.json", b"[" + b" " * 1_000_000 + b"]")))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")

    with pytest.raises(InvalidInputError):
        sources(bytes(data))


def test_large_file_is_refused():
    with pytest.raises(InvalidInputError, match="larger than 50 MB"):
        sources(b" " * (import_file.MAX_BYTES + 1))


SIZE = 1_000_000
MESSAGE = '[{"mapping":{"q":{"message":{"author":{"role":"user"},"content":{"parts":["'
AWKWARD = {  # what stands before, what is repeated, what stands behind
    "quotes in a string that does not end": ('["', '\\"', ""),
    "backslashes in a string that does not end": ('["', "\\\\", ""),
    "quotes in a string": ('["', '\\"', '"]'),
    "quotes": ("[", '"', "]"),
    "empty strings": ("[", '"",', '""]'),
    "strings of an object": ("{", '"sessions":"",', '"":0}'),
    "the list that is ours, again and again": ("{", '"sessions":[{}],', '"sessions":[]}'),
    "lists that begin": ("", "[", ""),
    "objects that begin": ("", '{"a":', ""),
    "lists that end": ("[", "]", ""),
    "lists in each other": ('[{"mapping":{"a":', "[[[[]]]],"[1:], "0}}]"),
    "commas": ("[", ",", "]"),
    "blanks": ("[", " ", "]"),
    "blanks before it": ("", " \n", "[]"),
    "conversations": ("[", '{"mapping":{}},', '{"mapping":{}}]'),
    "keys": ('[{"mapping":{', '"a":0,', '"a":0}}]'),
    "ChatGPT's marks": (MESSAGE, "\ue200", '"]}}}}}]'),
    "ChatGPT's marks that do not end": (MESSAGE, "\ue200" + "x" * 500, '"]}}}}}]'),
    "a number": ('[{"create_time":', "1", ',"mapping":{}}]'),
    "a number's decimals": ('[{"create_time":0.', "1", ',"mapping":{}}]'),
    "parts of a zip": ("PK\x03\x04", "PK\x01\x02", ""),
    "ends of a zip": ("PK\x03\x04", "PK\x05\x06", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", some(AWKWARD, one_in=3))
def test_time_to_read_grows_with_the_file_and_no_faster(name):
    before, repeated, behind = AWKWARD[name]

    def seconds(size: int) -> float:
        data = (before + repeated * (size // len(repeated.encode())) + behind).encode()
        begun = time.thread_time()
        with suppress(InvalidInputError):
            sources(data)
        return time.thread_time() - begun

    small, large = (min(seconds(size) for _ in range(2)) for size in (SIZE // 16, SIZE))

    assert large < max(0.1, 64 * small)  # 16 times as long; where each character meets each other it is 256


OBJECTS = b"{}," * 1_000_000 + b"{}"
BOMBS = {
    "objects": (b"[" + OBJECTS + b"]", TOO_MUCH),
    "in a conversation": (b'[{"mapping": {}, "x": [' + OBJECTS + b"]}]", TOO_MUCH),
    "in ours": (OURS.replace(b'"parts": []', b'"parts": [' + OBJECTS + b"]"), TOO_MUCH),
    "in a head": (b'{"format": "travelbot.sessions", "x": [' + OBJECTS + b"]}", TOO_MUCH),
    "in each of a list": (
        b"[" + b",".join([b'{"mapping": {}, "x": [' + OBJECTS[:59_999] + b"]}"] * 20) + b"]",
        TOO_MUCH,
    ),
    "in one of a list": (b'[{"mapping": {}, "x": [' + OBJECTS[:59_999] + b"]}]", SESSION_TOO_LARGE),
    "alone": (b'{"mapping": {}, "x": [' + OBJECTS[:59_999] + b"]}", TOO_MUCH),
    "one long text alone": (b'{"mapping": {"q": "' + b"x" * 2_500_000 + b'"}}', TOO_MUCH),
    "one long text": (b'[{"mapping": {"q": "' + b"x" * 2_500_000 + b'"}}]', SESSION_TOO_LARGE),
}


@pytest.mark.parametrize("name", some(BOMBS, one_in=3))
def test_little_that_would_be_much_in_memory_is_not_made_into_objects(name, monkeypatch):
    data, told = BOMBS[name]
    monkeypatch.setattr(import_file, "MAX_VALUES", 200_000)  # a twentieth of everything: memory is slow to trace
    monkeypatch.setattr(import_file, "MAX_SESSION_VALUES", 25_000)
    monkeypatch.setattr(import_file, "MAX_SESSION_BYTES", 1_000_000)
    small = packed(("conversations.json", data))
    tracemalloc.start()
    try:
        (found,) = sources(small)
        said = found.told
    except InvalidInputError as exc:
        said = exc.message
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert said == told
    assert len(small) < 20_000
    assert peak < 4 * len(data) + 1_000_000


def test_what_a_file_may_hold_is_for_all_parts_of_its_zip_together(monkeypatch):
    monkeypatch.setattr(import_file, "MAX_VALUES", 30)
    assert len(sources(packed(("conversations.json", THEIRS)))) == 1
    with pytest.raises(InvalidInputError, match="too much"):
        sources(packed(*((f"conversations-{number}.json", THEIRS) for number in range(3))))

    monkeypatch.setattr(import_file, "MAX_VALUES", 10_000)
    monkeypatch.setattr(import_file, "MAX_SESSIONS", 5)
    with pytest.raises(InvalidInputError, match="too much"):
        sources(b"[" + b",".join([THEIRS[1:-1]] * 6) + b"]")


def test_a_conversation_that_is_too_large_does_not_keep_the_others_out():
    large = b'{"mapping": {}, "x": [' + b"0," * import_file.MAX_SESSION_VALUES + b"0]}"

    first, second, third = sources(THEIRS[:-1] + b"," + large + b"," + THEIRS[1:])

    assert [one.read().messages[0].text for one in (first, third)] == ["Hello", "Hello"]
    with pytest.raises(InvalidInputError, match="has too much in it"):
        second.read()


@pytest.mark.parametrize(
    "number", [b"9" * 5_000, b"1e999", b"-1e999", b"NaN", b"Infinity", b"-Infinity", b"1E400", b"0." + b"9" * 5_000]
)
def test_numbers_that_are_none_are_no_instants(number):
    said = DAMAGED
    with suppress(InvalidInputError):
        (source,) = sources(THEIRS.replace(b"1700000000.5", number))
        said = source.read().messages[0].text
        assert 1970 <= source.read().created_at.year <= 2100

    assert said == (DAMAGED if number == b"9" * 5_000 else "Hello")


def test_of_two_values_with_one_name_the_last_holds():
    twice = b'[{"mapping": 5, "title": "One", ' + THEIRS[2:-2] + b', "title": "Two"}]'

    (source,) = sources(twice)

    assert (source.read().title, source.read().messages[0].text) == ("Two", "Hello")
