"""Markdown that other programs read as it was meant."""

from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from markdown_it import MarkdownIt

from exports.markdown_text import escape_money
from exports.sessions.markdown import session_markdown
from tests.helpers.saved_session import session


def test_a_file_says_who_said_what_when_and_with_which_model():
    made = session_markdown(session("## Day 1\n\nGladly."), zone=ZoneInfo("Asia/Kolkata")).decode()

    assert made.startswith("# Lisbon \\[in\\] May\n\n- Planner: Ada Lovelace\n- Model: anthropic/claude\n")
    assert "**Ada Lovelace** · 12 May 2026, 17:33 UTC+05:30\n\n> Five days in Lisbon?  \n" in made
    assert "**Assistant** · 12 May 2026, 17:35 UTC+05:30 · anthropic/claude\n\n## Day 1\n\nGladly.\n" in made
    assert "Earlier answer" not in made


def test_what_a_colleague_wrote_says_so():
    made = session_markdown(session("Gladly.", author="Ben *Novák*"), zone=UTC).decode()

    assert "- Planner: Ada Lovelace\n" in made
    assert r"**Ben \*Novák\*** · 12 May 2026" in made
    assert "**Ada Lovelace**" not in made


def test_what_a_planner_typed_is_no_markdown():
    typed = "# not a heading\n\n*stars* <b>, [a](b) & `x`\n- 5 people\n1_000 ~ $5"
    made = session_markdown(session("Yes.", question=typed), zone=UTC).decode()

    html = MarkdownIt("commonmark").render(made.split("---")[1])
    for gone in ("<h1>", "<em>", "<b>", "<a ", "<code>", "<li>"):
        assert gone not in html
    assert "*stars* &lt;b&gt;, [a](b) &amp; `x`" in html


@pytest.mark.parametrize(
    ("status", "told"), [("stopped", "Stopped"), ("failed", "No credit"), ("running", "This reply was still")]
)
def test_a_reply_that_is_not_whole_says_so(status, told):
    made = session_markdown(session("Half", status=status, error_text="No credit."), zone=UTC).decode()

    assert f"Half\n\n*{told}" in made


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("$1,200 to $1,500", r"\$1,200 to \$1,500"),
        (r"\$5 and $6", r"\$5 and \$6"),
        ("`$x` $5", r"`$x` \$5"),
        ("``a `$` b`` $5", r"``a `$` b`` \$5"),
        ("`open $5", r"`open \$5"),
        ("```\n$5\n```\n$6", "```\n$5\n```\n\\$6"),
        ("$4\n\n    $5\n\n$6", "\\$4\n\n    $5\n\n\\$6"),
        ("- a\n\n  ```\n  $5\n  ```\n- $6", "- a\n\n  ```\n  $5\n  ```\n- \\$6"),
        ("https://x.example/?a=$1 $2", r"https://x.example/?a=$1 \$2"),
        ("| a |\n|---|\n| $5 |", "| a |\n|---|\n| \\$5 |"),
    ],
)
def test_money_stays_money_and_code_stays_code(text, safe):
    assert escape_money(text) == safe


def test_many_backticks_take_little_time():
    assert escape_money("$" + "`a " * 50_000).startswith(r"\$")


def test_sources_are_numbered_links():
    parts = [
        {"kind": "source", "text": "Sé [do] Porto", "url": "https://porto.example/sé (1)?<b>"},
        {"kind": "source", "text": "Taxis for $5", "url": "https://taxi.example/"},
        {"kind": "memory", "text": "Vegetarian"},
    ]
    made = session_markdown(session("Open until nine.", parts=parts), zone=UTC).decode()

    html = MarkdownIt("commonmark").render(made[made.index("**Sources**") :])
    assert '<li><a href="https://porto.example/s%C3%A9(1)?%3Cb%3E">Sé [do] Porto</a></li>' in html
    assert '<li><a href="https://taxi.example/">Taxis for $5</a></li>' in html
    assert "Vegetarian" not in made


def test_money_beside_code_is_escaped():
    assert escape_money("`$1` $2 ``$3 ` $4`` $5 ```$6") == r"`$1` \$2 ``$3 ` $4`` \$5 ```\$6"
    assert escape_money("`$1\n\n$2`") == "`\\$1\n\n\\$2`"
    assert escape_money("`https://a` $1") == r"`https://a` \$1"


def test_only_models_that_wrote_a_reply_shown_are_named():
    by_hand = session("Gladly.", model=None)
    by_two = replace(
        by_hand,
        messages=[
            replace(
                one, model="demo/brief" if one.id == "2" else "demo/detailed" if one.role == "assistant" else None
            )
            for one in by_hand.messages
        ],
    )

    assert "Model" not in dict(by_hand.facts(UTC))
    assert dict(by_two.facts(UTC))["Model"] == "demo/detailed"
