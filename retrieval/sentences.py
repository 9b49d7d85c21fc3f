"""Step 2a. Article text -> sentence spans.

A rule-based splitter for news prose. It never changes the text: it returns spans, and every
character outside them is white space. It does not judge what a sentence says.

A paragraph break (a blank line) always ends a sentence. Inside a paragraph a sentence ends at
terminal punctuation, with any closing quotes, before something that can begin a sentence, unless
the full stop belongs to an abbreviation, an initial or a number.
"""

from __future__ import annotations

import re

from retrieval.types import Span

# A full stop after these does not end a sentence.
_TITLES = frozenset(
    "mr mrs ms mx dr prof sr st gen lt col sgt capt maj cmdr adm gov sen rep hon pres rev fr msgr "
    "amb supt insp det ald messrs mme mlle no nos vs fig vol pp approx dept est cf al ca art sec "
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun "
    "ft mt bros e.g i.e viz univ".split()
)
# A full stop after these ends a sentence only before a word that usually begins one.
_MAY_END = frozenset(
    "u.s u.k u.n e.u d.c u.s.a u.a.e p.m a.m inc ltd co corp plc jr etc ph.d b.c a.d llc".split()
)
_STARTERS = frozenset(
    "the a an in on at it he she they we i you but and this that these those however meanwhile "
    "according after before as for its his her their there when while if since by from with "
    "under asked some many most more one two three both no not what who why how earlier later "
    "last next still also so then".split()
)
# `"…now." Smith said` is one sentence: the words after the quotation say who spoke.
_ATTRIBUTION = re.compile(
    r"(?:[A-Z][\w.'’-]*\s+){1,4}(?:said|says|told|added|asked|wrote|stressed|noted|warned)\b"
)
_PARAGRAPH_BREAK = re.compile(r"[ \t]*\n[ \t]*(?:\n[ \t]*)+")
_LINE_BREAK = re.compile(r"\n")
_BULLET = re.compile(r"\s*(?:[-*•–—]|\d{1,2}[.)])\s")
_CLOSERS = "\"'”’»)]"
_OPENERS = "\"'“‘«(["
_TERMINAL = re.compile(
    # Looked for at the beginning of a run only: a page of full stops must not cost its square.
    rf"(?<![.!?…])(?P<mark>[.!?…]+)(?P<close>[{re.escape(_CLOSERS)}]*)(?P<gap>\s+)"
    r"|[。！？।॥]+[」』”’）]*"
)
_LONGEST_WORD = 40  # characters before a full stop in which a word is looked for
_LAST_WORD = re.compile(r"[^\s\"'“”‘’(\[/]+$")
_FIRST_WORD = re.compile(r"[\w'’]+")


def split_sentences(text: str) -> list[Span]:
    """Split `text` into sentence spans, in order and without overlap.

    No span begins or ends with white space, and none is empty. Joining the spans with what lies
    between them gives the text back.
    """
    spans: list[Span] = []
    for start, end in _blocks(text):
        begin = start
        for cut in _cuts(text, start, end):
            _append(spans, text, begin, cut)
            begin = cut
        _append(spans, text, begin, end)
    return spans


def split_paragraphs(text: str) -> list[Span]:
    """Spans of the blocks of `text` that blank lines separate, without surrounding white space."""
    spans: list[Span] = []
    start = 0
    for gap in _PARAGRAPH_BREAK.finditer(text):
        _append(spans, text, start, gap.start())
        start = gap.end()
    _append(spans, text, start, len(text))
    return spans


def _append(spans: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip())
    if lead < len(piece):
        spans.append(Span(start + lead, start + len(piece.rstrip())))


def _blocks(text: str) -> list[Span]:
    """Paragraphs, cut further at line breaks that end a line rather than wrap it."""
    blocks: list[Span] = []
    for start, end in split_paragraphs(text):
        begin = start
        for newline in _LINE_BREAK.finditer(text, start, end):
            last = _last_mark(text, begin, newline.start())
            if last and (last in ".!?…:;" + _CLOSERS or _BULLET.match(text, newline.end())):
                blocks.append(Span(begin, newline.start()))
                begin = newline.end()
        blocks.append(Span(begin, end))
    return blocks


def _last_mark(text: str, start: int, end: int) -> str:
    """The last character of `[start, end)` that is no white space; empty if there is none."""
    while end > start and text[end - 1].isspace():
        end -= 1
    return text[end - 1] if end > start else ""


def _cuts(text: str, start: int, end: int) -> list[int]:
    """Offsets inside `[start, end)` at which a new sentence begins."""
    cuts: list[int] = []
    for match in _TERMINAL.finditer(text, start, end):
        if match.end() >= end:
            continue
        if match["mark"] is None or _ends_sentence(text, match, cuts[-1] if cuts else start, end):
            cuts.append(match.end())
    return cuts


def _ends_sentence(text: str, match: re.Match[str], begin: int, end: int) -> bool:
    after = match.end()
    following = text[after : min(end, after + 80)]
    opening = len(following) - len(following.lstrip(_OPENERS))
    first = following[opening : opening + 1]
    if not first or not (first.isupper() or first.isdigit() or first.istitle() or _caseless(first)):
        return False
    if match["close"] and _ATTRIBUTION.match(following):
        return False
    if match["mark"] != "." or match["close"]:
        return True
    near = max(begin, match.start() - _LONGEST_WORD)
    last = _LAST_WORD.search(text[near : match.start()])
    return last is None or _full_stop_ends(last.group(), first, following[opening:])


def _full_stop_ends(last: str, first: str, following: str) -> bool:
    """Whether the full stop after the word `last` ends a sentence before `following`."""
    word = last.lower()
    if word in _TITLES:
        return word == "no" and not first.isdigit()
    next_word = _FIRST_WORD.match(following)
    starter = next_word is not None and next_word.group().lower() in _STARTERS
    if word in _MAY_END:
        return starter
    if len(last) == 1 and last.isupper() and last != "I":
        return starter
    return True


def _caseless(character: str) -> bool:
    """True for letters of scripts without case, such as Chinese, Arabic and Hindi."""
    return character.isalpha() and character.lower() == character.upper()
