"""What a claim puts between quotation marks stands word for word in a cited sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from bot.support.problem import Problem, ProblemKind, shown
from bot.support.words import fold

# Which marks can close a quotation that a mark opens.
_CLOSERS = {
    '"': '"”“＂',
    "“": '”"“',
    "”": '”"',
    "„": '“”"‟',
    "‟": '”"',
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "＂": '＂"',
    "〝": "〞〟",
    "❝": "❞",
    "「": "」",
    "『": "』",
}
_MARKS = re.compile(r"""["“”„‟«»‹›＂〝❝「『]|''|``|['‘`]""")
_APOSTROPHE = re.compile(r"['’]")
_INCHES = re.compile(r"\d['’′]\s?\d{1,2}$")
_ELIDED = re.compile(
    r"['‘](?:\d0s|\d\d\b|em\b|til\b|tis\b|twas\b|n['’]|cause\b|cos\b)", re.IGNORECASE
)
_ELLIPSIS = re.compile(r"\[\s?\.\.\.\s?\]|\(\s?\.\.\.\s?\)|\.\.\.\.?|\. \. \.")
_TAIL = " .,;:!?-"
_MOST = 50  # quotations in a claim, parts of one, readings of one; no sentence has as many


def quotation_problems(
    claim: str, cited: Sequence[str], headings: Sequence[str]
) -> Iterator[Problem]:
    """Quotations of the claim that no cited sentence and no heading holds verbatim."""
    found = list(islice(quotations(claim), _MOST + 1))
    if not found:
        return
    if len(found) > _MOST:
        yield Problem(ProblemKind.MISQUOTED, "it holds more quotations than can be checked")
        return
    # A quotation may run over adjacent sentences: they are searched joined, with their marks.
    sources = [_matchable(" ".join(cited)), *map(_matchable, headings)]
    for readings in found:
        if not any(_stands_in(reading, sources) for reading in readings):
            yield Problem(
                ProblemKind.MISQUOTED,
                f"no cited sentence holds the quotation “{shown(readings[0].strip())}”",
            )


def quotations(text: str) -> Iterator[tuple[str, ...]]:
    """What stands between quotation marks; a mark never closed quotes all that follows.

    More than one reading of a quotation where an apostrophe may be its end.
    """
    at = 0
    while found := _MARKS.search(text, at):
        mark, inside = found[0], found.end()
        if mark in ("'", "‘", "`"):
            readings, at = _single(text, found.start())
            if readings:
                yield readings
            continue
        if mark in ('"', "”") and _INCHES.search(text, max(0, found.start() - 6), found.start()):
            at = inside
            continue
        closers = {"''": "''", "``": "''"}.get(mark)
        end = text.find(closers, inside) if closers else _closed(text, inside, _CLOSERS[mark])
        if end < 0:
            yield (text[inside:],)
            return
        yield (text[inside:end],)
        at = end + (2 if closers else 1)


def _closed(text: str, start: int, closers: str) -> int:
    ends = [end for end in (text.find(closer, start) for closer in closers) if end >= 0]
    return min(ends, default=-1)


def _single(text: str, start: int) -> tuple[tuple[str, ...], int]:
    """Readings of what a single mark at `start` opens, and where to go on; none if it opens none.

    A mark after s and before a space may end a quotation or be a plural's: "the workers' strike".
    """
    inside = start + 1
    before = text[start - 1] if start else " "
    after = text[inside] if inside < len(text) else " "
    if before.isalnum() or after.isspace() or before in ".,!?;:)]" or _ELIDED.match(text, start):
        return (), inside
    doubtful: list[int] = []
    for at in _single_marks(text, inside):
        previous, following = text[at - 1], text[at + 1] if at + 1 < len(text) else " "
        if previous.isspace() and not following.isspace():
            break  # the next quotation opens
        if following.isalnum() or previous.isspace():
            continue
        if previous in "sS":
            doubtful.append(at)
            if len(doubtful) == _MOST:
                break
            continue
        return (text[inside:at],), at + 1
    if doubtful:
        return tuple(text[inside:at] for at in doubtful), doubtful[-1] + 1
    return (text[inside:],), len(text)


def _single_marks(text: str, start: int) -> Iterator[int]:
    return (found.start() for found in _APOSTROPHE.finditer(text, start))


def _stands_in(quotation: str, sources: Sequence[str]) -> bool:
    parts = [part.strip(_TAIL) for part in _ELLIPSIS.split(_matchable(quotation))]
    parts = [part for part in parts if any(map(str.isalnum, part))]
    return len(parts) <= _MOST and any(_in_order(parts, source) for source in sources)


def _in_order(parts: Sequence[str], source: str) -> bool:
    at = 0
    for part in parts:
        at = _whole(part, source, at)
        if at < 0:
            return False
    return True


def _whole(part: str, source: str, start: int) -> int:
    """Where `part` ends in `source` from `start` on, at word boundaries; -1 if nowhere.

    The first letter's case is free: a quotation may begin a sentence that the source does not.
    """
    ends = []
    for text in (part, part[0].swapcase() + part[1:]):
        at = source.find(text, start)
        while at >= 0 and not _bounded(source, at, at + len(text)):
            at = source.find(text, at + max(1, len(text) // 2))  # by steps: linear in any text
        if at >= 0:
            ends.append(at + len(text))
    return min(ends, default=-1)


def _bounded(source: str, start: int, end: int) -> bool:
    inner_start = start > 0 and source[start - 1].isalnum() and source[start].isalnum()
    inner_end = end < len(source) and source[end].isalnum() and source[end - 1].isalnum()
    return not (inner_start or inner_end)


def _matchable(text: str) -> str:
    """Folded, with every quotation mark the same and no space around dashes."""
    return re.sub(r" ?- ?", "-", fold(text).replace('"', "'")).replace("‹", "'").replace("›", "'")
