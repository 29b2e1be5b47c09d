"""What a link opens, for somebody without an account: look, comment, decide."""

from functools import partial

import streamlit as st

from components.resources import get_services
from components.reviews.changed import draw_changed
from components.reviews.deciding import draw_decision
from components.reviews.files import snapshot_button
from components.reviews.head import draw_head
from components.reviews.live import watch_link
from components.reviews.news import draw_news
from components.reviews.opening import opened
from components.reviews.passages import tell_passages
from components.reviews.places import draw_scroll, more_button, shown_blocks
from components.reviews.slides import Drawn, draw_closing, draw_slides, slides_of
from components.reviews.snapshot import draw_blocks
from components.reviews.talk import draw_earlier_talk, draw_slide_talk, draw_talk, draw_whole_talk, keep_room
from components.reviews.visitor import keep_name, link_token, reader_key
from components.reviews.words import written_like
from exports.reviews.records import DeckSnapshot
from services.reviews.records import ReviewState
from settings import ROOT

for name in ("page.css", "review.css"):
    st.html(ROOT / "static" / name)
# What comes and goes by itself has its place before whatever a person may be writing in.
with st.container(key="review_scripts"):
    key = reader_key()
    keep_name()
    draw_scroll()

visitor, visit = opened(link_token(), key)
with st.container(key="review_watch"):
    watch_link(visit.review_id, changed=visit.changed)
    tell_passages(visit)
    keep_room(visitor, visit)

with written_like(visit.snapshot.thing):
    draw_head(visit)
    draw_changed(visitor, visit)
    draw_news(visit)
    with st.container(key="review_blocks"):  # a newer version may have more: what stands below keeps its place
        if isinstance(visit.snapshot, DeckSnapshot):
            blocks = slides_of(visit.snapshot.blocks)
            shown, approved = shown_blocks(blocks), visit.state is ReviewState.APPROVED
            deck = partial(get_services().visits.deck, visitor.token, visitor.key, number=visit.version.number)
            drawn = Drawn(visit.version.sha256, approved, deck)
            draw_slides(shown, drawn, below=lambda block: draw_slide_talk(visitor, visit, block))
            if len(shown) == len(blocks):
                draw_closing(blocks, drawn)
        else:
            blocks = list(visit.snapshot.blocks)
            draw_blocks(shown_blocks(blocks), below=lambda block: draw_talk(visitor, visit, block))
        more_button(blocks)

    draw_whole_talk(visitor, visit)
    draw_earlier_talk(visitor, visit)
    draw_decision(visitor, visit)
    snapshot_button(visitor, visit)
