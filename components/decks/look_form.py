"""The dialog in which a planner says how their decks look."""

from dataclasses import replace

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components.decks.places import deck_of
from components.dialogs import close_dialog, leave_dialog
from components.labels import escape_label
from components.problems import telling
from components.resources import get_services
from components.this_tab import let_go
from components.trips.words import language_name
from exports.decks.records import Brand, Font
from exports.decks.theme import contrast_problems
from services.accounts.records import User
from services.decks.logos import MAX_LOGO_BYTES
from services.errors import InvalidFieldsError

_LANGUAGES = (
    "en-GB", "en-US", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sv", "da", "nb", "fi", "el", "tr", "hu",
    "ro", "hr", "uk", "ja", "zh-Hans", "ko", "ar", "he", "hi",
)  # fmt: skip


@st.dialog("Look of your decks", icon=":material/palette:", width="medium", on_dismiss=close_dialog)
def look_dialog(of: list[object], *, user: User) -> None:
    """Let a planner's name, colours, font, language and logo be chosen."""
    thing = deck_of(of)
    with telling():
        brand = get_services().brands.of_deck(thing, user_id=user.id)
        st.markdown("It is the same in all decks of your sessions and trips, whoever works on them.")
        values = _fields(brand)
        for one in contrast_problems(replace(brand, primary=values["primary"], accent=values["accent"])):
            st.markdown(f":orange[:material/contrast:] {escape_label(one)}")
        new, goes = _logo(brand)
        place = st.container()
        with st.container(key="deck_look_failed"):  # the browser knows; see deck.css
            st.markdown(
                ":red[:material/error: This file did not arrive. Choose it again or another one, or remove it.]"
            )
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button("Cancel", key="deck_look_cancel"):
                leave_dialog()
            wanted = st.button("Save", key="deck_look_save", type="primary")
        if not wanted:
            return
        try:
            with place:
                if new is not None:
                    get_services().brands.set_logo(new.getvalue(), user_id=user.id)
                    let_go(new)
                elif goes:
                    get_services().brands.set_logo(None, user_id=user.id)
                get_services().brands.change(dict(values), user_id=user.id)
        except InvalidFieldsError as exc:
            for problem in exc.problems.values():
                place.markdown(f":red[:material/error: {escape_label(problem)}]")
        else:
            leave_dialog()


def _fields(brand: Brand) -> dict[str, str]:
    values = {
        "name": st.text_input("Name", brand.name, max_chars=1_000, key="deck_look_name"),
        "contact": st.text_input(
            "Contact", brand.contact, max_chars=1_000, key="deck_look_contact", help="On the slide with next steps."
        ),
        "footer": st.text_input(
            "Footer", brand.footer, max_chars=1_000, key="deck_look_footer", help="At the foot of each slide."
        ),
    }
    with st.container(horizontal=True, gap="large"):
        values["primary"] = st.color_picker("Main colour", brand.primary, key="deck_look_primary")
        values["accent"] = st.color_picker("Second colour", brand.accent, key="deck_look_accent")
    with st.container(horizontal=True):
        fonts = [font.value for font in Font]
        values["font"] = st.selectbox("Font", fonts, index=fonts.index(brand.font), key="deck_look_font")
        tags = [*_LANGUAGES, *([brand.language] if brand.language not in _LANGUAGES else [])]
        values["language"] = st.selectbox(
            "Language",
            tags,
            index=tags.index(brand.language),
            format_func=_language,
            key="deck_look_language",
            help=(
                "How dates and amounts are written. A deck's own words, such as “Draft”, are in English, German,"
                " French, Spanish, Italian, Portuguese, Polish or Dutch. What slides say is not translated."
            ),
        )
    return values


def _language(tag: str) -> str:
    return {"en-GB": "English (UK)", "en-US": "English (US)", "zh-Hans": "Chinese"}.get(tag) or language_name(tag)


def _logo(brand: Brand) -> tuple[UploadedFile | None, bool]:
    """Draw the choice of a logo; return a new one, and whether the present one is to go."""
    goes = False
    if brand.logo and brand.logo_type:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(":material/check: There is a logo.", width="content")
            goes = st.checkbox("Remove it", key="deck_look_no_logo")
    new = st.file_uploader(
        "New logo" if brand.logo else "Logo",
        type=["png", "jpg", "jpeg", "svg"],
        key="deck_look_logo",
        max_upload_size=MAX_LOGO_BYTES // 10**6,
    )
    return new, goes
