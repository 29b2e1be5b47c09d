"""How this app streams, beside the textbook Streamlit chat over the same Backboard of fixed pace.

    python -m benchmarks.stream BENCH [--n 5] [--tokens 4000] [--pace 0.002]

BENCH is the folder with fake_backboard.py, peer_streamlit.py and browser_stream.py. Prints each figure of both, the
ratio, and the ratio or figure aimed at; ends with 1 when one is missed.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.servers import Servers

# What is measured, whether the ratio to the peer or the figure itself counts, and the most it may be.
_AIMS = (
    ("first", "ratio", 1.25),
    ("last", "ratio", 1.02),
    ("late_p95", "figure", 0.2),
    ("gap_max", "figure", 0.3),
    ("ws_kB", "ratio", 1 / 40),
    ("cpu_s", "ratio", 1 / 2),
)


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--n", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=4000)
    parser.add_argument("--pace", type=float, default=0.002)
    options = parser.parse_args()
    bench: Path = options.bench.resolve()
    with tempfile.TemporaryDirectory() as folder, Servers(bench) as servers:
        backboard = servers.fake_backboard(tokens=options.tokens, pace_s=options.pace)
        peer = _measure(bench, servers.peer(backboard), backboard, options.n)
        ours = _measure(
            bench, servers.travelbot(backboard, f"sqlite:///{folder}/x.db", DEV_USER_ID="1"), backboard, options.n
        )
    missed = False
    print(f"{'':10} {'peer':>10} {'ours':>10} {'ratio':>7}  aim")
    for name, counts, most in _AIMS:
        ratio = ours[name] / peer[name] if peer[name] else float("inf")
        reached = (ratio if counts == "ratio" else ours[name]) <= most
        missed = missed or not reached
        aim = f"{'x ' if counts == 'ratio' else ''}{most:.3g}"
        print(f"{name:10} {peer[name]:10.3f} {ours[name]:10.3f} {ratio:7.3f}  {aim}{'' if reached else '  MISSED'}")
    return 1 if missed else 0


def _measure(bench: Path, port: int, backboard: int, n: int) -> dict[str, float]:
    script = str(bench / "browser_stream.py")
    arguments = [f"http://127.0.0.1:{port}", str(backboard), "--port", str(port), "--n", str(n)]
    done = subprocess.run([sys.executable, script, *arguments], stdout=subprocess.PIPE, check=True, text=True)
    print(done.stdout.strip(), file=sys.stderr)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


if __name__ == "__main__":
    sys.exit(main())
