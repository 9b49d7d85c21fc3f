"""Where an article tempts: sentences that share a question's words and do not answer it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

import numpy as np
from scipy.sparse import csr_matrix

from evals.training.data import Paragraph
from evals.training.written import Written

TEMPTING = 1.6  # times the overlap of places that could hold what is asked for
NEAR, FAR = 6, 8  # places kept of the own and of other articles
LOOKED_AT = 40  # of other articles
VOCABULARY = 30522

_ASKED_FOR = (  # what a question asks for, and how places look that could hold it
    (
        r"how (many|much|long|old|far|high|big|large|fast|often)|"
        r"what (percentage|share|number|price)",
        r"\d|\b(two|three|four|five|six|seven|eight|nine|ten|dozens?|hundreds?|thousands?|million)\b",
    ),
    (
        r"when|(what|which) (year|month|day|date|time)",
        r"\d|\w+day\b|January|February|March|April|June|July|August|September|October|November"
        r"|December|\b(week|month|year)\b",
    ),
    (r"who|whose|whom|where|which", r"(?<=[a-z,] )[A-Z]"),
)


def find_places(written: Written) -> None:
    """Fill ``near`` and ``far`` by tf-idf overlap of question and sentence, kind by kind.

    Places that hold a number, date or name where that is asked for come first: they tempt. Other
    articles of the same story are no places: they may answer.
    """
    for kind in sorted(set(written.kinds)):
        _find_places_of(written, kind)


def _find_places_of(written: Written, kind: str) -> None:
    articles, keys = written.articles, np.array(written.keys)
    questions = [q for q in written.questions if written.kinds[q.article] == kind]
    places = [
        (index, sentence)
        for index, article in enumerate(articles)
        if written.kinds[index] == kind
        for sentence in range(len(article.sentences))
    ]
    rows = [articles[a].ids[slice(*bounds_of(articles[a], s))] for a, s in places]
    frequency = np.ones(VOCABULARY)
    for row in rows:
        frequency[np.unique(row)] += 1
    weight = np.log(len(rows) / frequency).clip(0)

    def bag(ids: Sequence[np.ndarray]) -> csr_matrix:
        unique = [np.unique(row) for row in ids]
        lengths = np.cumsum([0, *(len(row) for row in unique)])
        columns = np.concatenate(unique)
        return csr_matrix((weight[columns], columns, lengths), shape=(len(ids), VOCABULARY))

    binary = bag(rows)
    norm = 8 + np.array([len(row) for row in rows]) ** 0.5
    binary.data[:] = 1.0
    scores = (bag([question.ids for question in questions]) @ binary.T).tocsr()
    owner = np.array([article for article, _ in places])
    texts = [
        articles[a].text[articles[a].offsets[low, 0] : articles[a].offsets[high - 1, 1]]
        if low < high
        else ""
        for a, s in places
        for low, high in [bounds_of(articles[a], s)]
    ]
    tempting = [
        (
            re.compile(rf"\b({asked})\b", re.IGNORECASE),
            np.array([bool(re.search(look, text)) for text in texts]),
        )
        for asked, look in _ASKED_FOR
    ]
    for number, question in enumerate(questions):
        row = scores[number].toarray().ravel() / norm
        for asked, fitting in tempting:
            if asked.search(question.text):
                row = row * np.where(fitting, TEMPTING, 1.0)
                break
        words = [articles[question.article].text[slice(*c)].lower() for c in question.characters]

        own = np.flatnonzero(owner == question.article)
        other = np.flatnonzero((keys[owner] != keys[question.article]) & (row > 0))
        other = other[np.argsort(-row[other], kind="stable")[:LOOKED_AT]]
        for chosen, kept, most in ((own, question.near, NEAR), (other, question.far, FAR)):
            best = (places[i] for i in chosen[np.argsort(-row[chosen], kind="stable")])
            tempting_ones = (
                place
                for place in best
                if not answers(articles[place[0]], bounds_of(articles[place[0]], place[1]), words)
            )
            kept.extend(islice(tempting_ones, most))


def bounds_of(article: Paragraph, sentence: int) -> tuple[int, int]:
    """Token bounds ``[low, high)`` of a sentence."""
    ends = [*article.sentences[1:], len(article.ids)]
    return article.sentences[sentence], ends[sentence]


def answers(article: Paragraph, bounds: tuple[int, int], words: list[str]) -> bool:
    """Whether the tokens ``[low, high)`` hold the text of an answer."""
    low, high = bounds
    if low >= high:
        return True
    said = article.text[article.offsets[low, 0] : article.offsets[high - 1, 1]].lower()
    return any(word in said for word in words)
