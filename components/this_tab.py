"""What the server's middleware knows of this tab, and the files that it holds in Streamlit's memory."""

from typing import cast

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

from components.resources import get_tabs


def note_tab(*, signed_in: bool) -> None:
    """Tell the middleware whose tab this is, and whether it may send files. To be called in every run."""
    if context := get_script_run_ctx():
        cookie = st.context.cookies.get(XSRF_COOKIE_NAME)
        get_tabs().note(context.session_id, signed_in=signed_in, xsrf_cookie=cookie)


def let_go(file: UploadedFile) -> None:
    """Free the memory of a file that is done with; Streamlit would hold it until the tab is closed."""
    if context := get_script_run_ctx():
        held = cast("MemoryUploadedFileManager", context.uploaded_file_mgr)
        held.remove_file(context.session_id, file.file_id)
