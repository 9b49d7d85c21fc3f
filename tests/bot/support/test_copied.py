"""A sentence carries itself; with one number or name changed it does not."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.support import ProblemKind, problems
from bot.support.figures import figures
from bot.support.words import fold, words
from retrieval.sentences import split_sentences

ROOT = Path(__file__).resolve().parents[3]


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [text[start:end] for start, end in split_sentences(text)]


def _corpus() -> Iterator[str]:
    for path in sorted((ROOT / "corpus" / "articles").glob("*/*")):
        if path.suffix in (".txt", ".md"):
            text = path.read_text("utf-8")
            yield from sentences(text.split("\n---\n", 1)[-1])  # without its front matter


CORPUS = [s for s in _corpus() if any(map(str.isalnum, s))]
NUMBERED = [s for s in CORPUS if any(word.is_number for word in words(fold(s)))]


def test_each_sentence_of_the_corpus_carries_itself() -> None:
    """All of them: titles, datelines, quotations, tables and lists."""
    assert len(CORPUS) > 500
    rejected = {s: problems(s, [s]) for s in CORPUS}
    assert {s: found for s, found in rejected.items() if found} == {}


def test_sentences_of_real_news_carry_themselves() -> None:
    """99.5 % of 5,000; the others hold links or characters that nobody sees."""
    folder = Path(os.environ.get("DATELINE_EVAL_DATA", ROOT.parent / "shared" / "data"))
    path = folder / "news_articles.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"no news_articles.jsonl.gz in {folder}: set DATELINE_EVAL_DATA")
    with gzip.open(path, "rt", encoding="utf-8") as rows:
        texts = (json.loads(row)["text"] for row in islice(rows, 0, None, 100))
        news = list(islice((s for text in texts for s in sentences(text)), 5_000))
    rejected = [s for s in news if problems(s, [s])]
    assert len(rejected) <= len(news) * 0.005


@given(st.sampled_from(NUMBERED), st.data())
def test_another_number_is_always_found(sentence: str, data: st.DataObject) -> None:
    """Whatever number of whatever sentence, and whatever number stands there instead."""
    folded = fold(sentence)
    numbers = [word for word in words(folded) if word.is_number]
    old = data.draw(st.sampled_from(numbers))
    new = str(data.draw(st.integers(11, 10**6)))
    have = {value for figure in figures(words(folded)) for value, _ in figure.readings}
    assume(not any(new in word.text or word.text in new for word in numbers))
    assume(int(new) not in have)
    changed = folded[: old.start] + new + folded[old.end :]
    kinds = {problem.kind for problem in problems(changed, [sentence])}
    assert kinds & {ProblemKind.NUMBER, ProblemKind.DATE}


@given(st.sampled_from(CORPUS), st.sampled_from(CORPUS))
def test_more_evidence_takes_away_no_number_or_name(sentence: str, other: str) -> None:
    """A copied sentence stands, whatever else is cited beside it."""
    kinds = {problem.kind for problem in problems(sentence, [other, sentence])}
    assert not kinds - {ProblemKind.NEGATION}
