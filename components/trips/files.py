"""The files of a trip on its page: at hand in every session of it.

In `st.session_state`: `trips_files` counts what was added, so that the box for new ones is empty again.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import streamlit as st

from components.dialogs import close_dialog, confirmed, leave_dialog, open_dialog
from components.labels import escape_label, relative_time
from components.problems import draw_problem, telling
from components.resources import get_services
from components.sessions.files import file_size, room_notice
from services.accounts.records import User
from services.sessions.file_types import EXTENSIONS, KINDS_IN_WORDS, MAX_FILE_MB
from services.trips.records import Trip, TripFile


def draw_files(trip: Trip, *, user_id: int, now: datetime) -> Sequence[TripFile]:
    """Draw the files of a trip, and where to add some; return them."""
    st.header("Files", anchor=False)
    files = get_services().trip_files.list(trip.id, user_id=user_id)
    with st.container(key="trips_files", gap="xsmall"):
        for file in files:
            _row(trip, file, user_id=user_id, now=now)
    if not files:
        st.caption("No files yet. What is added here is at hand in every session of this trip.")
    if trip.access.may_change:
        _uploader(trip, user_id=user_id)
    draw_problem("trip_files")
    return files


def _row(trip: Trip, file: TripFile, *, user_id: int, now: datetime) -> None:
    with st.container(
        key=f"trips_line_file_{file.id}",
        horizontal=True,
        wrap=False,
        vertical_alignment="center",
        gap="small",
        border=True,
    ):
        with st.container(gap=None):
            st.text(file.name)
            by = escape_label(file.by)
            st.markdown(f":small[{file_size(file.size)} · {by} · {relative_time(file.created_at, now=now)}]")
        name = escape_label(file.name)
        st.download_button(
            f"Download {name}",
            partial(_content, trip.id, file.id, user_id),
            file_name=file.name,
            mime=file.media_type,
            key=f"trips_file_download_{file.id}",
            icon=":material/download:",
            type="tertiary",
            help=f"Download {name}",
            on_click="ignore",
        )
        if trip.access.may_change:
            st.button(
                f"Remove {name}",
                key=f"trips_file_remove_{file.id}",
                icon=":material/delete:",
                type="tertiary",
                help=f"Remove {name}",
                on_click=open_dialog,
                args=("trip_file_remove",),
                kwargs={"trip_id": trip.id, "file_id": file.id, "name": file.name},
            )


def _content(trip_id: int, file_id: int, user_id: int) -> bytes:
    return get_services().trip_files.get(trip_id, file_id, user_id=user_id)[1]


def _uploader(trip: Trip, *, user_id: int) -> None:
    key = f"trips_upload_{trip.id}_{st.session_state.get('trips_files', 0)}"
    st.file_uploader(
        "Add files",
        type=EXTENSIONS,
        accept_multiple_files=True,
        max_upload_size=MAX_FILE_MB,
        key=key,
        help=f"{KINDS_IN_WORDS}, up to {MAX_FILE_MB} MB each.",
        on_change=_add,
        args=(key, trip.id, user_id),
    )
    room_notice(user_id=user_id)


def _add(key: str, trip_id: int, user_id: int) -> None:
    uploads = st.session_state[key]
    st.session_state.trips_files = st.session_state.get("trips_files", 0) + 1
    with telling("trip_files"):
        for one in uploads:
            get_services().trip_files.add(trip_id, one.name, one.getvalue(), user_id=user_id)


@st.dialog("Remove this file?", icon=":material/delete:", on_dismiss=close_dialog)
def remove_file_dialog(trip_id: int, file_id: int, name: str, *, user: User) -> None:
    """Ask whether a file of a trip is to go."""
    st.markdown(f"**{escape_label(name)}**")
    st.markdown("It is removed from all sessions of this trip. Replies already given stay.")
    if confirmed("Remove", key="trip_file", icon=":material/delete:"):
        with telling():
            get_services().trip_files.remove(trip_id, file_id, user_id=user.id)
            st.session_state.session_news = f"Removed “{escape_label(name)}”."
            leave_dialog()
