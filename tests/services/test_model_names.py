"""Which model answers here, and how people read its name."""

import pytest

from services.model_names import changed_sentence, model_here, short_name, who_answered


@pytest.mark.parametrize(
    ("model", "default", "expected"),
    [
        ("openai/gpt-4.1", "openai/gpt-4o", "openai/gpt-4.1"),
        ("acme/own", "openai/gpt-4o", "acme/own"),
        ("demo/brief", "openai/gpt-4o", "openai/gpt-4o"),
        ("demonstrations/one", "openai/gpt-4o", "demonstrations/one"),
        ("demo/brief", "demo/detailed", "demo/brief"),
        ("openai/gpt-4o", "demo/detailed", "demo/detailed"),
        ("", "demo/detailed", "demo/detailed"),
        (None, "openai/gpt-4o", "openai/gpt-4o"),
    ],
)
def test_demo_has_its_own_models_and_nobody_else_has_them(model, default, expected):
    assert model_here(model, default=default) == expected


def test_first_that_is_there_is_taken():
    wanted = (None, "demo/brief", "openai/gpt-4.1", "acme/own")

    assert model_here(*wanted, default="openai/gpt-4o") == "openai/gpt-4.1"
    assert model_here(*wanted, default="demo/detailed") == "demo/brief"
    assert model_here(default="demo/detailed") == "demo/detailed"


@pytest.mark.parametrize(
    ("model", "short", "answered"),
    [
        ("openai/gpt-4o", "gpt-4o", "gpt-4o"),
        ("openrouter/acme/own", "acme/own", "acme/own"),
        ("demo/brief", "demo/brief", "Demo assistant, brief"),
    ],
)
def test_name_is_short_and_says_where_it_is_the_demo(model, short, answered):
    assert (short_name(model), who_answered(model)) == (short, answered)


def test_change_is_said_in_one_sentence_of_who_answers_now():
    assert changed_sentence("demo/brief", "openai/gpt-4o") == (
        "From here on openai/gpt-4o answers, no longer the demo assistant."
    )
    assert changed_sentence("openai/gpt-4o", "demo/detailed") == (
        "The demo assistant answers from here on: without a Backboard key there is no openai/gpt-4o."
    )
