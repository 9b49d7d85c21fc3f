"""Step 8. A follow-up -> a question that stands alone, by rule. English. Pure."""

from __future__ import annotations

import re

# Words that name nothing. A question of these alone has no subject of its own.
_EMPTY_WORDS = frozenset(
    "a about again also an and any anybody anyone anything are as at be been but by can could did "
    "do does else ever exactly for from had has have he her hers him his how i if in into is it "
    "its just me more most much many my no not of off on one or other others our please really "
    "say said says she should so some someone something tell than that the their theirs them then "
    "there these they this those though to too us was we well were what when where which who "
    "whom whose why will with would yes you".split()
)
_LEAN = re.compile(r"(?:and|but|or|what about|how about|what of)\b", re.IGNORECASE)
_MOST_LEANING = 3  # words that name something, in a question that begins like that


def leans_on_earlier(question: str) -> bool:
    """Whether a question plainly cannot stand alone: "And who else?", "Why did he say that?"."""
    words = re.findall(r"[\w'’-]+", question.lower())
    naming = [word for word in words if word.split("'")[0].split("’")[0] not in _EMPTY_WORDS]
    if _LEAN.match(question):
        return len(naming) <= _MOST_LEANING
    return bool(words) and not naming
