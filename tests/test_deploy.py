"""What an image made of this folder leaves out."""

import pytest

from settings import ROOT


@pytest.mark.parametrize("left_out", [".git", "data", ".env", "deploy/.env", ".streamlit/secrets.toml"])
def test_image_has_no_history_no_keys_and_no_data(left_out: str) -> None:
    assert left_out in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
