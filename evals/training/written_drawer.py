"""Questions written for this project -> training examples.

Each draw of a question is a group of examples of about one length, either *wide* (a window as
long as the bot's passages) or *narrow* (a sentence and the one before it: what the bot reads a
second time). With an answer: the place that holds it, and one or two places that share its words
and do not. Without: the one or two places of the article that come nearest, now and then one of
another article.
"""

from __future__ import annotations

import random
from collections import defaultdict

import numpy as np
from tokenizers import Tokenizer

from evals.training.data import (
    Example,
    Group,
    Paragraph,
    mentions,
    question_ids,
    twist,
    under,
    window,
)
from evals.training.places import answers, bounds_of
from evals.training.written import WrittenQuestion

WIDE = (80, 176)  # passage tokens
NARROW_SHARE = 0.55
NARROW_MOST = 110  # tokens
TITLED = 0.85
TWISTED = 0.25  # of the answers drawn are followed by a twist of their question


class WrittenDrawer:
    """Draws groups of examples.

    Args:
        articles, questions: from `load_written`; only questions to train on.
        tokenizer: the one they were made with.
        seed: pass ``n`` over the questions depends on ``(seed, n)`` alone.
    """

    def __init__(
        self,
        articles: list[Paragraph],
        questions: list[WrittenQuestion],
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

    def _twisted(self, question: WrittenQuestion, rng: random.Random) -> Group:
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

    def _draw(self, question: WrittenQuestion, rng: random.Random) -> Group:
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
                article, bounds_of(self.articles[article], sentence), budget, rng
            )
            if question.spans and answers(self.articles[article], (low, high), words):
                low, high = bounds_of(self.articles[article], sentence)
            example = Example(question.ids, self.articles[article].ids[low:high], ())
            group.append(under(self._titles[article], example) if titled else example)
        return group

    def _answer(
        self,
        question: WrittenQuestion,
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
        low, high = text.sentences[max(index - 1, 0)], bounds_of(text, last)[1]
        if high - low > NARROW_MOST or rng.random() < 0.25:
            low = text.sentences[index]
        if high - low > NARROW_MOST:
            return window(text, span, NARROW_MOST, rng)
        return low, high
