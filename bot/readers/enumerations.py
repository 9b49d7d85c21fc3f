"""Step 9. The other sentences of an enumeration that one sentence belongs to. English. Pure.

"The second is the failure of the warning system." is a third of an answer, and "Three promises
persuaded her." only announces one. Where a sentence counts off, its neighbours are shown with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.readers.paragraphs import in_one_paragraph
from retrieval.types import Span

_ORDINALS = {
    word: number
    for number, word in enumerate("first second third fourth fifth sixth".split(), start=1)
}
_NUMBERS = {word: number for number, word in enumerate("two three four five six".split(), start=2)}
# "The third is …", "The fourth, Silas Quenby, …": of what, the sentences before have said.
_COUNTED = re.compile(
    rf"[\"“]?(?:and |but )?the (?P<which>{'|'.join(_ORDINALS)}|others?|last|rest)"
    r"(?:,| (?:is|was|are|were|will|would|has|had|of|concerns|concerned|to|being)\b"
    rf"| (?:{'|'.join(_NUMBERS)}) (?:is|was|are|were)\b)",
    re.IGNORECASE,
)
_ANNOUNCED = re.compile(
    rf"\b(?P<count>{'|'.join(_NUMBERS)}) (?:(?!of\b)[\w’'-]+ )?[\w’'-]+s\b", re.IGNORECASE
)
# "Two of the sirens had no power. … The other three were in order." is told in parts.
_PART = re.compile(
    rf"[\"“]?(?:one|{'|'.join(_NUMBERS)}|some|half|most) of "
    r"(?:the|its|his|her|their|these|those)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"[\"“]?(?:and |but )?the (?:rest|remaining|others?)\b(?! (?:day|side|hand|way)\b)",
    re.IGNORECASE,
)
_APART = 4  # sentences from one part to the next
_SHORT = 9  # words: what is longer says more than that something follows
_MOST = 6  # sentences


def enumeration(text: str, sentences: Sequence[Span], index: int, *, several: bool) -> list[int]:
    """Indices of the sentences that count off together with sentence `index`, itself included.

    `sentences` are spans of `text`, in order. `several`: the question asks for several things, so
    that what a sentence only announces is wanted as well. No paragraph's end is crossed, but after
    an announcement.
    """
    said = [text[slice(*span)] for span in sentences]
    if several and (announced := _announced(said[index])):
        return list(range(index, min(index + 1 + announced, len(said))))
    if (other := _other_part(said, text, sentences, index)) is not None:
        return sorted((index, other))
    first = last = index
    while (
        last + 1 < len(said)
        and _counted(said[last + 1])
        and in_one_paragraph(text, *sentences[last : last + 2])
    ):
        last += 1
    number = _counted(said[first]) or _counted(said[last])
    if not number:
        return [index]
    while first and number > 1 and in_one_paragraph(text, *sentences[first - 1 : first + 1]):
        first -= 1
        number = _counted(said[first]) or number - 1
    return list(range(first, last + 1)) if last - first < _MOST else [index]


def _other_part(
    said: Sequence[str], text: str, sentences: Sequence[Span], index: int
) -> int | None:
    """The sentence of the paragraph that tells of the other part; None if there is none."""
    ahead = bool(_PART.match(said[index]))
    if not ahead and not _OTHERS.match(said[index]):
        return None
    if ahead:
        places = range(index + 1, min(index + 1 + _APART, len(said)))
    else:
        places = range(index - 1, max(index - 1 - _APART, -1), -1)
    pattern = _OTHERS if ahead else _PART
    for place in places:
        low, high = sorted((index, place))
        if not in_one_paragraph(text, sentences[low], sentences[high]):
            return None
        if pattern.match(said[place]):
            return place
    return None


def _counted(sentence: str) -> int:
    """The place in an enumeration that the sentence names; 0 if it names none."""
    found = _COUNTED.match(sentence)
    return _ORDINALS.get(found["which"].lower(), 2) if found else 0


def _announced(sentence: str) -> int:
    """How many things a short sentence announces; 0 if it announces none."""
    found = _ANNOUNCED.search(sentence)
    if found is None or len(sentence.split()) > _SHORT:
        return 0
    return _NUMBERS[found["count"].lower()]
