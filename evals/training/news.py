"""Questions of our own over Wikinews articles -> training examples.

``news_questions.jsonl.gz`` holds questions and where their answers stand, as character offsets
into the articles of ``wikinews_2019_2020.jsonl.gz``, and nothing of the articles' text. Half of
the questions are near misses: the article speaks of the matter and does not answer.

Each draw of a question is a group of examples of about one length, either *wide* (a window as
long as the bot's passages) or *narrow* (a sentence and the one before it: what the bot reads a
second time). With an answer: the place that holds it, and one or two places that share its words
and do not. Without: the one or two places of the article that come nearest, now and then one of
another article.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from data import (
    Example,
    Group,
    Paragraph,
    mentions,
    question_ids,
    records,
    sentence_starts,
    token_span,
    twist,
    under,
    window,
)
from scipy.sparse import csr_matrix
from tokenizers import Tokenizer

QUESTIONS = Path(__file__).with_name("news_questions.jsonl.gz")
ARTICLES = "wikinews_2019_2020"
WIDE = (80, 176)  # passage tokens
NARROW_SHARE = 0.55
NARROW_MOST = 110  # tokens
TITLED = 0.85
TEMPTING = 1.6  # times the overlap of places that could hold what is asked for
NEAR, FAR = 6, 8  # places kept of the own and of other articles
TWISTED = 0.25  # of the answers drawn are followed by a twist of their question
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


@dataclass(slots=True)
class NewsQuestion:
    """A question over one article.

    Attributes:
        article: index into the articles.
        text: as written.
        ids: word-piece ids, int32.
        characters: answers as ``[start, end)`` in the article's text; empty when it has none.
        spans: the same as first and last token.
        kind: "who", "list" and so on; None for questions without an answer.
        near, far: (article, sentence) of places that share words and do not answer, best first.
    """

    article: int
    text: str
    ids: np.ndarray
    characters: list[tuple[int, int]]
    spans: list[tuple[int, int]]
    kind: str | None
    near: list[tuple[int, int]] = field(default_factory=list)
    far: list[tuple[int, int]] = field(default_factory=list)


def held_out(url: str) -> bool:
    """Whether an article belongs to the development set: one in eight, by its address."""
    return hashlib.sha256(url.encode()).digest()[0] % 8 == 0


def load_news(
    tokenizer: Tokenizer, path: Path = QUESTIONS
) -> tuple[list[Paragraph], list[NewsQuestion], list[bool]]:
    """Articles (each as one `Paragraph`), questions, and for each article whether it is held out.

    `NewsQuestion.near` and ``far`` are filled.
    """
    rows = list(records(ARTICLES))
    encoded = tokenizer.encode_batch([row["text"] for row in rows], add_special_tokens=False)
    articles = []
    for row, encoding in zip(rows, encoded, strict=True):
        offsets = np.array(encoding.offsets, np.int32).reshape(-1, 2)
        starts = np.searchsorted(offsets[:, 0], sentence_starts(row["text"]))
        sentences = sorted({int(start) for start in starts if start < len(offsets)} | {0})
        ids = np.array(encoding.ids, np.int32)
        articles.append(Paragraph(row["title"], row["text"], ids, offsets, sentences))
    number = {row["url"]: index for index, row in enumerate(rows)}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        written = [json.loads(line) for line in lines]
    questions = []
    for row in written:
        article = articles[number[row["url"]]]
        found = [token_span(article.offsets, start, end) for start, end in row["answers"]]
        questions.append(
            NewsQuestion(
                number[row["url"]],
                row["question"].strip(),
                question_ids(tokenizer, row["question"].strip()),
                [(start, end) for start, end in row["answers"]],
                [span for span in found if span],
                row.get("kind"),
            )
        )
    _find_places(articles, questions)
    return articles, questions, [held_out(row["url"]) for row in rows]


def _find_places(articles: list[Paragraph], questions: list[NewsQuestion]) -> None:
    """Fill ``near`` and ``far`` by tf-idf overlap of question and sentence.

    Places that hold a number, date or name where that is asked for come first: they tempt.
    """
    places = [
        (index, sentence)
        for index, article in enumerate(articles)
        for sentence in range(len(article.sentences))
    ]
    rows = [articles[a].ids[slice(*_bounds(articles[a], s))] for a, s in places]
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
        for low, high in [_bounds(articles[a], s)]
    ]
    tempting = [
        (
            re.compile(rf"\b({asked})\b", re.IGNORECASE),
            np.array([bool(re.search(look, text)) for text in texts]),
        )
        for asked, look in _ASKED_FOR
    ]
    for number, question in enumerate(questions):
        row = np.asarray(scores[number].todense()).ravel() / norm
        for asked, fitting in tempting:
            if asked.search(question.text):
                row = row * np.where(fitting, TEMPTING, 1.0)
                break
        words = [articles[question.article].text[slice(*c)].lower() for c in question.characters]
        for place in np.argsort(-row, kind="stable"):
            own = owner[place] == question.article
            kept, most = (question.near, NEAR) if own else (question.far, FAR)
            if len(kept) < most and (own or row[place] > 0):
                article, sentence = places[place]
                if not _answers(articles[article], _bounds(articles[article], sentence), words):
                    kept.append(places[place])
            if len(question.near) == NEAR and len(question.far) == FAR:
                break


def _bounds(article: Paragraph, sentence: int) -> tuple[int, int]:
    """Token bounds ``[low, high)`` of a sentence."""
    ends = [*article.sentences[1:], len(article.ids)]
    return article.sentences[sentence], ends[sentence]


def _answers(article: Paragraph, bounds: tuple[int, int], words: list[str]) -> bool:
    """Whether the tokens ``[low, high)`` hold the text of an answer."""
    low, high = bounds
    if low >= high:
        return True
    said = article.text[article.offsets[low, 0] : article.offsets[high - 1, 1]].lower()
    return any(word in said for word in words)


class NewsDrawer:
    """Draws groups of examples.

    Args:
        articles, questions: from `load_news`; only questions to train on.
        tokenizer: the one they were made with.
        seed: pass ``n`` over the questions depends on ``(seed, n)`` alone.
    """

    def __init__(
        self,
        articles: list[Paragraph],
        questions: list[NewsQuestion],
        tokenizer: Tokenizer,
        *,
        seed: int,
    ) -> None:
        self.articles = articles
        self.questions = questions
        self.tokenizer = tokenizer
        self.seed = seed
        asked: dict[int, list[str]] = defaultdict(list)
        for question in questions:
            asked[question.article].append(question.text)
        self._pools = {article: mentions(texts) for article, texts in asked.items()}
        self._titles = [
            np.array(tokenizer.encode(f"{a.title}.", add_special_tokens=False).ids, np.int32)
            for a in articles
        ]

    def groups(self, number: int) -> list[Group]:
        """All questions once: pass ``number``."""
        rng = random.Random(self.seed * 1_000_003 + number)
        groups = []
        for question in self.questions:
            groups.append(self._draw(question, rng))
            if question.spans and rng.random() < TWISTED:
                groups.append(self._twisted(question, rng))
        return [group for group in groups if group]

    def _twisted(self, question: NewsQuestion, rng: random.Random) -> Group:
        """The place of the answer under a question that it does not answer."""
        span, budget = rng.choice(question.spans), self._budget(rng)
        example = self._answer(question, span, budget, rng, titled=rng.random() < TITLED)
        answer = " ".join(
            self.articles[question.article].text[slice(*c)] for c in question.characters
        )
        pools = self._pools[question.article]
        text = twist(question.text, pools, self.articles[question.article].text, answer, rng)
        return [Example(question_ids(self.tokenizer, text), example.passage, ())] if text else []

    @staticmethod
    def _budget(rng: random.Random) -> int | None:
        """Tokens of a wide window, or None for a narrow one."""
        return None if rng.random() < NARROW_SHARE else rng.randint(*WIDE)

    def _draw(self, question: NewsQuestion, rng: random.Random) -> Group:
        budget = self._budget(rng)
        titled = rng.random() < TITLED
        words = [
            self.articles[question.article].text[slice(*c)].lower() for c in question.characters
        ]
        places: list[tuple[int, int]] = []
        if question.spans:
            if question.near:
                places.append(rng.choice(question.near[:4]))
            if question.far and rng.random() < 0.5:
                places.append(rng.choice(question.far))
        else:
            places.extend(rng.sample(question.near[:3], min(2, len(question.near[:3]))))
            if question.far and rng.random() < 0.25:
                places[-1:] = [rng.choice(question.far)]
        group = []
        if question.spans:
            span = rng.choice(question.spans)
            group.append(self._answer(question, span, budget, rng, titled=titled))
        for article, sentence in places:
            low, high = self._around(
                article, _bounds(self.articles[article], sentence), budget, rng
            )
            if question.spans and _answers(self.articles[article], (low, high), words):
                low, high = _bounds(self.articles[article], sentence)
            example = Example(question.ids, self.articles[article].ids[low:high], ())
            group.append(under(self._titles[article], example) if titled else example)
        return group

    def _answer(
        self,
        question: NewsQuestion,
        span: tuple[int, int],
        budget: int | None,
        rng: random.Random,
        *,
        titled: bool,
    ) -> Example:
        article = self.articles[question.article]
        low, high = self._around(question.article, (span[0], span[1] + 1), budget, rng)
        spans = tuple((a - low, b - low) for a, b in question.spans if low <= a and b < high)
        example = Example(question.ids, article.ids[low:high], spans)
        return under(self._titles[question.article], example) if titled else example

    def _around(
        self, article: int, tokens: tuple[int, int], budget: int | None, rng: random.Random
    ) -> tuple[int, int]:
        """Token bounds of a window; with no budget, of the sentence and the one before it."""
        text = self.articles[article]
        span = (tokens[0], tokens[1] - 1)
        if budget is not None:
            return window(text, span, budget, rng)
        index = int(np.searchsorted(text.sentences, span[0], side="right")) - 1
        last = int(np.searchsorted(text.sentences, span[1], side="right")) - 1
        low, high = text.sentences[max(index - 1, 0)], _bounds(text, last)[1]
        if high - low > NARROW_MOST or rng.random() < 0.25:
            low = text.sentences[index]
        if high - low > NARROW_MOST:
            return window(text, span, NARROW_MOST, rng)
        return low, high
