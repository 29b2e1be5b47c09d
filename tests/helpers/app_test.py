"""What AppTest does anew in every run, done once: half a run's time. Importing this is enough."""

from types import SimpleNamespace
from unittest.mock import MagicMock

from streamlit.runtime import Runtime, context
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import app_test, local_script_runner
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

import tests.helpers.component_scan  # noqa: F401
from components.accounts.sign_in_cookie import COOKIE_NAME

_LONGEST_S = 90.0
_wait = local_script_runner.require_widgets_deltas


def _wait_for_the_end(runner: LocalScriptRunner, _timeout: float = 0) -> None:
    """Wait without a look every millisecond, which takes the script's own time; as long as a busy machine needs."""
    assert runner._script_thread is not None
    runner._script_thread.join(_LONGEST_S)
    _wait(runner, 1 if runner.script_stopped() else 0)


def _share_scripts() -> None:
    """Compile a script once, as a server does."""
    compiled = ScriptCache()
    for module in (app_test, local_script_runner):
        vars(module)["ScriptCache"] = lambda: compiled


def _share_the_server() -> None:
    """Make the server up once; its browser sends a cookie that signs nobody in, so that none is looked for."""
    server = MagicMock(spec=Runtime)
    client = SimpleNamespace(headers={}, cookies={COOKIE_NAME: "none"}, remote_ip=None)
    vars(app_test)["MagicMock"] = lambda **_: server
    vars(context)["_get_client_context"] = lambda: client


_share_scripts()
_share_the_server()
vars(local_script_runner)["require_widgets_deltas"] = _wait_for_the_end
