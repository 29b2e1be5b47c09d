"""Who sees a session: sharing it with colleagues who have an account here, and leaving it.

What goes wrong is told at "people".
"""

import streamlit as st

from components.accounts.identity import current_user
from components.dialogs import Dialogs, close_dialog, confirmed, leave_dialog, open_dialog
from components.labels import ACCESS, counted, escape_label
from components.problems import draw_problem, telling
from components.resources import get_services
from components.sessions.dialogs import leave_removed
from services.accounts.records import User
from services.sessions.records import SessionSummary
from services.sessions.sharing import EDIT, VIEW, Person

_MAY = {EDIT: ACCESS[EDIT], VIEW: ACCESS[VIEW]}
_NAME_KEY, _ACCESS_KEY = "people_username", "people_access"


def people_button(session: SessionSummary) -> None:
    """Say that several people see a session, and who when it is clicked; an empty place where one does."""
    if not session.is_shared:
        st.empty()
    else:
        st.button(
            f"People ({session.people})",
            key=f"chat_people_{session.id}",
            icon=":material/group:",
            type="tertiary",
            help=shared_words(session),
            on_click=ask_people,
            args=(session.id, session.title),
        )


def shared_words(session: SessionSummary) -> str:
    """Return, as Markdown, who shares a session or with how many it is shared; nothing where it is not."""
    if session.owner_name:
        return f"Shared by {escape_label(session.owner_name)}"
    return f"Shared with {counted(session.people - 1, 'person', 'people')}" if session.is_shared else ""


def ask_people(session_id: int, title: str) -> None:
    """Open the dialog with who sees a session. A callback."""
    st.session_state.pop(_NAME_KEY, None)
    open_dialog("people", session_id=session_id, title=title)


def ask_to_leave(session_id: int, title: str) -> None:
    """Open the dialog that leaves a session of somebody else. A callback."""
    open_dialog("leave", session_id=session_id, title=title)


def _people(session_id: int, title: str, *, user: User) -> None:
    services = get_services()
    with telling():
        people = services.sharing.people(session_id, user_id=user.id)
        own = people[0].user_id == user.id
        icon = ":material/group_add:" if own else ":material/group:"

        @st.dialog("Share with colleagues" if own else "Who sees this", icon=icon, on_dismiss=close_dialog)
        def show() -> None:
            with telling():
                st.markdown(f"**{escape_label(title)}**")
                if own:
                    _add_form(session_id)
                for one in services.sharing.people(session_id, user_id=user.id):
                    _row(one, session_id, by_owner=own, me=one.user_id == user.id)
                draw_problem("people")
                if own:
                    st.markdown(
                        ":small[They need an account here, and find the session among their own. For everybody else, "
                        "choose Share for review: it makes a link.]"
                    )

        show()


def _add_form(session_id: int) -> None:
    with (
        st.form("people_form", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        st.text_input("Username of a colleague", key=_NAME_KEY, max_chars=40, autocomplete="off", width="stretch")
        st.selectbox("They", list(_MAY), format_func=_MAY.__getitem__, key=_ACCESS_KEY, width=130)
        st.form_submit_button(
            "Share", key="people_add", type="primary", icon=":material/group_add:", on_click=_add, args=(session_id,)
        )


def _row(one: Person, session_id: int, *, by_owner: bool, me: bool) -> None:
    key = f"people_row_{one.user_id}"
    with st.container(key=key, horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        you = " (you)" if me else ""
        st.markdown(
            f"**{escape_label(one.name)}**{you}  \n:small[@{escape_label(one.username)}]",
            width="stretch",
        )
        if one.access == "owner":
            st.markdown("Owner", width="content")
        elif not by_owner or not one.alone:
            why = "" if one.alone else "  \n:small[works on the trip]"
            st.markdown(f"{_MAY[one.access]}{why}", width="content")
        else:
            access_key = f"people_access_{one.user_id}"
            st.selectbox(
                f"What {escape_label(one.name)} may do",
                list(_MAY),
                index=list(_MAY).index(one.access),
                format_func=_MAY.__getitem__,
                key=access_key,
                label_visibility="collapsed",
                width=130,
                on_change=_change,
                args=(session_id, one.user_id, access_key),
            )
            st.button(
                f"Remove {escape_label(one.name)}",
                key=f"people_remove_{one.user_id}",
                icon=":material/close:",
                type="tertiary",
                help=f"Stop sharing with {escape_label(one.name)}",
                on_click=_remove,
                args=(session_id, one.user_id),
            )


def _add(session_id: int) -> None:
    with telling("people"):
        if user := current_user():
            name, access = st.session_state[_NAME_KEY] or "", st.session_state[_ACCESS_KEY]
            get_services().sharing.add(session_id, name, user_id=user.id, access=access)
            st.session_state[_NAME_KEY] = ""


def _change(session_id: int, member_id: int, key: str) -> None:
    with telling("people"):
        if user := current_user():
            get_services().sharing.change(session_id, member_id, user_id=user.id, access=st.session_state[key])


def _remove(session_id: int, member_id: int) -> None:
    with telling("people"):
        if user := current_user():
            get_services().sharing.remove(session_id, member_id, user_id=user.id)


@st.dialog("Leave this session?", icon=":material/logout:", on_dismiss=close_dialog)
def _leave(session_id: int, title: str, *, user: User) -> None:
    with telling():
        services = get_services()
        people = services.sharing.people(session_id, user_id=user.id)
        owner = escape_label(people[0].name)
        st.markdown(f"**{escape_label(title)}**")
        if not any(one.alone for one in people if one.user_id == user.id):
            st.markdown("You see it because you work on its trip. Whoever leaves the trip leaves its sessions.")
            return
        st.markdown(f"You will not see it any more. What you wrote stays for the others. {owner} can share it again.")
        if confirmed("Leave", key="session_leave", icon=":material/logout:"):
            services.sharing.leave(session_id, user_id=user.id)
            st.session_state.session_news = f"You left “{escape_label(title)}”."
            leave_removed([session_id], user_id=user.id)
            leave_dialog()


PEOPLE_DIALOGS: Dialogs = {"people": _people, "leave": _leave}
