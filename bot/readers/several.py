"""Step 9. Whether a question asks for several things: "Which countries …". English. Pure."""

from __future__ import annotations

import re

from bot.question.verbs import is_verb

_LEAD = (
    r"^(?:(?:in|by|to|from|for|with|on|at|over) )?"
    r"(?:which|what|whose|name|list)(?: (?:are|were|all|the|of|some|other|else))*"
)
_PLURAL = re.compile(
    # Up to two words, neither a verb nor a preposition nor an article, then a plural with a verb or
    # a preposition behind it, so that "Which sports reporter …" is not taken for one.
    _LEAD + r"(?: (?!(?:do|does|did|was|were|is|are|has|had|have|will|would|can|could|of|for|to|in|"
    r"that|said|made|may|wants|the|an?|his|her|its|their|any|one|\w+ed)\b)[\w’-]+)"
    r"{0,2}? (?P<noun>\w+s|people|children|men|women)\b ?(?P<next>[\w’-]*)(?= (?P<after>\S)|)",
    re.IGNORECASE,
)
_BEHIND = frozenset(
    "do did had have were are will would can could may must might should of in from and with who "
    "than on at against between among under since to by about besides also still".split()
)
_COUNTED = re.compile(
    _LEAD + r"(?: [\w'’-]+)? (?:two|three|four|five|six|seven|several|both)\b", re.IGNORECASE
)
_OTHER = re.compile(
    r"^who(?: are| were) (?:the|all|its|their)\b|^(?:who|whom|what|where) (?:all|else|other)\b|"
    r"^besides\b|\bin each of\b|,? and (?:for |by |at |on |in )?(?:who|what|when|where|why|how)\b",
    re.IGNORECASE,
)
# They end in s, and are one thing or no noun.
_ONE_THING = frozenset(
    "has does was its this news series gas species yes means words grounds texas kansas illinois "
    "massachusetts arkansas angeles measles headquarters applies becomes belongs happens lies "
    "remains speaks stands".split()
)
_SINGULAR_ENDINGS = ("ss", "us", "is", "cs")


def asks_for_several(question: str) -> bool:
    """Whether `question` asks for several things.

    >>> asks_for_several("Which countries joined the boycott?")
    True
    >>> asks_for_several("What was the price?")
    False
    """
    question = question.strip()
    if _COUNTED.match(question) or _OTHER.search(question):
        return True
    match = _PLURAL.match(question)
    if match is None:
        return False
    noun, behind = match["noun"].lower(), match["next"].lower()
    if noun in _ONE_THING or noun.endswith(_SINGULAR_ENDINGS):
        return False
    named = behind == "was" and (match["after"] or "").isupper()  # "What grounds was Marlock …?"
    return not behind or behind in _BEHIND or is_verb(behind) or named
