"""Word stems: which words two texts share, whatever their endings. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from retrieval.types import Span

_COPY = 0.7  # overlap from which two sentences are copies of one
_TOKEN = re.compile(r"[^\W_]+")


@lru_cache(maxsize=4_096)
def stems(text: str) -> frozenset[str]:
    """Stems of all words of `text` (English; Porter 1980, by Snowball).

    >>> sorted(stems("They joined, joining"))
    ['join', 'thei']
    """
    return stems_of_article(text)


def stems_of_article(text: str) -> frozenset[str]:
    """As `stems`, for long texts: nothing of them is kept in memory."""
    return frozenset(_stem(token.lower()) for token in _TOKEN.findall(text))


def are_copies(text: str, span: Span, other_text: str, other: Span) -> bool:
    """Whether two sentences, spans of their texts, are copies of one, as far as words tell."""
    return overlap(text, span, other_text, other) >= _COPY


def overlap(text: str, span: Span, other_text: str, other: Span) -> float:
    """Jaccard similarity of two spans' stems in [0, 1]: near 1 for copies of one sentence."""
    a, b = stems(text[slice(*span)]), stems(other_text[slice(*other)])
    return len(a & b) / len(a | b) if a | b else 1.0


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    stemmed: str = _stemmer().stemWord(word)
    return stemmed


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("porter")
