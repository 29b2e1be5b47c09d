"""Sample decks: an offer for Lisbon, a state of affairs in German, many scripts; as many slides as are asked for."""

import hashlib
import io
import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from PIL import Image, ImageDraw

from exports.decks.records import (
    Amount,
    Block,
    Brand,
    BulletsBlock,
    Cell,
    ChartBlock,
    Deck,
    Edition,
    Figure,
    FiguresBlock,
    Font,
    Item,
    PictureBlock,
    Preset,
    Run,
    Series,
    Slide,
    SlideKind,
    TableBlock,
    TextBlock,
)

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PRIVATE = "PRIVATE-MARK"  # in everything of a sample that no file may hold
SVG_LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" width="120" height="60" viewBox="0 0 120 60">
<rect width="120" height="60" rx="8" fill="#234"/><circle cx="30" cy="30" r="18" fill="#e8a33d"/></svg>"""


def picture(width: int = 640, height: int = 400, kind: str = "JPEG") -> bytes:
    """Return a picture of a river under a sky."""
    image = Image.new("RGB", (width, height), "#9cc3d5")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 0.6, width, height), fill="#3c7a94")
    draw.polygon([(0, height * 0.6), (width * 0.4, height * 0.3), (width, height * 0.6)], fill="#b5532a")
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def runs(*words: str | Run) -> tuple[Run, ...]:
    return tuple(Run(word) if isinstance(word, str) else word for word in words)


def euros(value: str, places: int = 2) -> Cell:
    return Cell(amount=Amount(Decimal(value), "EUR", places))


def words(text: str) -> Cell:
    return Cell(runs=runs(text))


def text(block_id: str, *paragraphs: str, heading: bool = False) -> TextBlock:
    return TextBlock(id=block_id, paragraphs=tuple(runs(one) for one in paragraphs), heading=heading)


def agenda(block_id: str, *points: tuple[str, str]) -> BulletsBlock:
    """Return a list of which each point begins with a label."""
    items = (Item(runs(Run(f"{label}:", bold=True), f" {said}")) for label, said in points)
    return BulletsBlock(id=block_id, items=tuple(items))


def bullets(block_id: str, *items: str) -> BulletsBlock:
    return BulletsBlock(id=block_id, items=tuple(Item(runs(one)) for one in items))


def edition(deck: Deck, brand: Brand | None = None, *, rev: int = 3, approved: bool = False) -> Edition:
    return Edition(
        deck=deck,
        brand=brand or Brand(),
        rev=rev,
        at=AT,
        approved=approved,
        pictures={sha256(data): data for data in (picture(), picture(kind="PNG"))},
    )


def one(*blocks: Block, title: str = "A slide", brand: Brand | None = None, notes: str = "") -> Edition:
    """Return a deck of one slide."""
    slide = Slide(id="s1", title=title, blocks=blocks, notes=notes, confirmed=True)
    return edition(Deck(title="One", slides=(slide,)), brand)


def _budget() -> TableBlock:
    return TableBlock(
        id="budget",
        head=(words("What"), words("For whom"), words("Nights"), words("Price")),
        rows=(
            (words("Hotel Avenida Palace, breakfast included"), words("2 rooms"), _count("4"), euros("1840.50")),
            (words("Train to Porto and back"), words("4 seats"), Cell(), euros("236.00")),
            (words("Tour of Sintra with a guide"), words("4 people"), Cell(), euros("380.00")),
            (words("Discount for booking before 31 March"), Cell(), Cell(), euros("-120.25")),
            (words("Total"), Cell(), Cell(), euros("2336.25")),
        ),
        total=True,
        alt="What the journey costs, by part: €2,336.25 in all",
    )


def _count(value: str) -> Cell:
    return Cell(amount=Amount(Decimal(value)))


def lisbon() -> Edition:
    """Return an offer as it goes to a customer: all kinds of blocks, a slide hidden, one that nobody confirmed."""
    kept: dict[str, object] = {"origin": f"plan:{PRIVATE}", "message_ids": (PRIVATE,), "confirmed": True}
    slides = (
        Slide(
            id="cover",
            kind=SlideKind.COVER,
            title="Four days in Lisbon for the Almeida family",
            blocks=(text("subtitle", "12 to 16 May 2026", "Prepared by Ana Ferreira"),),
            notes="Open with the photo of the river.\nThey know Porto already.",
            confirmed=True,
        ),
        Slide(
            id="asked",
            kind=SlideKind.ASKED,
            title="What you asked for",
            blocks=(
                TextBlock(
                    id="brief",
                    paragraphs=(
                        runs("A calm spring break for ", Run("four", bold=True), ", with short walks and good food."),
                        runs(
                            "Dates as on ",
                            Run("your calendar", italic=True, url="https://example.com/calendar?a=1&b=2"),
                            "; questions to ",
                            Run("ana@example.com", bold=True, url="mailto:ana@example.com"),
                            ".",
                        ),
                    ),
                ),
                BulletsBlock(
                    id="limits",
                    items=(
                        Item(runs("No flight before nine")),
                        Item(runs("Rooms next to each other")),
                        Item(runs("with a lift, since Rui walks with a stick"), level=1),
                        Item(runs("From $1,200 to $1,500 a head, all in")),
                    ),
                ),
            ),
            **kept,  # type: ignore[arg-type]
        ),
        Slide(
            id="days",
            kind=SlideKind.PLAN,
            title="Four days, one quarter of the city each",
            blocks=(
                text("first", "Tuesday: Baixa and Chiado", heading=True),
                BulletsBlock(
                    id="tuesday",
                    items=tuple(
                        Item(runs(what), number=number)
                        for number, what in enumerate(
                            ("Tram 28 from Martim Moniz", "Lunch at the Mercado da Ribeira", "Fado in Alfama"), 1
                        )
                    ),
                ),
                PictureBlock(
                    id="river", sha256=sha256(picture()), width=640, height=400, alt="The Tejo under the bridge"
                ),
            ),
            notes="Say that Tuesday can move.",
            **kept,  # type: ignore[arg-type]
        ),
        Slide(
            id="wednesday",
            kind=SlideKind.PLAN,
            title="Wednesday: Belém",
            blocks=(
                agenda(
                    "parts",
                    (
                        "Morning",
                        "9:30–10:15 Monument to the Discoveries; 10:30–12:00 the museum of art by the river",
                    ),
                    ("Afternoon", "Jerónimos Monastery, then pastries"),
                    ("Evening", "Dinner near the castle; fado from 20:00 for those who are still awake by then"),
                ),
            ),
            **kept,  # type: ignore[arg-type]
        ),
        Slide(
            id="figures",
            title="The journey in figures",
            blocks=(
                FiguresBlock(
                    id="key",
                    figures=(
                        Figure("Total for four", amount=Amount(Decimal("2336.25"), "EUR", 2)),
                        Figure("Nights", amount=Amount(Decimal(4))),
                        Figure("Offer valid until", text="31 March"),
                    ),
                ),
                ChartBlock(
                    id="chart",
                    categories=("Hotel", "Train", "Tour", "Discount"),
                    series=(
                        Series(
                            "Price", (Decimal("1840.50"), Decimal("236.00"), Decimal("380.00"), Decimal("-120.25"))
                        ),
                    ),
                    currency="EUR",
                    places=2,
                    alt="Bars: hotel €1,840.50, train €236.00, tour €380.00, discount −€120.25",
                ),
            ),
            **kept,  # type: ignore[arg-type]
        ),
        Slide(id="budget", kind=SlideKind.BUDGET, title="What it costs", blocks=(_budget(),), **kept),  # type: ignore[arg-type]
        Slide(
            id="ideas",
            title="Also worth a thought",
            blocks=(bullets("more", "A boat to Cacilhas", "The tile museum & its café, on a wet day"),),
        ),
        Slide(id="secret", title=f"{PRIVATE} margins", blocks=(text("margin", f"{PRIVATE} 18 %"),), hidden=True),
        Slide(
            id="approve",
            kind=SlideKind.APPROVE,
            title="How to say yes",
            blocks=(text("how", "Answer this mail by 31 March 2026.", "A deposit of €400.00 holds the rooms."),),
            confirmed=True,
        ),
    )
    brand = Brand(
        name="Ferreira Travel",
        contact="Ana Ferreira, +351 21 000 0000",
        footer="Ferreira Travel · Rua Augusta 1 · Lisboa",
        logo=picture(200, 80, "PNG"),
        logo_type="image/png",
    )
    return edition(Deck(title="Lisbon for the Almeida family", slides=slides), brand)


_OPEN = (
    "Die Reederei bestätigt die Überfahrt erst, wenn alle Namen vorliegen: Es fehlen noch die Gruppen 12, 19 und 27.",
    "Für den vierten Bus liegen zwei Angebote vor. Das günstigere gilt nur bis zum 15. März.",
    "Die Jugendherberge fragt, wie viele vegetarische Essen sie täglich vorbereiten soll.",
    "Die Gruppenversicherung ist angefragt; ohne sie haften die Betreuerinnen und Betreuer selbst.",
    "Drei Gruppen möchten einen Tag später anreisen. Der Aufpreis beträgt 38,50 € je Person.",
    "Wer fährt mit welchem Bus? Die Liste hängt an dieser Präsentation.",
)


def status() -> Edition:
    """Return how things are, approved, in German, with a table of many rows, in Calibri, under an SVG."""
    rows = tuple(
        (words(f"Gruppe {number}: Anreise, Unterkunft und Verpflegung"), _count(str(number * 3)), _fee(number))
        for number in range(1, 31)
    )
    total = (words("Summe"), _count(str(sum(range(1, 31)) * 3)), euros(str(Decimal("1234.50") * sum(range(1, 31)))))
    head = (words("Gruppe"), words("Personen"), words("Kosten"))
    slides = (
        Slide(id="c", kind=SlideKind.COVER, title="Sommerfahrt: Stand am 2. März", confirmed=True),
        Slide(
            id="state",
            title="Drei von vier Bussen sind gebucht",
            blocks=(
                bullets("done", "Verträge unterschrieben", "Anzahlung geleistet", "Versicherung offen"),
                ChartBlock(
                    id="seats",
                    categories=("April", "Mai", "Juni"),
                    series=(
                        Series("Gebucht", (Decimal(120), Decimal(180), None)),
                        Series("Frei", (Decimal(30), Decimal(0), Decimal(210))),
                    ),
                    alt="Gebuchte und freie Plätze nach Monat",
                ),
            ),
            notes="Frau Öztürk fragt nach der Versicherung.",
            confirmed=True,
        ),
        Slide(
            id="costs",
            kind=SlideKind.BUDGET,
            title="Kosten nach Gruppen",
            blocks=(TableBlock(id="groups", head=head, rows=(*rows, total), total=True, alt="Kosten nach Gruppen"),),
            confirmed=True,
        ),
        Slide(
            id="open",
            kind=SlideKind.QUESTIONS,
            title="Was noch offen ist",
            blocks=(
                text(
                    "long",
                    "Bis zum 20. März brauchen wir Ihre Antwort, damit die Fahrt stattfindet.",
                ),
                bullets("points", *_OPEN),
            ),
            confirmed=True,
        ),
    )
    brand = Brand(
        name="Jugendwerk",
        footer="Jugendwerk e. V.",
        primary="#5B2A86",
        accent="#F2C14E",
        font=Font.CALIBRI,
        language="de-DE",
        logo=SVG_LOGO,
        logo_type="image/svg+xml",
    )
    return edition(Deck(title="Sommerfahrt", preset=Preset.STATUS, slides=slides), brand, rev=12, approved=True)


def _fee(number: int) -> Cell:
    return euros(str(Decimal("1234.50") * number))


SCRIPTS = {
    "Arabic": "القاهرة مدينة جميلة، ومتاحفها مفتوحة حتى الخامسة (17:00).",
    "Hebrew": "תל אביב ליד הים, 3 לילות במלון.",
    "Chinese": "北京的春天很短，请提前预订。",
    "Japanese": "東京の桜は四月のはじめに咲きます。",
    "Korean": "서울의 궁궐은 화요일에 쉽니다.",
    "Thai": "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย",
    "Hindi": "दिल्ली में लाल क़िला सोमवार को बंद रहता है।",
    "Greek": "Η Ακρόπολη ανοίγει στις οκτώ.",
    "Russian": "Эрмитаж закрыт по понедельникам.",
    "Polish": "Łódź, Gdańsk i Kraków w pięć dni.",
    "Emoji": "Boat ⛵, train 🚆, smile 😀",
}


def scripts() -> Edition:
    """Return many scripts on a slide, in tables and charts, with numbers as French writes them, in a serif font."""
    table = TableBlock(
        id="table",
        head=(words("Langue"), words("Phrase"), words("Prix")),
        rows=tuple(
            (words(name), words(said), euros(f"{number}234.50"))
            for number, (name, said) in enumerate(itertools.islice(SCRIPTS.items(), 6), 1)
        ),
        alt="Une phrase par langue",
    )
    slides = (
        Slide(id="c", kind=SlideKind.COVER, title="Le monde en écritures — 世界 — العالم", confirmed=True),
        Slide(id="all", title="Onze écritures", blocks=(bullets("said", *SCRIPTS.values()),), confirmed=True),
        Slide(id="rtl", title=SCRIPTS["Arabic"], blocks=(text("both", *SCRIPTS.values()),), notes=SCRIPTS["Hebrew"]),
        Slide(
            id="days",
            title="Par jour",
            blocks=(agenda("parts", ("北京", SCRIPTS["Chinese"]), ("Łódź", SCRIPTS["Polish"])),),
            confirmed=True,
        ),
        Slide(
            id="left",
            title="بالأيام",
            blocks=(agenda("parts", ("الصباح", SCRIPTS["Arabic"]), ("المساء", SCRIPTS["Arabic"])),),
            confirmed=True,
        ),
        Slide(id="t", title="Dans un tableau", blocks=(table,), confirmed=True),
        Slide(
            id="g",
            title="Et dans un graphique",
            blocks=(
                ChartBlock(
                    id="chart",
                    categories=("القاهرة", "東京", "Łódź"),
                    series=(Series("Prix", (Decimal("1200.5"), Decimal("2400"), Decimal("300.25"))),),
                    currency="EUR",
                    places=2,
                    alt="Prix par ville",
                ),
            ),
            confirmed=True,
        ),
    )
    brand = Brand(name="Écritures", footer="Écritures du monde", font=Font.TIMES, language="fr-FR", primary="#0B3D2E")
    return edition(Deck(title="Le monde en écritures", slides=slides), brand)


SAMPLES: dict[str, Callable[[], Edition]] = {"lisbon": lisbon, "status": status, "scripts": scripts}


def many(count: int) -> Edition:
    """Return a deck of *count* slides of one page each: texts, tables, figures and charts in turn."""
    made = lisbon()
    kinds = [slide for slide in made.deck.slides if slide.id in ("asked", "days", "figures", "budget")]
    slides = tuple(
        Slide(id=f"s{number}", title=f"{number}: {slide.title}", blocks=slide.blocks, notes="Say it.", confirmed=True)
        for number, slide in zip(range(count), itertools.cycle(kinds), strict=False)
    )
    return edition(Deck(title=f"{count} slides", slides=slides), made.brand)
