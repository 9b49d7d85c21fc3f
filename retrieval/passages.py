"""Step 2b. Sentences -> passages, all with offsets into the stored text.

A passage is a run of whole sentences, about 100 to 150 words, cut at a paragraph end where one is
near. Passages do not overlap: a reader that needs the sentence before a passage finds it in the
article. A "sentence" too long to quote (text without punctuation) is cut at white space.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from retrieval.sentences import split_paragraphs, split_sentences
from retrieval.types import Span

# Recorded in the ledger: an archive split by other rules must be re-indexed, not mixed.
SPLITTER_VERSION = "1"

_FULL = 100  # words after which a passage ends at the next paragraph end
_MOST = 150  # words a passage does not exceed, unless one sentence does
_TAIL = 30  # a last passage below this joins the one before
_LONGEST_SENTENCE = 1_000  # characters
_WORD = re.compile(r"\S+")


def split_passages(text: str) -> list[tuple[Span, ...]]:
    """Split an article's text into passages, each a tuple of its sentences' spans in the text."""
    sentences = [piece for span in split_sentences(text) for piece in _bounded(text, span)]
    paragraph_ends = {span.end for span in split_paragraphs(text)}
    passages: list[list[Span]] = []
    current: list[Span] = []
    words = 0
    for sentence in sentences:
        length = _count(text, sentence)
        if current and words + length > _MOST:
            passages.append(current)
            current, words = [], 0
        current.append(sentence)
        words += length
        if words >= _FULL and sentence.end in paragraph_ends:
            passages.append(current)
            current, words = [], 0
    if current:
        passages.append(current)
        if len(passages) > 1 and words < _TAIL:
            passages[-2:] = [passages[-2] + passages[-1]]
    return [tuple(passage) for passage in passages]


def sentence_index(sentences: list[Span], offset: int) -> int:
    """Index of the sentence that holds `offset`, or of the last that starts before it."""
    return max(bisect_right(sentences, offset, key=lambda span: span.start) - 1, 0)


def _count(text: str, span: Span) -> int:
    return len(_WORD.findall(text, span.start, span.end))


def _bounded(text: str, span: Span) -> list[Span]:
    """The sentence itself, or its pieces cut at white space where it is too long to quote."""
    pieces: list[Span] = []
    start, end = span
    while end - start > _LONGEST_SENTENCE:
        space = max(text.rfind(blank, start + 1, start + _LONGEST_SENTENCE) for blank in " \n\t")
        cut = space if space > start else start + _LONGEST_SENTENCE
        pieces.append(Span(start, start + len(text[start:cut].rstrip())))
        start = cut + len(text[cut:end]) - len(text[cut:end].lstrip())
    if start < end:
        pieces.append(Span(start, end))
    return pieces
