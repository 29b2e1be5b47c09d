"""What to remember of a message: short third-person statements from what people say about themselves."""

import re

from emulator.demo.words import NUMBERS

MAX_FACTS = 5
READ_CHARS = 6000

_DIET = (
    r"vegetarian|vegan|pesc[ae]tarian|gluten[- ]free|lactose[- ]intolerant|coeliac|celiac|kosher|halal"
    r"|teetotal|diabetic"
)
_RELATIVE = (
    r"wife|husband|partner|girlfriend|boyfriend|son|daughter|mother|father|mum|mom|dad|kids"
    r"|children|sister|brother|family"
)
_COUNT = rf"(?:\d{{1,2}}|{'|'.join(word for word in NUMBERS if word.isascii() and len(word) > 2)}|a|an)"
_NAME = r"[A-ZÀ-ÖØ-ÞŁŚŻ][\w'’-]+(?: [A-ZÀ-ÖØ-ÞŁŚŻ][\w'’-]+){0,2}"
_END = r"(?=$|[,;:]| (?:and|but|so|because|since|when|who|which|with|for)\b)"
_END_LIST = r"(?=$|[,;:]| and (?:I|my|we)\b| (?:but|so|because|since|when|with|for)\b)"
_NOT_THIS = r"(?!(?:it|this|that|these|those|them|you|your|the|how|when|what|to|him|her|if)\b)"
_I = r"\b(?:I|i)"
_AM = rf"{_I}(?: am|['’]?m)"
_SOFT = r"(?: (?:also|really|usually|always|often|generally|mostly|normally|personally|just))?"

# Each rule: what somebody says, and what to remember; groups are put in as they were written.
_RULES: tuple[tuple[str, str], ...] = (
    (rf"{_AM}{_SOFT} (?:a |an )?(not|no longer)(?: a| an)? ({_DIET})\b", "Is {0} {1}"),
    (rf"{_AM}{_SOFT} (?:a |an )?(?:strict )?({_DIET})\b", "Is {0}"),
    (rf"\b[Ww]e(?: are|['’]re)(?: both| all)? ({_DIET})s?\b", "Travels in a group that is {0}"),
    (rf"\b[Mm]y ({_RELATIVE}) (is|are) (?:a |an )?({_DIET})s?\b", "{0} {1} {2}"),
    (rf"{_I} (?:eat|need|want|keep|only eat) (?:only )?({_DIET})\b(?: food| meals)?", "Eats {0}"),
    (rf"{_I} (?:do not|don['’]t|never) (eat|drink) ([\w -]{{2,30}}?){_END}", "Does not {0} {1}"),
    (rf"{_AM} allergic to (.{{2,60}}?)(?=$|[;.]| but\b|, (?:so|and (?:I|my|we))\b| and (?:I|my"
        rf"|we)\b)", "Is allergic to {0}"),
    (rf"{_I} have an? ([\w ]{{2,20}}) allergy", "Is allergic to {0}"),
    (rf"\b[Mm]y ({_RELATIVE}) (is|are) allergic to ([\w -]{{2,40}}?){_END_LIST}", "{0} {1} allergic to {2}"),
    (rf"\b[Mm]y name(?: is|['’]s) ({_NAME})", "Is called {0}"),
    (rf"\b(?:[Cc]all me|{_AM} called) ({_NAME})", "Is called {0}"),
    (rf"(?:{_I}|[Ww]e) (?:live|am based|are based|reside) (?:in|near) ({_NAME})", "Lives in {0}"),
    (rf"{_AM} (?:from|based in) ({_NAME})", "Is from {0}"),
    (rf"\b(?:[Mm]y|[Oo]ur) home airport is ({_NAME}|[A-Z]{{3}})", "Flies from {0}"),
    (rf"(?:{_I}|[Ww]e){_SOFT} fly (?:out of|from) ({_NAME}|[A-Z]{{3}})", "Flies from {0}"),
    (rf"(?:{_I}|[Ww]e)(?: have|['’]ve got) ({_COUNT}) ((?:\w+ )?(?:kids?|children|child|sons?|daughters?"
        rf"|toddlers?|bab(?:y|ies)))"
     r"((?:,? (?:aged?|who are) [\d ,and]{1,20}\d)?)", "Has {0} {1}{2}"),
    (r"\b(?:[Mm]y|[Oo]ur) (?:usual |normal |typical )?(?:travel )?budget is (?:usually |always |about "
        r"|around )*([^,;]{2,40}?)"
     r"(?=$|[,;]| (?:but|so|and)\b)", "Usual budget: {0}"),
    (rf"{_I} (?:usually|normally|never|always) spend (?:about |around |more than "
        rf"|up to )*([^,;]{{2,40}}?){_END}", "Usually spends {0}"),
    (rf"{_I}{_SOFT} (?:hate|dislike|can['’]t stand|cannot stand|do not like"
        rf"|don['’]t like) {_NOT_THIS}(.{{2,50}}?){_END_LIST}", "Dislikes {0}"),
    (rf"{_AM}{_SOFT} (?:scared|afraid|terrified) of ([\w ]{{3,30}}?){_END}", "Is afraid of {0}"),
    (rf"(?:{_I}|[Ww]e){_SOFT} (?:prefer|favou?r) {_NOT_THIS}(.{{3,60}}?){_END_LIST}", "Prefers {0}"),
    (rf"(?:{_I}|[Ww]e){_SOFT} (?:fly with|stay at|stay in|travel with) ({_NAME})", "Likes {0}"),
    (rf"\b[Mm]y favou?rite (airline|hotel chain|hotel|city|food|country|seat) is ({_NAME}"
        rf"|[\w ]{{3,30}}?){_END}", "Favourite {0}: {1}"),
    (rf"{_I}{_SOFT} (?:love|adore|really like) {_NOT_THIS}([\w -]{{3,40}}?){_END_LIST}", "Loves {0}"),
    (rf"{_I} (?:use|need|am in|travel in) a wheelchair", "Uses a wheelchair"),
    (rf"\b[Mm]y ({_RELATIVE}) (?:uses?|needs?|is in) a wheelchair", "{0} uses a wheelchair"),
    (rf"{_I} (?:can['’]?t|cannot) (walk far|climb stairs|manage stairs|walk long distances)", "Cannot {0}"),
    (rf"{_I} have (bad knees|a bad knee|a bad back|limited mobility)", "Has {0}"),
    (rf"{_AM}{_SOFT} (?:a |an )?(early riser|night owl|slow traveller|slow traveler|nervous flyer)\b", "Is a {0}"),
)  # fmt: skip

