"""Step 8. A follow-up -> a question that stands alone, by rule. English. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.question.leaning import leans_on_earlier
from bot.question.mentions import mentions
from bot.question.rules import FollowUp, rewrite
from bot.question.turns import Topic, Turn
from bot.question.words import CONJUNCTIONS, naming, tokens

_LONGEST = 300  # characters; a question that is longer by itself carries nothing over


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that stands alone; `carried` is what it took over from earlier turns."""

    text: str
    rewritten: bool
    carried: tuple[str, ...]


def standalone_by_rule(question: str, turns: Sequence[Turn]) -> Standalone | None:
    """What a question asks when it is read after `turns`, oldest first.

    One that stands alone comes back as it is, whatever came before; a rewritten one has at most
    300 characters. None: it leans on something earlier, and there is nothing to lean on.
    """
    topic = Topic(turns)
    if not topic:
        return None if leans_on_earlier(question) else Standalone(question, False, ())
    asked, conjunction = _stripped(question)
    follows = bool(tokens(asked)) and len(asked) < _LONGEST
    text = rewrite(FollowUp(asked, conjunction, topic)) if follows else None
    if text is None:
        return Standalone(question, False, ())
    text = _shortened(" ".join(text.split()), asked)
    return Standalone(f"{text[:1].upper()}{text[1:]}?", True, _carried(text, asked))


def _stripped(question: str) -> tuple[str, bool]:
    """The question without its mark and the "and" before it; whether there was one."""
    text = " ".join(question.split()).rstrip("?!. ")
    first = re.match(r"(\w+)[ ,]+(?=\w)", text)
    if first and first[1].lower() in CONJUNCTIONS:
        return text[first.end() :], True
    return text, False


def _shortened(text: str, asked: str) -> str:
    """Less than `_LONGEST` characters: what is carried over gives way."""
    if len(text) < _LONGEST:
        return text
    room = _LONGEST - len(asked) - 4
    return f"{text[:room].rsplit(' ', 1)[0]}: {asked}" if room > 20 else asked


def _carried(text: str, asked: str) -> tuple[str, ...]:
    """The names of the new question that were not in the old, or else its new words."""
    names = [m.text for m in mentions(text) if m.is_name and m.text.lower() not in asked.lower()]
    own = {word.bare for word in tokens(asked)}
    words = [word.text for word in naming(tokens(text)) if word.bare not in own]
    return tuple(dict.fromkeys(names or words))
