"""People, for admins: who is here, who is asked in, and who did what."""

import streamlit as st

from components.accounts.identity import require_admin, while_admin
from components.labels import planner_zone
from components.people.audit import audit_log
from components.people.invitations import invitation_list
from components.people.people import people_list
from services.process.clock import utc_now
from settings import ROOT

user = require_admin()

st.set_page_config(page_title="People · Travel-Bot")
st.html(ROOT / "static" / "people.css")
st.title("People", anchor=False)
now = utc_now().astimezone(planner_zone())
people, invitations, audit = st.tabs(["People", "Invitations", "Audit log"], key="people_tabs", on_change="rerun")
if people.open:
    with people, while_admin():
        people_list(admin_id=user.id, now=now)
if invitations.open:
    with invitations, while_admin():
        invitation_list(admin_id=user.id, now=now)
if audit.open:
    with audit, while_admin():
        audit_log(admin_id=user.id, now=now)
