"""Pictures as they come: what decks keep of them, and what is refused."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from db.room import LEAST_BYTES, by_person
from services.decks.pictures import MAX_SIDE, scaled
from services.errors import FileQuotaError, FileRefusedError, NotFoundError
from services.sessions.files import FileService, FileShelf
from services.sessions.sessions import SessionService
from services.trips.files import TripFiles
from tests.helpers.deck_places import Decks, planning  # noqa: F401 - a fixture

RED, BLUE = (200, 20, 20), (20, 20, 200)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    made = BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def half_red(mode: str = "RGB", width: int = 40, height: int = 20) -> Image.Image:
    """Return a picture that is red on the left and blue on the right."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width // 2, height))
    return image.convert(mode)


def kept(content: bytes, side: int = MAX_SIDE) -> Image.Image:
    made, media_type, width, height = scaled(content, side=side)
    image = Image.open(BytesIO(made))
    assert (image.get_format_mimetype(), image.size) == (media_type, (width, height))
    return image


def looks_like(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = image.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(one - other) < 40 for one, other in zip(found, colour, strict=True))


def test_photo_is_turned_upright_and_tells_nothing_of_where_it_was_taken():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "MARK description"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[29] = "MARK:05:03"
    sent = saved(half_red(), "JPEG", exif=exif, comment=b"MARK comment", icc_profile=b"MARK profile", xmp=b"MARK xmp")
    assert b"MARK" in sent

    made, *_ = scaled(sent, side=MAX_SIDE)

    image = kept(sent)
    assert image.size == (20, 40)
    assert looks_like(image, (10, 4), RED)
    assert looks_like(image, (10, 36), BLUE)
    assert b"MARK" not in made
    assert not image.getexif()


def test_words_in_a_png_are_not_kept():
    words = PngInfo()
    words.add_text("Comment", "MARK comment")
    words.add_itxt("XML:com.adobe.xmp", "MARK xmp")
    sent = saved(half_red("RGBA"), "PNG", pnginfo=words, icc_profile=b"MARK profile")

    assert b"MARK" not in scaled(sent, side=MAX_SIDE)[0]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (saved(half_red("CMYK"), "JPEG"), "image/jpeg"),
        (saved(half_red("P"), "PNG"), "image/png"),
        (saved(half_red("RGBA"), "PNG"), "image/png"),
        (saved(half_red(), "PNG"), "image/jpeg"),
        (saved(half_red(), "WEBP", lossless=True), "image/jpeg"),
        (saved(half_red("P"), "GIF", save_all=True, append_images=[Image.new("P", (40, 20))]), "image/png"),
    ],
    ids=["CMYK", "palette", "see-through", "PNG photo", "WebP", "moving GIF"],
)
def test_picture_of_any_kind_looks_as_it_did(content, media_type):
    image = kept(content)

    assert Image.MIME[image.format or ""] == media_type
    assert getattr(image, "n_frames", 1) == 1
    assert looks_like(image, (4, 10), RED)
    assert looks_like(image, (36, 10), BLUE)


def test_see_through_stays_see_through():
    image = Image.new("RGBA", (10, 10), (*RED, 0))

    for content in (saved(image, "PNG"), saved(image.quantize(), "PNG"), saved(image, "GIF")):
        alpha = kept(content).convert("RGBA").getpixel((5, 5))
        assert isinstance(alpha, tuple)
        assert alpha[3] == 0


def test_fine_greys_stay_apart():
    deep = Image.new("I;16", (2, 1))
    deep.putpixel((0, 0), 0x4000)
    deep.putpixel((1, 0), 0xC000)

    image = kept(saved(deep, "PNG")).convert("L")

    assert [image.getpixel((at, 0)) for at in (0, 1)] == [0x40, 0xC0]


@pytest.mark.parametrize("size", [(1, 1), (1, 9_000), (4_000, 3)])
def test_size_fits_whatever_it_was(size):
    image = kept(saved(Image.new("L", size), "PNG"))

    assert min(image.size) >= 1
    assert max(image.size) <= MAX_SIDE
    assert kept(saved(half_red(width=400, height=200), "JPEG"), side=100).size == (100, 50)


