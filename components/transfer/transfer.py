"""Sessions as files, on the screens: the dialogs that export one and import many.

Which is open is in `session_dialog`, see components/sessions/actions.py; after an import it holds its "result".
"""

from collections.abc import Callable, Sequence
from typing import IO

import streamlit as st

from components.labels import counted, escape_label, planner_zone
from components.resources import get_services
from components.this_tab import let_go
from db.engine import DatabaseUnavailableError
from services.errors import ServiceError
from services.transfer.import_file import MAX_BYTES
from services.transfer.transfer import MEDIA_TYPES, ExportKind, ImportResult, export_name

_KINDS = (
    (ExportKind.PDF, "PDF", ":material/picture_as_pdf:", "To print, or to send to somebody"),
    (ExportKind.MARKDOWN, "Markdown", ":material/markdown:", "Text for notes and other editors"),
    (ExportKind.JSON, "JSON", ":material/data_object:", "Everything, with all versions; can be imported again"),
)
_REFUSALS_SHOWN = 5
_CANNOT_IMPORT = "Cannot save right now: the database cannot be reached. Import the file again to go on."


def ask_export(session_id: int, title: str) -> None:
    """Open the dialog that exports a session. A callback."""
    st.session_state.session_dialog = {"kind": "export", "ids": [session_id], "title": title}


def ask_import() -> None:
    """Open the dialog that imports sessions. A callback."""
    st.session_state.session_dialog = {"kind": "import", "ids": [], "title": ""}


def export_many_button(label: str, session_ids: Sequence[int] | None, *, key: str, user_id: int) -> None:
    """Draw a button that downloads sessions, None: all, as one JSON file."""
    st.download_button(
        label,
        lambda: get_services().transfer.export_many(user_id=user_id, session_ids=session_ids).content,
        file_name="sessions.json",
        mime="application/json",
        key=key,
        icon=":material/download:",
        help="One JSON file with every message, which can be imported again",
        on_click="ignore",
    )


def _close() -> None:
    st.session_state.pop("session_dialog", None)


def _close_import() -> None:
    _close()
    if file := st.session_state.get("import_file"):
        let_go(file)


@st.dialog("Export session", icon=":material/download:", on_dismiss=_close)
def export_dialog(session_id: int, title: str, user_id: int) -> None:
    """Offer a session as a file of each kind; none is made before it is asked for."""
    st.markdown(f"**{escape_label(title)}**")
    for kind, name, icon, what_for in _KINDS:
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.markdown(f"**{name}**  \n:small[{what_for}]", width="stretch")
            st.download_button(
                "Download",
                _content(session_id, user_id, kind),
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
    return lambda: transfer.export(session_id, user_id=user_id, kind=kind, zone=zone).content


@st.dialog("Import sessions", icon=":material/upload:", on_dismiss=_close_import)
def import_dialog(user_id: int) -> None:
    """Take a file, import it, and say what became of its sessions."""
    dialog = st.session_state.get("session_dialog") or {}  # gone when "Close" has just been pressed
    if result := dialog.get("result"):
        _draw_result(ImportResult(*result))
        st.button("Close", key="import_close", type="primary", on_click=_close)
        return
    if not dialog:
        st.rerun()
    st.markdown(
        "Choose a `.json` file that was exported here, or an export from ChatGPT: its `.zip`, or the "
        "`conversations.json` inside. Sessions that are here already are left as they are."
    )
    file = st.file_uploader(
        "File",
        type=["json", "zip"],
        key="import_file",
        max_upload_size=MAX_BYTES // 2**20,
        label_visibility="collapsed",
    )
    wanted = st.button("Import", key="import_start", type="primary", icon=":material/upload:", disabled=file is None)
    if wanted and file is not None and (done := _imported(file, user_id)):
        dialog["result"] = (done.imported, done.already_here, done.refused)
        let_go(file)
        st.rerun()


def _imported(file: IO[bytes], user_id: int) -> ImportResult | None:
    """Import a file while showing how far it is; or say why not."""
    bar = st.progress(0.0, "Reading the file")

    def show(done: int, total: int) -> None:
        bar.progress(done / total, f"{done:,} of {counted(total, 'session')}")

    try:
        return get_services().transfer.import_file(file, user_id=user_id, on_progress=show)
    except ServiceError as exc:
        told = exc.message
    except DatabaseUnavailableError:
        told = _CANNOT_IMPORT
    bar.empty()
    st.error(escape_label(told), icon=":material/error:")
    return None


def _draw_result(result: ImportResult) -> None:
    if result.imported:
        st.success(f"Imported {counted(len(result.imported), 'session')}.", icon=":material/check:")
    if result.already_here:
        was = "was" if result.already_here == 1 else "were"
        st.info(f"{counted(result.already_here, 'session')} {was} here already.", icon=":material/done_all:")
    if result.refused:
        st.warning(f"{counted(len(result.refused), 'session')} could not be imported.", icon=":material/warning:")
        for told in result.refused[:_REFUSALS_SHOWN]:
            st.text(told)
        if len(result.refused) > _REFUSALS_SHOWN:
            st.text(f"… and {len(result.refused) - _REFUSALS_SHOWN:,} more.")
    if not (result.imported or result.already_here or result.refused):
        st.info("There is no session in this file.", icon=":material/info:")
