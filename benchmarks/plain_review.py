"""What a review shows, drawn by plain Streamlit: a title and the messages. For `benchmarks.reviews`."""

import os
from pathlib import Path

import streamlit as st

from exports.reviews.records import read_snapshot

snapshot = read_snapshot(Path(os.environ["PLAIN_REVIEW"]).read_text("utf-8"))
st.title(snapshot.title)
for block in snapshot.blocks[:30]:
    with st.chat_message("assistant" if block.kind == "reply" else "user"):
        st.caption(f"{block.author} · {block.at:%d %b %Y, %H:%M}")
        if block.kind == "reply":
            st.markdown(block.text)
        else:
            st.text(block.text)
