"""Sessions as files, on the screens: the dialogs that export one and import many."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components.address import from_here
from components.dialogs import Dialogs, close_dialog, leave_dialog, open_dialog
from components.labels import counted, escape_label, planner_zone
from components.problems import telling
from components.resources import get_services
from components.this_tab import let_go
from services.accounts.records import User
from services.transfer.import_file import MAX_BYTES
from services.transfer.transfer import MEDIA_TYPES, ExportKind, ImportResult, export_name

_KINDS = (
    (ExportKind.PDF, "PDF", ":material/picture_as_pdf:", "To print, or to send to somebody"),
    (ExportKind.MARKDOWN, "Markdown", ":material/markdown:", "Text for notes and other editors"),
    (ExportKind.JSON, "JSON", ":material/data_object:", "Everything, with all versions; can be imported again"),
)
_REFUSALS_SHOWN = 5


def ask_export(session_id: int, title: str) -> None:
    """Open the dialog that exports a session. A callback."""
    open_dialog("export", session_id=session_id, title=title)


def ask_import() -> None:
    """Open the dialog that imports sessions. A callback."""
    open_dialog("import", result=None)


def export_many_button(label: str, session_ids: Sequence[int] | None, *, key: str, user_id: int) -> None:
    """Draw a button that downloads sessions, None: all, as one JSON file."""
    st.download_button(
        label,
        from_here(lambda: get_services().transfer.export_many(user_id=user_id, session_ids=session_ids).content),
        file_name="sessions.json",
        mime="application/json",
        key=key,
        icon=":material/download:",
        help="One JSON file with every message, which can be imported again",
        on_click="ignore",
    )


@st.dialog("Export session", icon=":material/download:", on_dismiss=close_dialog)
def _export(session_id: int, title: str, *, user: User) -> None:
    """Offer a session as a file of each kind; none is made before it is asked for."""
    st.markdown(f"**{escape_label(title)}**")
    for kind, name, icon, what_for in _KINDS:
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.markdown(f"**{name}**  \n:small[{what_for}]", width="stretch")
            st.download_button(
                "Download",
                _content(session_id, user.id, kind),
                file_name=export_name(title, kind),
                mime=MEDIA_TYPES[kind],
                key=f"session_export_{kind.value}",
                icon=icon,
                help=f"Download as {name}",
                on_click="ignore",
            )


def _content(session_id: int, user_id: int, kind: ExportKind) -> Callable[[], bytes]:
    """Return what makes the file; it runs on a thread that knows neither this tab nor its time zone."""
    transfer, zone = get_services().transfer, planner_zone()
    return from_here(lambda: transfer.export(session_id, user_id=user_id, kind=kind, zone=zone).content)


def _dismiss_import() -> None:
    close_dialog()
    if file := st.session_state.get("import_file"):
        let_go(file)


@st.dialog("Import sessions", icon=":material/upload:", on_dismiss=_dismiss_import)
def _import(result: tuple[Any, ...] | None, *, user: User) -> None:
    """Take a file, import it, and say what became of its sessions: the *result*, the fields of an ImportResult."""
    if result:
        _draw_result(ImportResult(*result))
        if st.button("Close", key="import_close", type="primary"):
            leave_dialog()
        return
    st.markdown(
        "Choose a `.json` file that was exported here, the `.zip` with your data, or an export from ChatGPT: its "
        "`.zip`, or the `conversations.json` inside. What is here already is left as it is."
    )
    file = st.file_uploader(
        "File",
        type=["json", "zip"],
        key="import_file",
        max_upload_size=MAX_BYTES // 2**20,
        label_visibility="collapsed",
    )
    wanted = st.button("Import", key="import_start", type="primary", icon=":material/upload:", disabled=file is None)
    if wanted and file is not None:
        _import_now(file, user_id=user.id)


def _import_now(file: UploadedFile, *, user_id: int) -> None:
    """Import a file while showing how far it is, and then what became of it; or say why not."""
    bar = st.progress(0.0, "Reading the file")

    def show(done: int, total: int) -> None:
        bar.progress(done / total, f"{done:,} of {counted(total, 'session')}")

    try:
        with telling(advice="Import the file again to continue."):
            done = get_services().transfer.import_file(file, user_id=user_id, on_progress=show)
            open_dialog("import", result=dataclasses.astuple(done))
            let_go(file)
            st.rerun()
    finally:
        bar.empty()


def _draw_result(result: ImportResult) -> None:
    if result.imported:
        st.success(f"Imported {counted(len(result.imported), 'session')}.", icon=":material/check:")
    beside = [(result.trips, "trip"), (result.customers, "customer"), (result.templates, "template")]
    if any(number for number, _ in beside):
        made = ", ".join(counted(number, noun) for number, noun in beside if number)
        st.success(f"Also added: {made}.", icon=":material/luggage:")
    if result.already_here:
        was = "was" if result.already_here == 1 else "were"
        st.info(f"{counted(result.already_here, 'session')} {was} here already.", icon=":material/done_all:")
    if result.refused:
        st.warning(f"{counted(len(result.refused), 'session')} could not be imported.", icon=":material/warning:")
        for told in result.refused[:_REFUSALS_SHOWN]:
            st.text(told)
        if len(result.refused) > _REFUSALS_SHOWN:
            st.text(f"… and {len(result.refused) - _REFUSALS_SHOWN:,} more.")
    if not any(dataclasses.astuple(result)):
        st.info("There is no session in this file.", icon=":material/info:")


TRANSFER_DIALOGS: Dialogs = {"export": _export, "import": _import}
