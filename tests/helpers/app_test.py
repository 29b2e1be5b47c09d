"""What AppTest does anew in every run, done once: half a run's time. Importing this is enough."""

from typing import Any

from streamlit.runtime import context
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import app_test, local_script_runner
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

import tests.helpers.component_scan  # noqa: F401

_wait = local_script_runner.require_widgets_deltas


def _wait_for_the_end(runner: LocalScriptRunner, timeout: float = 3) -> None:
    """Wait without a look every millisecond, which takes the script's own time."""
    assert runner._script_thread is not None
    runner._script_thread.join(timeout)
    _wait(runner, 1 if runner.script_stopped() else 0)


def _share_scripts() -> None:
    """Compile a script once, as a server does."""
    compiled = ScriptCache()
    for module in (app_test, local_script_runner):
        module.ScriptCache = lambda: compiled  # type: ignore[attr-defined,assignment]


def _without_a_client() -> Any:
    """Know of no headers and cookies: there is no browser. AppTest's mock of one takes long to make up nothing."""
    return None


_share_scripts()
local_script_runner.require_widgets_deltas = _wait_for_the_end
context._get_client_context = _without_a_client
