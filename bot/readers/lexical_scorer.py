"""Step 9. Scores sentences without a model: does this sentence say what the question asks? Pure.

A sentence scores by the share of the question's words that it or its context covers, weighted by
how telling each word is among the retrieved passages, and by whether it holds the kind of thing
asked for. Words that only the context covers (the sentences before it, the headline) count less.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from bot.readers.question_type import Asks, classify, holds
from retrieval.lexical import content_tokens
from retrieval.types import Hit, Span

_BEFORE = 0.75  # weight of a word that one of the two sentences before covers
_HEADLINE = 0.6  # weight of a word that only the headline, place or outlet covers
_TOKEN = re.compile(r"[^\W_]+")
# Words of questions that say what kind of answer is wanted, not what it is about.
_ASKING_WORDS = frozenset(
    "many much long old kind type sort name named called date day month year time city country "
    "countries person people percentage percent number amount reason happen happened take place "
    "occur occurred tell list first did".split()
)


class LexicalScorer:
    """Scores the sentences of retrieved passages for one question."""

    def __init__(self, question: str, hits: Sequence[Hit]) -> None:
        self.question = question
        self.asks = classify(question)
        words = [w for w in content_tokens(question) if w not in _ASKING_WORDS]
        self._words = [stem(w) for w in words or content_tokens(question)]
        counts = Counter(w for hit in hits for w in stems(hit.text + " " + hit.article.ref.title))
        # A word that few of the passages hold tells more; one that none holds tells most.
        size = len(hits) + 1
        self._weight = {w: math.log(1 + size / (0.5 + counts[w])) for w in self._words}
        for token in _TOKEN.findall(question)[1:]:
            if token[:1].isupper() or token.isdigit():
                key = stem(token.lower())
                if key in self._weight:
                    self._weight[key] *= 1.3

    def score(self, hit: Hit, index: int) -> float:
        """How well sentence `index` of the passage answers, in [0, 1]."""
        spans, text = hit.passage.sentences, hit.article.text
        sentence = text[slice(*spans[index])]
        own = stems(sentence)
        before = stems(" ".join(text[slice(*span)] for span in spans[max(index - 2, 0) : index]))
        heading = stems(_heading(hit))
        total = covered = 0.0
        for word, weight in self._weight.items():
            total += weight
            if word in own:
                covered += weight
            elif word in before:
                covered += weight * _BEFORE
            elif word in heading:
                covered += weight * _HEADLINE
        if not total or not own & self._weight.keys():
            return 0.0
        coverage = covered / total
        if not holds(self.asks, sentence, self.question):
            coverage *= 0.6
        elif self.asks is Asks.DEFINITION and not _defines(sentence, self.question):
            coverage *= 0.9
        return min(coverage, 1.0)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a lower-case English word (Porter 1980, by Snowball)."""
    stemmed: str = _stemmer().stemWord(word)
    return stemmed


@lru_cache(maxsize=4_096)
def stems(text: str) -> frozenset[str]:
    """Stems of all words of `text`."""
    return frozenset(stem(token.lower()) for token in _TOKEN.findall(text))


def overlap(text: str, span: Span, other_text: str, other: Span) -> float:
    """Jaccard similarity of two spans' stems in [0, 1]: near 1 for copies of one sentence."""
    a, b = stems(text[slice(*span)]), stems(other_text[slice(*other)])
    return len(a & b) / len(a | b) if a | b else 1.0


def _heading(hit: Hit) -> str:
    ref = hit.article.ref
    return " ".join(filter(None, (ref.title, ref.dateline, ref.source, ref.carrier)))


def _defines(sentence: str, question: str) -> bool:
    """Whether the name asked about stands beside what it is: "Ambassador X", "X, the mayor"."""
    name = question.rstrip("? ").split()[-1]
    return bool(
        re.search(rf"(?:\w+ ){{2,}}(?:\w+ )?{re.escape(name)}|{re.escape(name)},", sentence)
    )


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("porter")
