"""``python -m emulator --port 8700``: the emulator alone, until SIGTERM or SIGINT."""

import argparse
import signal
import sqlite3
import sys
import threading
from pathlib import Path

from emulator.app import PACE_S
from emulator.catalogue import DEMO
from emulator.demo import answer as demo
from emulator.server import EmulatorServer


def main() -> int:
    """Serve until told to stop; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m emulator", description="Backboard's API on this machine.")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--state", type=Path, metavar="FILE", help="where to keep the state; nothing is kept without")
    parser.add_argument(
        "--pace", type=float, default=PACE_S, metavar="SECONDS", help=f"pause between chunks, {PACE_S} unless told"
    )
    options = parser.parse_args()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    server = EmulatorServer(
        options.state or ":memory:", demo, DEMO, pace_s=options.pace, host=options.host, port=options.port
    )
    try:
        base_url = server.start()
    except (OSError, sqlite3.Error) as exc:
        print(f"The emulator cannot start: {exc}", file=sys.stderr)
        return 1
    print(base_url, flush=True)
    stopping.wait()
    server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
