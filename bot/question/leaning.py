"""Step 8. Whether a question leans on an earlier one. English. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.question.mentions import mentions
from bot.question.words import (
    AUXILIARIES,
    EMPTY,
    HAPPEN,
    PARTS,
    PERSON_PRONOUNS,
    PLURAL_PRONOUNS,
    POINTERS,
    PREPOSITIONS,
    PRONOUNS,
    WH,
    Token,
    naming,
    tokens,
)

if TYPE_CHECKING:
    from bot.question.turns import Topic

_LEAN = re.compile(r"(?:and|but|or|what about|how about|what of)\b", re.IGNORECASE)
_MOST_LEANING = 3  # words that name something, in a question that begins like that
# "It" that stands for nothing.
_EMPTY_IT = re.compile(
    r"\b(?:is|was) it (?:true|possible|likely|legal|clear|known|safe|worth|right|that|raining|"
    r"snowing|cold|hot|too late)\b"
    r"|\b(?:does|did|will|would) it (?:take (?:to|for)|rain|snow|mean|matter)\b"
    r"|\bwhat time (?:is|was) it\b",
    re.IGNORECASE,
)
_THERE = re.compile(r"(?:is|are|was|were|has|have|had|will) there\b", re.IGNORECASE)


def leans_on_earlier(question: str) -> bool:
    """Whether a question plainly cannot stand alone: "And who else?", "Was he sentenced?"."""
    words = tokens(question)
    named = [w for w in words if w.bare not in EMPTY and w.low not in AUXILIARIES]
    if _LEAN.match(question):
        return len(named) <= _MOST_LEANING
    if not words or not named:
        return bool(words)
    return len(named) == 1 and not named[0].capital and bool(dangling(question))


def is_bare(question: str) -> bool:
    """Whether a question has but question words, pronouns, "say", "happen": "Why was that?"."""
    return all(word.bare in EMPTY | HAPPEN or word.low in AUXILIARIES for word in tokens(question))


def dangling(question: str) -> list[Token]:
    """The pronouns of a question that nothing in the question itself explains.

    >>> [token.text for token in dangling("What did she say about it?")]
    ['she', 'it']
    >>> dangling("Why did the mayor say she would resign?")
    []
    """
    words = tokens(question)
    found = []
    for at, word in enumerate(words):
        last, after_auxiliary = at == len(words) - 1, at and words[at - 1].low in AUXILIARIES
        if word.low in PRONOUNS:
            dangles = not _explained(question, words, at)
        else:
            dangles = (last and word.low in {"that", "this", "there"}) or bool(
                after_auxiliary and word.low in {"that", "this"}
            )
        if dangles:
            found.append(word)
    return found


def _explained(question: str, words: list[Token], at: int) -> bool:
    """Whether what stands before the pronoun, or nothing at all, is what it means."""
    word = words[at]
    if word.low == "it" and _EMPTY_IT.search(question):
        return True
    before = [m for m in mentions(question) if m.end <= word.start]
    owned = [m for m in before if words[at].start >= m.end and not _is_possessive(m.text)]
    if word.low in PERSON_PRONOUNS | PLURAL_PRONOUNS and any(m.is_name for m in owned):
        return not (at == len(words) - 1 and word.low in {"them", "him", "her"})
    if owned:
        return not (at == len(words) - 1 and word.low in {"it", "them", "him", "her"})
    if word.low in PLURAL_PRONOUNS and words[0].low in {"which", "what", "how"}:
        # "Which unions said they would strike?", and not "How many did they count?"
        return words[at - 1].low not in AUXILIARIES and bool(naming(words[1:at]))
    return False


def _is_possessive(text: str) -> bool:
    return text.split(" ", maxsplit=1)[0].lower() in {"its", "their", "his", "her"}


def is_part(question: str, topic: Topic) -> bool:
    """Whether a question without a name asks for a part of something: "Who won?", "The toll?"."""
    words = tokens(question)
    own = [word.bare for word in naming(words) if word.low not in POINTERS]
    if any(word.low in PRONOUNS for word in words):
        return False  # it explains itself, or the rule for pronouns would have taken it
    first = [word.low for word in words[:2]]
    if first and first[0] in PREPOSITIONS:
        del first[0]
    phrases = [m for m in mentions(question) if not m.inner]
    if not first or first[0] not in WH | AUXILIARIES | {"any"} or len(phrases) > 1 or len(own) > 3:
        return False
    if len(own) <= 1 or _THERE.match(question) or not phrases:
        return len(own) <= 1 or bool(_THERE.match(question)) or topic.knows(own)
    head = [t.bare for t in tokens(phrases[0].text) if t.bare not in EMPTY]
    return bool(head) and (head[-1] in PARTS or topic.knows(head[-1:]))
