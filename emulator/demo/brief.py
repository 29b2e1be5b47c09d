"""The brief way of answering: a plan on a few lines."""

import re

_DAY = re.compile(r"Day [0-9]")
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")


def shortened(text: str) -> str:
    """Return a plan's heading and first words, a line for each day, the total and the last question.

    What is no plan day by day is returned as it is.
    """
    opening, *sections = text.split("\n### ")
    days = [_day(section) for section in sections if _DAY.match(section)]
    if not days:
        return text
    lines = text.split("\n")
    totals = [_BOLD.findall(line)[1:] for line in lines if line.startswith("| **Total**")]
    questions = [line.removeprefix("- ") for line in lines if line.endswith("?")]
    ending = [f"**Total:** {total}" for found in totals[-1:] for total in found[-1:]] + questions[-1:]
    return "\n\n".join([opening.strip(), "\n".join(days), *ending])


def _day(section: str) -> str:
    heading, _, plan = section.partition("\n")
    names = [bold for bold in _BOLD.findall(plan) if not bold.endswith(":")]
    return f"- **{heading}:** {', '.join(names)}" if names else f"- **{heading}**"
