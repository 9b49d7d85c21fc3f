"""Questions written for this project, over three kinds of text.

* ``news_questions.jsonl.gz``: over the articles of ``wikinews_2019_2020.jsonl.gz``;
* ``paragraph_questions.jsonl.gz``: over paragraphs of ``squad_train_v1.1.jsonl.gz``;
* ``stories.jsonl.gz``: over news stories written for this project as well, which it holds.

Of texts that are not the project's own, the files hold only where answers stand, as character
offsets. Many questions are near misses: the text speaks of the matter and does not answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from evals.harness.data import rows
from evals.training.data import Paragraph, question_ids, records, token_span, tokenised
from evals.training.held_out import held_out

FOLDER = Path(__file__).parent
NEWS, PARAGRAPHS, STORIES = "news", "paragraphs", "stories"


@dataclass(slots=True)
class WrittenQuestion:
    """A question over one text.

    Attributes:
        article: index into the texts.
        text: as written.
        ids: word-piece ids, int32.
        characters: answers as ``[start, end)`` in the text; empty when it has none.
        spans: the same as first and last token.
        near, far: (article, sentence) of places that share words and do not answer, best first;
            filled by `places.find_places`.
    """

    article: int
    text: str
    ids: np.ndarray
    characters: list[tuple[int, int]]
    spans: list[tuple[int, int]]
    near: list[tuple[int, int]] = field(default_factory=list)
    far: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Written:
    """Texts (each as one `Paragraph`) and the questions over them.

    Attributes:
        articles, questions: all kinds together.
        kinds: of each article, `NEWS`, `PARAGRAPHS` or `STORIES`.
        keys: of each article; those of one key tell the same story.
    """

    articles: list[Paragraph] = field(default_factory=list)
    questions: list[WrittenQuestion] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def held(self, question: WrittenQuestion) -> bool:
        """Whether a question belongs to the development set."""
        return held_out(self.keys[question.article])


def load_written(tokenizer: Tokenizer) -> Written:
    """All kinds."""
    written = Written()
    for kind, key, title, text, asked in _texts():
        article = len(written.articles)
        encoding = tokenizer.encode(text, add_special_tokens=False)
        paragraph = tokenised(title, text, encoding)
        written.articles.append(paragraph)
        written.kinds.append(kind)
        written.keys.append(key)
        for question, answers in asked:
            found = [token_span(paragraph.offsets, start, end) for start, end in answers]
            written.questions.append(
                WrittenQuestion(
                    article,
                    question,
                    question_ids(tokenizer, question),
                    answers,
                    [span for span in found if span],
                )
            )
    return written


Asked = list[tuple[str, list[tuple[int, int]]]]  # questions, and where their answers stand


def _texts() -> Iterator[tuple[str, str, str, str, Asked]]:
    """Kind, key, title, text and questions of every text that has questions."""
    by_url = _by(rows(FOLDER, "news_questions"), "url")
    for row in records("wikinews_2019_2020"):
        if row["url"] in by_url:
            yield NEWS, row["url"], row["title"], row["text"], by_url[row["url"]]
    by_number = _by(rows(FOLDER, "paragraph_questions"), "paragraph")
    for number, row in enumerate(records("squad_train_v1.1")):
        if number in by_number:
            title = row["title"].replace("_", " ")
            yield PARAGRAPHS, title, title, row["context"], by_number[number]
    for row in rows(FOLDER, "stories"):
        asked = [_asked(one) for one in row["questions"]]
        yield STORIES, row["story"], row["title"], row["text"], asked


def _by(asked: Iterable[dict], key: str) -> dict[str | int, Asked]:
    grouped: dict[str | int, Asked] = {}
    for row in asked:
        grouped.setdefault(row[key], []).append(_asked(row))
    return grouped


def _asked(row: dict) -> tuple[str, list[tuple[int, int]]]:
    return row["question"].strip(), [(start, end) for start, end in row["answers"]]
