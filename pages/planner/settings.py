"""The planner's own account: who they are, password, sign-ins, API tokens."""

import streamlit as st

from components.accounts.api_tokens import api_tokens
from components.accounts.forms import admin_code_form, password_form, sign_out_buttons
from components.accounts.guests import guest_settings
from components.accounts.identity import require_user
from components.accounts.proxied import behind_proxy
from components.accounts.ways_in import ways_in
from components.people.leaving import my_data
from components.resources import get_services
from components.sessions.files import room_line
from components.sessions.model_choice import default_model_choice
from components.state import INSIGHTS_PAGE
from components.theme_choice import theme_choice
from components.usage.money import month_line
from services.accounts.roles import READS_ONLY

user = require_user()

st.title("Settings", anchor=False)
if done := st.session_state.pop("account_done", None):
    st.success(done, icon=":material/check:")
with st.container(border=True):
    facts = (("Name", user.name), ("E-mail", user.email or "none"), ("Username", user.username))
    for column, (label, value) in zip(st.columns((2, 3, 2)), facts, strict=True):
        with column.container(gap=None):
            st.markdown(f":small[**{label}**]")
            st.text(value)

if user.may_write:
    st.header("Model", anchor=False)
    default_model_choice(user, get_services().settings.default_model)
else:
    st.info(f"You are a viewer. {READS_ONLY}", icon=":material/visibility:")

st.header("Appearance", anchor=False)
theme_choice()

st.header("Cost", anchor=False)
st.markdown(month_line(get_services().costs.this_month(user.id)))
st.page_link(INSIGHTS_PAGE, label="By day and model", icon=":material/insights:")

st.header("Files", anchor=False)
st.markdown(room_line(get_services().files.room(user_id=user.id)))

if user.is_guest:
    st.header("Account", anchor=False)
    guest_settings(user)
    st.header("Your data", anchor=False)
    my_data(user)
    st.stop()

tokens = get_services().tokens.all(user_id=user.id)
has_password = get_services().accounts.has_password(user.id)
identities = get_services().identities.all(user.id)
if behind_proxy():
    st.header("Signed in", anchor=False)
    st.write("The proxy in front of this app says who you are. An open page stays signed in for 12 hours.")
elif has_password or identities:
    if identities or get_services().settings.companies:
        st.header("Ways to sign in", anchor=False)
        ways_in(user, identities, has_password=has_password)
    if has_password:
        st.header("Password", anchor=False)
        password_form(tokens)
    st.header("Signed in", anchor=False)
    st.write("This browser stays signed in for 30 days.")
else:
    st.info(
        "This planner has no password: the setting DEV_USER_ID signs in whoever opens the app on its own machine.",
        icon=":material/developer_mode:",
    )
sign_out_buttons(tokens)

st.header("API tokens", anchor=False)
api_tokens(user, tokens, ask_password=has_password)

st.header("Your data", anchor=False)
my_data(user)

if not get_services().admins.has_any():
    st.header("Admin", anchor=False)
    admin_code_form()
