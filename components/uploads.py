"""Files on their way through Streamlit's memory: who may send some, and letting go of those that were read."""

from collections.abc import Iterable
from typing import cast

from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components.resources import get_tabs


def note_tab(*, signed_in: bool) -> None:
    """Tell the middleware whether this tab may send files. To be called in every run of the script."""
    if context := get_script_run_ctx():
        get_tabs().note(context.session_id, signed_in=signed_in)


def let_go(files: Iterable[UploadedFile]) -> None:
    """Free the memory of files that were read; Streamlit would hold them until the tab is closed."""
    context = get_script_run_ctx()
    if context and runtime.exists():
        held = cast("MemoryUploadedFileManager", runtime.get_instance().uploaded_file_mgr)
        for file in files:
            held.remove_file(context.session_id, file.file_id)
