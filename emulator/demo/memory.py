"""What to remember of a message: short statements about whoever says it, and which of them matter to a trip."""

import functools
import re
from collections.abc import Sequence

from emulator.demo.line import WORDS

MAX_FACTS, READ_CHARS = 5, 4_000
_KIN: list[str] = WORDS["macros"]["KIN"].split("|")
_QUOTED = re.compile(r"^>[^\n]*", re.MULTILINE)  # what somebody else said
_ASKED_TO = re.compile(r"\s{0,9}(?:[Pp]lease )?(?:[Rr]emember|[Nn]ote)(?: that|:) ([^\n]{3,200})")
_ASKS = re.compile(rf"\s{{0,9}}(?:{WORDS['memory']['questions']})\b", re.I)
_VERBS: dict[str, str] = WORDS["memory"]["verbs"]


@functools.cache
def _rules() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), fact) for pattern, fact in WORDS["memory"]["rules"]]


def extract_facts(text: str) -> list[str]:
    """At most five statements such as ``Is vegetarian``; none from questions or quotes, none twice."""
    facts: dict[str, str] = {}
    for sentence in re.split(r"(?<=[.!?])\s|\n", _QUOTED.sub("", text[:READ_CHARS])):
        clean = sentence.strip().rstrip(".!")
        if not clean or clean.endswith("?") or _ASKS.match(clean):
            continue
        found = [fact.format(*match.groups()) for pattern, fact in _rules() for match in pattern.finditer(clean)]
        asked = _ASKED_TO.match(clean)
        for fact in found or ([asked[1]] if asked else []):
            tidy = " ".join(re.sub(r"[\x00-\x1f\x7f]+", " ", fact).split()).strip(" ,;")
            facts.setdefault(re.sub(r"^(?:Prefers|Loves) ", "", tidy).casefold(), tidy[:1].upper() + tidy[1:120])
    return list(facts.values())[:MAX_FACTS]


def addressed(fact: str) -> str:
    """A remembered statement said to the person: "Is vegetarian" becomes "you are vegetarian"."""
    first, _, rest = fact.partition(" ")
    return f"you {_VERBS[first]} {rest}" if first in _VERBS else fact


def matters(memory: str, lines: Sequence[str]) -> bool:
    """Whether a memory is about whoever writes, or about somebody whom the conversation names."""
    first, talked = memory.partition(" ")[0], " ".join(lines)
    if re.search(r"\b(?:no longer|not) ", memory):
        return False
    names = [one for one in re.findall(r"[^\W\d_]{3,40}", memory) if one[0].isupper() and one not in ("Mrs", "The")]
    related = first.lower() in _KIN and first.lower() in talked.lower().split()
    return first in _VERBS or related or any(name in talked for name in names)
