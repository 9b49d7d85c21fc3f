"""Step 8. The outlets that a question names: "What did Harbour Wire say about …?". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from retrieval.types import Article, Hit


def named_outlets(question: str, hits: Iterable[Hit]) -> frozenset[str]:
    """The outlets and agencies of these hits that the question names, without "The".

    Names of one word count only as they are written: an outlet may be called "Time".

    >>> named_outlets("What did the harbour wire say?", [])
    frozenset()
    """
    names = {name for hit in hits for name in _names(hit.article)}
    return frozenset(name for name in names if _pattern(name).search(question))


def is_by(article: Article, outlets: frozenset[str]) -> bool:
    """Whether one of the outlets published the article or passed it on."""
    return not outlets.isdisjoint(_names(article))


def names_any(article: Article, outlets: frozenset[str]) -> bool:
    """Whether the article's text names one of the outlets."""
    return any(_pattern(name).search(article.text) for name in outlets)


def _names(article: Article) -> set[str]:
    ref = article.ref
    given = (re.sub(r"^the\s+", "", n, flags=re.IGNORECASE) for n in (ref.source, ref.carrier) if n)
    return {name for name in given if name}


def _pattern(name: str) -> re.Pattern[str]:
    flags = re.IGNORECASE if " " in name else re.NOFLAG
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", flags)
