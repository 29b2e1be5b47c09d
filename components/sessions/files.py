"""The files of a session: beside the message that they came with, and in a menu that downloads and removes them."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from components.dialogs import Dialogs, close_dialog, confirmed, leave_dialog, open_dialog
from components.labels import escape_label
from components.problems import telling, unless_away
from components.resources import get_services
from services.accounts.records import User
from services.sessions.file_types import megabytes
from services.sessions.records import FileInfo, FileRoom, FileState, HeldFile

_STATES = {
    FileState.KEPT: ":material/schedule: The assistant reads it with your next message",
    FileState.READING: ":material/hourglass_top: Indexing …",
    FileState.READY: ":material/check_circle: Ready",
}


def message_files(files: Sequence[FileInfo]) -> None:
    """Draw the names and sizes of the files of a message."""
    lines = [f":small[:material/attach_file: {escape_label(one.name)} · {file_size(one.size)}]" for one in files]
    if lines:
        st.markdown("  \n".join(lines))


def files_menu(session_id: int, *, user_id: int, may_write: bool = True) -> None:
    """Draw the menu of what a session holds; an empty place where it holds nothing."""
    held = get_services().files.list(session_id, user_id=user_id)
    if not held:
        st.empty()
        return
    menu = st.popover(
        f"Files ({len(held)})",
        icon=":material/attach_file:",
        type="tertiary",
        help="Files that the assistant can look things up in",
        key=_menu_key(session_id),
        on_change="rerun",
    )
    if menu.open:
        with menu:
            for one in held:
                _held_file(one, user_id=user_id, may_write=may_write)
            st.markdown(f":small[{room_line(get_services().files.room(user_id=user_id))}]")


def room_line(room: FileRoom) -> str:
    """Return how much room a planner's files take, as Markdown."""
    return f"Your files in all sessions: {megabytes(room.used_bytes)} of {megabytes(room.limit_bytes)} used"


def room_notice(*, user_id: int) -> None:
    """Say where files are added that there is not much room left for them; else leave an empty place."""
    place = st.empty()
    with unless_away():
        room = get_services().files.room(user_id=user_id)
        if room.nearly_full:
            place.caption(f":material/attach_file: {room_line(room)}")


def file_size(size: int) -> str:
    """Return a number of bytes for people."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.0f} KB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def _held_file(held: HeldFile, *, user_id: int, may_write: bool) -> None:
    file = held.info
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        with st.container(gap=None):
            st.text(file.name)
            state = _STATES.get(held.state) or f":material/error: Failed: {escape_label(held.problem or '')}"
            st.markdown(f":small[{file_size(file.size)} · {state}]")
        st.download_button(
            f"Download {escape_label(file.name)}",
            partial(_content, file.id, user_id),
            file_name=file.name,
            mime=file.media_type,
            key=f"chat_file_download_{file.id}",
            icon=":material/download:",
            type="tertiary",
            help=f"Download {escape_label(file.name)}",
            on_click="ignore",
        )
        if may_write:
            st.button(
                f"Remove {escape_label(file.name)}",
                key=f"chat_file_remove_{file.id}",
                icon=":material/delete:",
                type="tertiary",
                help=f"Remove {escape_label(file.name)}",
                on_click=_ask,
                args=(file,),
            )


def _content(file_id: int, user_id: int) -> bytes:
    return get_services().files.get(file_id, user_id=user_id)[1]


def _ask(file: FileInfo) -> None:
    open_dialog("remove_file", file_id=file.id, name=file.name)
    st.session_state[_menu_key(file.session_id)] = False  # an open menu would lie over the dialog


def _menu_key(session_id: int | None) -> str:
    return f"chat_files_{session_id}"


@st.dialog("Remove this file?", icon=":material/delete:", on_dismiss=close_dialog)
def _remove(file_id: int, name: str, *, user: User) -> None:
    st.markdown(f"**{escape_label(name)}**")
    st.markdown("The assistant can no longer look it up. Replies already given stay.")
    if confirmed("Remove", key="chat_file", icon=":material/delete:"):
        with telling():
            get_services().files.remove(file_id, user_id=user.id)
            st.session_state.session_news = f"Removed “{escape_label(name)}”."
            leave_dialog()


FILE_DIALOGS: Dialogs = {"remove_file": _remove}
