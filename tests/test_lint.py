"""The linter finds what could run a stranger's text, or would protect nothing; `make check` asks it about all."""

import subprocess
import sys

import pytest

from settings import ROOT

DANGEROUS = {
    "S102": "exec(input())",
    "S301": "pickle.loads(b'')",
    "S307": "eval(input())",
    "S311": "random.random()",
    "S314": "ElementTree.fromstring(input())",
    "S324": "hashlib.md5(b'')",
    "S501": "httpx.get('https://a.test', verify=False)",
    "S506": "yaml.load(input())",
    "S602": "subprocess.run(input(), shell=True)",
    "S603": "subprocess.run(['ls', input()])",
    "S605": "os.system(input())",
    "S608": "sqlalchemy.text(f\"SELECT id FROM users WHERE username = '{input()}'\")",
}
IMPORTS = """
import hashlib
import os
import pickle
import random
import subprocess
from xml.etree import ElementTree

import httpx
import sqlalchemy
import yaml

"""


@pytest.mark.parametrize("path", ["services/x.py", "api/routes/x.py", "components/x.py", "db/x.py", "middleware.py"])
def test_what_is_dangerous_is_found(path: str) -> None:
    source = IMPORTS + "\n".join(DANGEROUS.values()) + "\n"
    found = ruff("--output-format", "concise", "--stdin-filename", path, "-", source=source)

    assert set(DANGEROUS) <= {line.split()[1] for line in found.splitlines() if line.startswith(path)}


def test_there_is_none_of_it() -> None:
    assert ruff("--select", "S102,S3,S5,S6,S7", ".") == "All checks passed!\n"


def ruff(*arguments: str, source: str | None = None) -> str:
    """Return what the linter says, with the rules of pyproject.toml."""
    command = [sys.executable, "-m", "ruff", "check", *arguments]
    return subprocess.run(command, cwd=ROOT, input=source, capture_output=True, text=True, timeout=60).stdout
