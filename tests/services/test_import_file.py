"""Files that nobody should upload are refused in a sentence, and cost little."""

import io
import json
import tracemalloc
import zipfile

import pytest

from exports.session_json import sessions_json
from services import import_file
from services.errors import InvalidInputError
from services.import_file import DAMAGED, NEWER, TOO_LARGE, UNKNOWN, sources
from tests.exports.conftest import session
from tests.services.test_chatgpt import conversation, node

OURS = b"".join(sessions_json([session("One"), session("Two")]))
THEIRS = json.dumps([conversation(node("q", None, "user", "Hello"))]).encode()


def packed(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return file.getvalue()


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
    bomb = packed(("conversations.json", b"[" + b" " * 200_000_000 + b"]"))
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
