"""The brief way of answering: the same plan on a few lines."""

import pytest

from emulator.conversation import Turn
from emulator.demo.answer import answer
from emulator.demo.brief import shortened
from services.replies.titles import PROMPT

PLAN = """## 2 days in Lisbon

About **$400** for two.

### Day 1: Belém

- **Morning:** 9:30–11:00 **MAAT** (about €11); then **Belém Tower**.

### Day 2: Day trip to Sintra

- **Daytime:** palaces and gardens.

### What it costs

| What | How reckoned | USD |
| --- | --- | ---: |
| Hotel | 1 room | $300 |
| **Total** | without flights | **$400** |

### Next

- Are they hungry?
- What do they enjoy most?

You can also say "cheaper"."""


def ask(text: str, style: str, system_prompt: str | None = None) -> str:
    history = [Turn("user", text)]
    return answer(
        history, memories=[], tools=[], system_prompt=system_prompt, tool_outputs=None, documents=(), style=style
    ).text


def test_plan_becomes_a_line_for_each_day_with_the_total_and_the_last_question():
    assert shortened(PLAN).split("\n\n") == [
        "## 2 days in Lisbon",
        "About **$400** for two.",
        "- **Day 1: Belém:** MAAT, Belém Tower\n- **Day 2: Day trip to Sintra**",
        "**Total:** $400",
        "What do they enjoy most?",
    ]


@pytest.mark.parametrize("text", ["Hello. Where to?", "## Rome or Athens\n\n### Costs\n\n- Rome", ""])
def test_what_is_no_plan_day_by_day_stays_as_it_is(text):
    assert shortened(text) == text


def test_demo_plans_the_same_days_briefly_and_in_detail():
    detailed, brief = (ask("3 days in Lisbon in May", style) for style in ("detailed", "brief"))

    assert [line for line in detailed.split("\n") if line.startswith("### Day")] == [
        f"### {line[4:].partition(':**')[0].rstrip('*')}" for line in brief.split("\n") if line.startswith("- **Day")
    ]
    assert len(brief) < len(detailed) / 2
    assert "**Total:** $" in brief


def test_title_is_the_same_from_either():
    asked = "Planner: 3 days in Vienna\n\nAssistant: Here is a plan."

    assert ask(asked, "brief", PROMPT) == ask(asked, "detailed", PROMPT) == "3 days in Vienna"
