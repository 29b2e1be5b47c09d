"""A page for Streamlit to run that is left: where there is a file "left" in a folder, its fragment is gone.

While there is a file "hold", a run goes no further.
"""

import os
import time
from pathlib import Path

import streamlit as st

from components.callbacks import draw_what_is_gone_anew

FOLDER = Path(os.environ["HELD_FOLDER"])


@st.fragment
def in_a_fragment() -> None:
    st.button("Press me")


draw_what_is_gone_anew()
is_left = (FOLDER / "left").exists()
st.text("Left" if is_left else "Here")
if not is_left:
    in_a_fragment()
while (FOLDER / "hold").exists():
    time.sleep(0.01)
st.text("To the end")
