"""Step 9. What kind of answer a question asks for, and whether a sentence holds one. Pure.

English question words only. A question of unknown form is `OTHER`, for which nothing is required
of a sentence but that it is about the question.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Asks(StrEnum):
    """The kind of thing that answers a question."""

    PERSON = "person"
    DEFINITION = "definition"  # who or what somebody or something is
    TIME = "time"
    PLACE = "place"
    NUMBER = "number"
    LIST = "list"  # several names or things
    REASON = "reason"
    YES_NO = "yes_no"
    OTHER = "other"


_AUXILIARY = (
    r"(?:did|do|does|is|are|was|were|will|would|has|have|had|can|could|should|may|might|must|am)"
)
_NUMBER_NOUN = (
    r"(?:percentage|percent|share|proportion|number|amount|total|sum|price|cost|value|margin|score|"
    r"size|population|rate|turnout|attendance|salary|fee|fine|age|length|height|depth|level)"
)
_TIME_NOUN = r"(?:date|day|month|year|time|week|hour|season|decade|century)"
_PLACE_NOUN = r"(?:city|town|place|venue|stadium|village|location|address|port|region|province)"
_PERSON_NOUN = (
    r"(?:person|man|woman|minister|president|official|officer|player|judge|mayor|director|"
    r"chairman|chief|leader|head|spokesman|spokeswoman|candidate|politician|ambassador|manager)"
)
_SINGULAR_S = frozenset(
    "this was is has does its business process crisis news series status bus gas species politics "
    "basis boss class press address access progress success loss cross virus campus".split()
)
# The first rule that matches decides.
_RULES: tuple[tuple[Asks, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (Asks.NUMBER, r"\bhow (?:many|much|old|tall|big|large|long|far|fast|high|deep|often)\b"),
        (Asks.YES_NO, rf"^{_AUXILIARY}\b"),
        (Asks.TIME, rf"\b(?:when|(?:what|which) {_TIME_NOUN})\b"),
        (Asks.NUMBER, rf"\b(?:what|which) (?:\w+ )?{_NUMBER_NOUN}\b"),
        (Asks.PLACE, rf"\b(?:where|(?:what|which) {_PLACE_NOUN})\b"),
        (Asks.REASON, r"\b(?:why|what (?:caused|led to|prompted)|for what reason|how come)\b"),
        (
            Asks.DEFINITION,
            r"^who (?:is|was) (?:the )?(?-i:[A-Z])[\w.'’-]*(?: (?-i:[A-Z])[\w.'’-]*)*\?*$",
        ),
        (Asks.PERSON, rf"\b(?:who|whom|whose|(?:what|which) {_PERSON_NOUN})\b"),
    )
)
_PLURAL_ASKED = re.compile(
    r"^(?:(?:in|by|to|from|for|with|on|at) )?(?:which|what|name|list)(?: (?:are|were|all|the|of))*"
    r"(?: (?:two|three|four|five|other|\w+))?? (\w+s|people|children|men|women)\b",
    re.IGNORECASE,
)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|"
    r"thousands?|millions?|billions?|half|third|quarter|no|none|twenty|thirty|forty|fifty|"
    r"sixty|seventy|eighty|ninety|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
)
_HOLDS: dict[Asks, re.Pattern[str]] = {
    Asks.TIME: re.compile(
        rf"\b(?:{_MONTH}\.? \d|\d{{1,2}} {_MONTH}|{_MONTH}|{_DAY}|(?:1[5-9]|20)\d\d|today|tomorrow|"
        r"yesterday|(?:last|next|this) (?:week|month|year|night|spring|summer|autumn|winter)|"
        r"\d{1,2}(?::\d\d)? ?[ap]\.?m|midnight|noon|dawn|(?:hours?|days?|weeks?|months?|years?))\b",
        re.IGNORECASE,
    ),
    Asks.NUMBER: re.compile(rf"\d|\b{_NUMBER_WORD}\b", re.IGNORECASE),
    Asks.REASON: re.compile(
        r"\b(?:because|due to|owing to|citing|blam\w+|since|over|after|caused?|so that|in order|"
        r"to (?:avoid|protest|prevent|protect|show)|reason|as a result|following|amid|given)\b",
        re.IGNORECASE,
    ),
    Asks.PLACE: re.compile(
        r"\b(?:in|at|near|outside|from|to|on|off|across|along)\s+(?:the\s+)?[A-Z]"
    ),
}
_NAME = re.compile(r"\b[A-Z][\w’'-]+(?:\s+(?:of|the|and|de|van|von|al)?\s*[A-Z][\w’'-]+)*")


def classify(question: str) -> Asks:
    """The kind of answer that `question` asks for.

    >>> classify("How many people joined?")
    <Asks.NUMBER: 'number'>
    """
    text = question.strip()
    kind = next((kind for kind, pattern in _RULES if pattern.search(text)), Asks.OTHER)
    several = kind in (Asks.OTHER, Asks.PERSON, Asks.DEFINITION) and asks_for_several(text)
    return Asks.LIST if several else kind


def asks_for_several(question: str) -> bool:
    """Whether the question asks for several things: "Which countries …", "Who are the …"."""
    match = _PLURAL_ASKED.search(question)
    if match is None:
        return bool(re.match(r"who (?:are|were)\b(?! \w+\?*$)", question, re.IGNORECASE))
    return match.group(1).lower() not in _SINGULAR_S


def names_in(text: str) -> list[str]:
    """Runs of capitalised words, in order. The first word of a sentence counts as one."""
    return [match.group() for match in _NAME.finditer(text)]


def holds(kind: Asks, sentence: str, question: str) -> bool:
    """Whether `sentence` holds something of the kind asked for that the question does not name."""
    if kind in (Asks.PERSON, Asks.LIST):
        asked = question.lower()
        return any(
            word.lower() not in asked for name in names_in(sentence[1:]) for word in name.split()
        )
    pattern = _HOLDS.get(kind)
    return pattern is None or pattern.search(sentence) is not None
