"""The slides of a session or trip: looked at, edited, presented and downloaded."""

import streamlit as st

from components.accounts.identity import require_user
from components.decks.changing import draw_deck_undo
from components.decks.comments import commented_slides, draw_comments, open_comments
from components.decks.drawn import drawn_deck
from components.decks.following import draw_changed, follow_deck
from components.decks.head import draw_bar, draw_head
from components.decks.making import draw_no_deck
from components.decks.marks import draw_marks, draw_news
from components.decks.places import found_thing, opened_deck, way_back
from components.decks.slide_form import draw_editor, is_edited
from components.decks.stage import draw_stage, draw_strip, draw_styles, settled_page
from components.labels import escape_label
from components.problems import draw_problem
from components.resources import get_services
from components.state import SESSIONS_PAGE, TRIPS_PAGE
from services.errors import NotFoundError

user = require_user()
services = get_services()
of = opened_deck()

st.set_page_config(page_title="Deck · Travel-Bot")

if of is None:
    st.title("Deck", anchor=False)
    st.markdown("A session and a trip have slides, one deck each. Open one, and choose its slides there.")
    st.page_link(SESSIONS_PAGE, label="All sessions", icon=":material/chat:")
    st.page_link(TRIPS_PAGE, label="Trips", icon=":material/luggage:")
    st.stop()

try:
    thing = found_thing(of, user_id=user.id)
    saved = services.decks.find(of, user_id=user.id)
except NotFoundError as exc:
    st.title("Deck", anchor=False)
    st.warning(exc.message, icon=":material/search_off:")
    st.stop()

follow_deck(of, saved, may_change=thing.may_change, user_id=user.id)

if saved is None:
    way_back(of, escape_label(thing.title))
    st.title("Deck", anchor=False)
    draw_no_deck(of, may_change=thing.may_change, user_id=user.id)
    st.stop()

if thing.may_change and is_edited(of):
    draw_editor(saved, user_id=user.id)
    st.stop()

brand = services.brands.of_deck(of, user_id=user.id)
drawn = drawn_deck(saved, brand, user_id=user.id)
slides = {slide.id: slide for slide in saved.deck.slides}
refresh = services.deck_refreshing.look(of, user_id=user.id)
comments = open_comments(of, user_id=user.id)
page = settled_page(of, drawn)
slide = slides.get(page.slide_id)

draw_styles(drawn.css)
draw_head(saved, is_owner=thing.is_owner, user_id=user.id)
draw_problem("deck")
draw_changed(saved, user_id=user.id)
draw_news(saved, refresh, drawn.problems, user_id=user.id)
draw_bar(saved, drawn, page, slide, user_id=user.id)
with st.container(key="deck_main", gap="small"):
    draw_stage(page)
    draw_marks(saved, slide, refresh, drawn.problems, user_id=user.id)
    draw_comments(of, slide, slides, comments)
draw_strip(of, drawn, slides, commented_slides(comments))
draw_deck_undo(saved, user_id=user.id)
