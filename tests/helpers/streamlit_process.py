"""`streamlit run server.py` without its seven seconds of imports.

The process is forked off one that has read the libraries and what is below the screens, which neither reads a setting
nor keeps anything when it is imported; no server has ever run in that one, so what comes of it is as cold as what the
command starts. Only its end is not that of an interpreter.
"""

import gc
import multiprocessing
import os
import signal
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ["-m", "streamlit", "run", "server.py", "--server.port"]
_LIBRARIES = [
    *("streamlit.web.cli", "streamlit.web.bootstrap", "streamlit.web.server.starlette"),
    *(
        "pandas",
        "altair",
        "pydantic_settings",
        "fastapi",
        "fastapi_offline",
        "limits",
        "prometheus_client",
        "uvicorn",
    ),
    *("uvloop", "httpx", "httpx_sse", "stamina", "sqlalchemy.orm", "alembic.command", "psycopg", "pypdf", "typst"),
    *("markdown_it", "fontTools.ttLib", "fontTools.subset", "bcrypt", "jwt", "tests.helpers.component_scan"),
    *("pptx", "lxml.etree", "PIL.Image", "PIL.ImageOps", "rapidfuzz.distance", "babel.dates", "babel.numbers"),
    *("streamlit_authenticator", "requests", "httpcore", "psutil"),
]
_BELOW_THE_SCREENS = ["services.wiring", "api.app"]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([*_LIBRARIES, *_BELOW_THE_SCREENS])


class StreamlitProcess:
    """A server on a port; used like a `subprocess.Popen`."""

    def __init__(self, port: int, env: dict[str, str], log: Path, *, script: str = "server.py") -> None:
        self._process = _context.Process(target=_serve, args=(port, env, log, script), daemon=True)
        main = sys.modules["__main__"]  # AppTest leaves its script there, and the child would run it
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            self._process.start()
        finally:
            sys.modules["__main__"] = main
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout_s: float) -> int:
        """Wait for its end; return the exit code."""
        self._process.join(timeout_s)
        assert self._process.exitcode is not None, "the server did not end"
        return self._process.exitcode


def _serve(port: int, env: dict[str, str], log: Path, script: str) -> None:
    gc.freeze()  # what was read before stays: to look through it for garbage takes a sixth of the CPU of a start
    os.environ.clear()
    os.environ.update(env)
    os.chdir(ROOT)
    with log.open("ab") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    from streamlit.web.cli import main

    sys.argv = ["streamlit", "run", script, "--server.port", str(port)]
    main()