def bomb(width: int, height: int) -> bytes:
    """Return a small file of many pixels."""
    return saved(Image.new("1", (width, height)), "PNG")


HOSTILE: dict[str, Callable[[], bytes]] = {
    "many pixels": lambda: bomb(10_000, 6_000),
    "said to be huge": lambda: bomb(10, 10).replace(bytes((0, 0, 0, 10)) * 2, b"\x7f\xff\xff\xff" * 2),
    "cut off": lambda: saved(half_red("RGBA", 300, 300), "PNG")[:-200],
    "a cut photo": lambda: saved(half_red(width=300, height=300), "JPEG")[:-200],
    "empty": bytes,
    "no picture": lambda: b"%PDF-1.7\n",
    "another kind": lambda: saved(half_red(), "BMP"),
    "PostScript": lambda: saved(half_red(), "EPS"),
    "too many bytes": lambda: bytes(20_000_001),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_picture_is_refused_in_a_sentence(name):
    with pytest.raises(FileRefusedError, match=r"picture .*\."):
        scaled(HOSTILE[name](), side=MAX_SIDE)


def test_pictures_take_room_of_the_owner_until_the_deck_is_gone(planning: Decks, database):
    planning.decks.make(planning.session, user_id=planning.ada)
    shelf = FileShelf(5_000)
    planning.pictures._shelf = shelf  # little room
    first = planning.pictures.add(planning.session, saved(half_red(), "PNG"), user_id=planning.bob)
    again = planning.pictures.add(planning.session, saved(half_red(), "PNG"), user_id=planning.ada)

    assert again == first
    with database.read() as db_session:
        assert shelf.room(db_session, user_id=planning.ada).used_bytes == LEAST_BYTES
        assert shelf.room(db_session, user_id=planning.bob).used_bytes == 0
        assert [one.bytes for one in by_person(db_session, order="bytes", limit=1)] == [LEAST_BYTES]
    with pytest.raises(FileQuotaError):
        planning.pictures.add(planning.session, saved(half_red(width=80), "PNG"), user_id=planning.bob)

    SessionService(database, default_model="openai/gpt-4o").delete([planning.session_id], user_id=planning.ada)
    with database.read() as db_session:
        assert shelf.room(db_session, user_id=planning.ada).used_bytes == 0


def test_picture_belongs_to_one_deck(planning: Decks):
    planning.decks.make(planning.session, user_id=planning.ada)
    planning.decks.make(planning.trip, user_id=planning.ada)
    picture = planning.pictures.add(planning.session, saved(half_red(), "PNG"), user_id=planning.ada)

    assert planning.pictures.get(planning.session, picture.sha256, user_id=planning.cleo)
    for sha256 in (picture.sha256, "nonsense", "' OR 1=1"):
        with pytest.raises(NotFoundError):
            planning.pictures.get(planning.trip, sha256, user_id=planning.ada)


def test_file_of_the_session_or_trip_becomes_a_picture_and_no_other(planning: Decks, database):
    planning.decks.make(planning.session, user_id=planning.ada)
    planning.decks.make(planning.trip, user_id=planning.ada)
    files, trip_files = FileService(database, FileShelf(50_000_000)), TripFiles(database, FileShelf(50_000_000))
    photo = saved(half_red(), "PNG")
    of_session = files.add(planning.session_id, "a.png", photo, user_id=planning.ada)
    of_trip = trip_files.add(planning.trip_id, "b.png", photo, user_id=planning.ada)
    words = files.add(planning.session_id, "c.txt", b"Hello", user_id=planning.ada)

    for of, file, other in (
        (planning.session, of_session, of_trip),
        (planning.trip, of_trip, of_session),
    ):
        picture = planning.pictures.add_file(of, file.id, user_id=planning.bob)
        assert planning.pictures.get(of, picture.sha256, user_id=planning.cleo)
        for file_id in (other.id, 1):
            with pytest.raises(NotFoundError):
                planning.pictures.add_file(of, file_id, user_id=planning.ada)
    with pytest.raises(FileRefusedError):
        planning.pictures.add_file(planning.session, words.id, user_id=planning.ada)