_ASKED_TO = re.compile(r"\s*(?:please )?(?:remember|note)(?: that|:) (.{3,})", re.I)
_QUESTION_START = re.compile(
    r"\s*(?:what|which|how|where|when|who|why|can|could|should|would|will|do|does|is|are|am|if|suppose|imagine)\b",
    re.I,
)


def extract_facts(text: str) -> list[str]:
    """At most five statements such as ``Is vegetarian``; none from questions, none twice."""
    facts: list[str] = []
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", text[:READ_CHARS]):
        if sentence.rstrip().endswith("?") or _QUESTION_START.match(sentence):
            continue
        clean = sentence.strip().rstrip(".!")
        before = len(facts)
        for pattern, template in _RULES:
            for match in re.finditer(pattern, clean):
                fact = _tidy(template.format(*(group or "" for group in match.groups())))
                if fact.casefold() not in (known.casefold() for known in facts):
                    facts.append(fact)
        if len(facts) == before and (asked := _ASKED_TO.match(clean)):  # nothing better to make of it
            facts.append(_tidy(asked[1]))
    return _without_contradictions(facts)[:MAX_FACTS]


def _tidy(fact: str) -> str:
    fact = re.sub(r"[\x00-\x1f\x7f]+", " ", fact)
    fact = re.sub(r"\s+", " ", fact).strip(" ,;")
    for plain, article in (("early riser", "an early riser"),):
        fact = fact.replace(f"a {plain}", article)
    return fact[:1].upper() + fact[1:120]


def _without_contradictions(facts: list[str]) -> list[str]:
    """Drop repetitions: "Prefers trains" and "Loves trains" say the same; the first one stays."""
    seen: set[str] = set()
    kept = []
    for fact in facts:
        core = re.sub(r"^(?:Prefers|Loves|Likes) ", "", fact).casefold()
        if core not in seen:
            kept.append(fact)
        seen.add(core)
    return kept
