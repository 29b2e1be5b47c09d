"""What whoever opens an invitation is told."""

import streamlit as st

from components.address import address
from components.resources import get_services
from services.errors import ServiceError

INVITATION_PARAMETER = "invite"
_MAY = {
    "viewer": "You are invited to look at what colleagues share with you.",
    "planner": "You are invited to plan trips here.",
    "admin": "You are invited as an admin.",
}


def is_invited() -> bool:
    """Whether the address names an invitation, good or not."""
    return INVITATION_PARAMETER in st.query_params


def draw_invitation(token: str) -> bool:
    """Say what an invitation is for, or why it makes no account; return whether it does."""
    try:
        role = get_services().invitations.check(token, address=address())
    except ServiceError as exc:
        st.warning(exc.message, icon=":material/link_off:")
        return False
    st.markdown(_MAY[role])
    return True
