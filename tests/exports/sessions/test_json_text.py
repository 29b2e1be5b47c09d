"""Sessions read from JSON."""

import json

import pytest
from pydantic import ValidationError

from exports.sessions.json_text import read_session


def test_reading_ends_at_the_first_message_that_is_none():
    with pytest.raises(ValidationError) as refused:
        read_session(json.dumps({"messages": [{}] * 1_000}).encode())

    wrong_messages = {error["loc"][1] for error in refused.value.errors() if error["loc"][0] == "messages"}
    assert wrong_messages == {0}
