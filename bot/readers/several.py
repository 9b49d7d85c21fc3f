"""Step 9. Whether a question asks for several things: "Which countries …". English. Pure."""

from __future__ import annotations

import re

_SEVERAL = re.compile(
    r"^(?:(?:in|by|to|from|for|with|on|at) )?"
    r"(?:(?:which|what|name|list)(?: (?:are|were|all|the|of))*(?: [\w-]+)??"
    r" (?P<noun>\w+s|people|children|men|women)\b"
    r"|who (?:are|were) (?:the|all|its|their)\b|who all\b|who else\b)",
    re.IGNORECASE,
)
# They end in s, and are one thing or no noun.
_ONE_THING = frozenset(
    "was is has does its this business process crisis news series status bus gas species politics "
    "basis boss class press address access progress success loss cross virus campus yes".split()
)


def asks_for_several(question: str) -> bool:
    """Whether `question` asks for several things.

    >>> asks_for_several("Which countries joined the boycott?")
    True
    >>> asks_for_several("What was the price?")
    False
    """
    match = _SEVERAL.match(question.strip())
    if match is None:
        return False
    noun = match["noun"]
    return noun is None or noun.lower() not in _ONE_THING
