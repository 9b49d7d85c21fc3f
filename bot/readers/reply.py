"""Step 9. A model's reply -> sentences with the numbers that stand after them. Pure.

The reply comes in chunks of any size, and what is made of it does not depend on where they were
cut. A sentence is handed on only when nothing that can still come would change it, so a marker is
never seen by half: `[1`, `2]` is `[12]`.

    The council rejected the plan. [4][9] Two members left [10].
    -> "The council rejected the plan." (4, 9), "Two members left." (10,)

What is no part of the answer is taken out first: a `<think>` block at the beginning, the lines of
a code fence, Markdown's signs for bold and headings.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from bot.types import Lead
from retrieval.sentences import split_sentences

LONGEST_REPLY = 20_000  # characters that are read of one reply

# Deciding whether a sentence ends looks at most this far past its end: the splitter 80 characters,
# and a marker that is not complete yet up to 60 more.
_LOOK_AHEAD = 140
_RECHECK = 24  # characters that must have come before the reply is looked at again

_MARKER = re.compile(r"\s*[\[【] ?\d{1,5}(?: ?[,;–-] ?\d{1,5}){0,7} ?[\]】]")
_NUMBERS = re.compile(r"(\d+)(?: ?[–-] ?(\d+))?")
_THINKING = re.compile(r"\s*<(think|thinking|reasoning)>")
_MAY_BE_THINKING = re.compile(r"\s*(?:<[a-z]{0,9})?\Z")
_FENCE = re.compile(r"^[ \t]*```[\w-]{0,20}[ \t]*(?:\n|\Z)", re.M)
_SIGNS = re.compile(r"\*\*|__|^[ \t]*#{1,6}[ \t]+", re.M)
_BULLET = re.compile(r"(?:[-*•–]|\d{1,2}[.)])\s+")
_NO_ANSWER = re.compile(r"\W*no[ _-]?answer\W*\Z", re.I)
_WHOLE = re.compile(r"[.!?…][\"'”’»)\]]*\Z")
_LINE_END = re.compile(r" *\n")
_CLOSED = "\n\t"  # with the line's own end, a paragraph's end to the splitter
_WIDEST_RANGE = 20  # "[3-9]" names all of them; "[1-900]" names nothing


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of the reply, without its markers, and the numbers in them, in order."""

    text: str
    numbers: tuple[int, ...]
    lead: Lead


class ReplyParser:
    """Takes the chunks of one reply; gives its sentences as soon as they are certain."""

    def __init__(self) -> None:
        self._raw = ""
        self._looked_at = 0
        self._given = 0

    @property
    def full(self) -> bool:
        """Whether the reply is longer than any that is read."""
        return len(self._raw) >= LONGEST_REPLY

    def feed(self, chunk: str) -> list[Said]:
        """Take in a chunk; return the sentences that have become certain."""
        self._raw = (self._raw + chunk)[:LONGEST_REPLY]
        if len(self._raw) - self._looked_at < _RECHECK:
            return []
        self._looked_at = len(self._raw)
        return self._next(ended=False)

    def finish(self, *, broke_off: bool = False) -> list[Said]:
        """The remaining sentences. Of a reply that broke off, the last counts only if whole."""
        said = self._next(ended=True)
        if said and (broke_off or self.full) and not _is_whole(said[-1]):
            said.pop()
        return said

    def _next(self, *, ended: bool) -> list[Said]:
        text = _visible(self._raw, ended=ended)
        stripped, markers = _without_markers(text)
        spans = split_sentences(stripped)
        settled = len(spans)
        if not ended:
            certain_to = len(stripped.rstrip()) - _LOOK_AHEAD
            settled = bisect_left(spans, certain_to, key=lambda span: span.end)
        numbers: list[list[int]] = [[] for _ in spans]
        for place, found in markers:
            at = bisect_left(spans, place, key=lambda span: span.start) - 1
            if at >= 0:
                numbers[at] += found
        said = []
        for at in range(self._given, settled):
            between = stripped[spans[at - 1].end : spans[at].start] if at else ""
            said.append(_said(stripped[slice(*spans[at])], numbers[at], between))
        self._given = max(self._given, settled)
        return [one for one in said if any(c.isalnum() for c in one.text)]


def is_no_answer(text: str) -> bool:
    """Whether a sentence is the word that the prompt asks for when there is no answer.

    >>> is_no_answer("NO ANSWER."), is_no_answer("No answer was given.")
    (True, False)
    """
    return _NO_ANSWER.match(text) is not None


def _visible(raw: str, *, ended: bool) -> str:
    thinking = _THINKING.match(raw)
    if thinking:
        _, closed, rest = raw.partition(f"</{thinking[1]}>")
        raw = rest if closed else ""
    elif not ended and _MAY_BE_THINKING.match(raw):
        raw = ""
    return _SIGNS.sub("", _FENCE.sub("", raw)).replace("\t", " ")


def _without_markers(text: str) -> tuple[str, list[tuple[int, list[int]]]]:
    """The text without markers, and for each the offset where it stood and its numbers."""
    kept: list[str] = []
    markers: list[tuple[int, list[int]]] = []
    length = start = 0
    for match in _MARKER.finditer(text):
        kept.append(text[start : match.start()])
        length += match.start() - start
        markers.append((length, _numbers(match[0])))
        start = match.end()
        if _LINE_END.match(text, start):
            # What a marker closes is closed, full stop or not: list items often have none.
            kept.append(_CLOSED)
            length += len(_CLOSED)
    kept.append(text[start:])
    return "".join(kept), markers


def _numbers(marker: str) -> list[int]:
    found: list[int] = []
    for first, last in _NUMBERS.findall(marker):
        one, other = int(first), int(last or first)
        found += range(one, other + 1) if one <= other <= one + _WIDEST_RANGE else [one, other]
    return found


def _said(text: str, numbers: list[int], between: str) -> Said:
    bullet = _BULLET.match(text)
    lead: Lead = " "
    if bullet and bullet.end() < len(text):
        text, lead = text[bullet.end() :], "\n- "
    elif "\n" in between:
        lead = "\n\n"
    return Said(" ".join(text.split()), tuple(dict.fromkeys(numbers)), lead)


def _is_whole(said: Said) -> bool:
    return bool(said.numbers) and _WHOLE.search(said.text) is not None
