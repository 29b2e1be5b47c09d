"""Templates: openings to start sessions from."""

import streamlit as st

from components.accounts.identity import require_user
from components.resources import get_services
from components.templates.templates import draw_template_undo, new_template, template_card
from services.accounts.roles import READS_ONLY

user = require_user()

if not user.may_write:
    st.title("Templates", anchor=False)
    st.info(f"Templates begin sessions. {READS_ONLY}", icon=":material/visibility:")
    st.stop()

services = get_services()
templates = services.templates.all(user_id=user.id)
own = [template for template in templates if not template.built_in]

st.title("Templates", anchor=False)
with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown(
        "Start sessions the way you often do: how the assistant should work, and what you ask first.", width="stretch"
    )
    st.button("New template", key="templates_new", icon=":material/add:", type="primary", on_click=new_template)
draw_template_undo(user_id=user.id)

st.header("Yours", anchor=False)
for template in own:
    template_card(template, user=user, default_model=services.settings.default_model)
if not own:
    st.markdown("None yet. Make one, save a copy of one below, or choose *Save as template* in a session's menu.")

st.header("For travel work", anchor=False)
for template in templates[len(own) :]:
    template_card(template, user=user, default_model=services.settings.default_model)
