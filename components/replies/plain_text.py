"""Model text that is shown as it is written: what would cost a browser too much as Markdown."""

from streamlit.delta_generator import DeltaGenerator

from components.replies.blocks import pieces

NOTICE = "Shown as plain text from here on: it would be too much for the browser to lay out."


class PlainText:
    """Text in *place* that may grow; only what changed is sent again."""

    def __init__(self, place: DeltaGenerator) -> None:
        self._body = place.container(gap=None)
        self._body.caption(f":material/notes: {NOTICE}")
        self._slots: list[DeltaGenerator] = []
        self._drawn: list[str] = []

    def draw(self, text: str) -> None:
        """Draw *text* where it is another than before."""
        new = pieces(text)
        for number, piece in enumerate(new):
            if number == len(self._slots):
                self._slots.append(self._body.empty())
            if number >= len(self._drawn) or self._drawn[number] != piece:
                self._slots[number].text(piece)
        for slot in self._slots[len(new) :]:
            slot.empty()
        self._drawn = new
