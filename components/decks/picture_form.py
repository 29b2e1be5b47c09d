"""Where a picture for a slide is chosen: a new file, or one that the session or trip has."""

from functools import partial

import streamlit as st

from components.labels import name_in
from components.resources import get_services
from components.this_tab import let_go
from exports.decks.records import PictureBlock
from services.decks.pictures import MAX_PICTURE_BYTES
from services.decks.records import DeckOf

_TYPES = ["png", "jpg", "jpeg", "webp", "gif"]


def new_picture(of: DeckOf, block_id: str, *, key: str, user_id: int) -> PictureBlock | None:
    """Draw the choice of a picture; return it once it is kept with the deck. Raises FileRefusedError."""
    known = _images(of, user_id=user_id)
    chosen = None
    if known:
        chosen = st.selectbox(
            f"From the files of this {of.kind}",
            list(known),
            index=None,
            format_func=partial(name_in, known),
            key=f"{key}_file",
            placeholder="None",
        )
    new = st.file_uploader("New picture", type=_TYPES, key=f"{key}_new", max_upload_size=MAX_PICTURE_BYTES // 10**6)
    alt = st.text_input(
        "What it shows, in words", max_chars=1_000, key=f"{key}_words", help="For those who cannot see it."
    )
    there = new is not None or chosen is not None
    if not st.button(
        "Add picture", key=f"{key}_add", icon=":material/add_photo_alternate:", disabled=not (there and alt.strip())
    ):
        if there and not alt.strip():
            st.caption("Say in words what it shows, to add it.")
        return None
    pictures = get_services().deck_pictures
    if new is not None:
        kept = pictures.add(of, new.getvalue(), user_id=user_id)
        let_go(new)
    else:
        assert chosen is not None
        kept = pictures.add_file(of, chosen, user_id=user_id)
    return PictureBlock(id=block_id, sha256=kept.sha256, width=kept.width, height=kept.height, alt=alt.strip())


def _images(of: DeckOf, *, user_id: int) -> dict[int, str]:
    services = get_services()
    if of.kind == "trip":
        files = [(one.id, one.name) for one in services.trip_files.list(of.id, user_id=user_id)]
    else:
        held = services.files.list(of.id, user_id=user_id)
        files = [(one.info.id, one.info.name) for one in held]
    return {file_id: name for file_id, name in files if name.lower().rpartition(".")[2] in _TYPES}
