"""A database that version 0.1.0 made opens: its sessions, sign-ins and tokens hold."""

import gzip
from datetime import datetime
from pathlib import Path

import pytest

from services.sessions.records import SessionFilter
from services.wiring import Services
from settings import ROOT
from tests.helpers.services import last_message

FILE = ROOT / "tests" / "data" / "travelbot-0.1.0.db.gz"
ADA = 252666615340613632
SIGNED_IN = datetime.fromisoformat("2026-11-29T05:26:55.444+00:00")
SIGNED_OUT = datetime.fromisoformat("2026-11-29T05:26:55.528+00:00")
TOKEN = "tbt_JUPa4LlInetpwPG7QKsNCYsUoqRQwGQoukZIuvyV0Vw"


@pytest.fixture
def services(start_services, tmp_path: Path) -> Services:
    """Start services over that database."""
    file = tmp_path / "earlier.db"
    file.write_bytes(gzip.decompress(FILE.read_bytes()))
    started: Services = start_services(database_url=f"sqlite:///{file}")
    return started


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sessions_sign_ins_and_tokens_hold(services: Services) -> None:
    sessions = services.sessions.table(SessionFilter(), user_id=ADA, limit=10).sessions
    lisbon = next(one for one in sessions if one.title == "Lisbon")
    answer = last_message(services, lisbon.id, ADA)

    assert len(sessions) == 4  # with the three samples
    assert answer.text.startswith("*I am a demo assistant")
    assert lisbon.id in {hit.session_id for hit in services.sessions.search("lisbon may two", user_id=ADA)}
    assert services.sign_ins.current(ADA, SIGNED_IN) is not None
    assert services.sign_ins.current(ADA, SIGNED_OUT) is None
    assert services.sign_ins.sign_in("ada", "a long enough phrase").user.id == ADA
    used = services.tokens.check(TOKEN)
    assert used is not None
    assert used.user.id == ADA
