import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import tests.helpers.app_test  # noqa: F401 - once for all
from components import scripts
from settings import ROOT
from tests.helpers.told import told

# What Streamlit's own cleaning of HTML (DOMPurify) takes an attribute out for, among others.
AWKWARD = [
    *("-->", "--!>", "]>", "</style", "</SCRIPT>", "</textarea>"),
    *("\"'><img src=x onerror=alert(1)>", "&quot;&amp;", "a\nb"),
]


def _tell(values: dict[str, str]) -> None:
    from components.scripts import tell

    tell("drafts", values)


@pytest.mark.parametrize("text", AWKWARD)
def test_what_a_script_is_told_arrives_whatever_a_person_wrote(text: str) -> None:
    at = AppTest.from_function(_tell, args=({"text": text},)).run()

    assert told(at, "drafts") == [{"text": text}]
    [element] = at.get("html")
    assert (element.proto.body.count("<"), element.proto.body.count(">")) == (2, 2)
    assert not re.search("&[lg]t;", element.proto.body)


def test_address_of_the_scripts_changes_with_each_of_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(scripts, "_FOLDER", tmp_path)
    addresses = []
    for name, text in [("a.js", "1"), ("b.js", "2"), ("b.js", "3")]:
        (tmp_path / name).write_text(text)
        addresses.append(scripts._version.__wrapped__())

    assert len(set(addresses)) == 3


def test_no_python_holds_a_script() -> None:
    """The page's own policy would refuse it; `load_scripts` alone draws a tag, which names a file."""
    # One reads Streamlit's own, one writes a file of `static/js` beside them.
    allowed = {"components/scripts.py", "middleware.py", "frontend_files.py"}
    sources = [path for folder in ("components", "pages", ".") for path in (ROOT / folder).glob("*.py")]
    sources += (ROOT / "pages").glob("*/*.py")

    found = {
        str(path.relative_to(ROOT))
        for path in sources
        if "<script" in path.read_text() or "unsafe_allow_javascript" in path.read_text()
    }

    assert found == allowed
