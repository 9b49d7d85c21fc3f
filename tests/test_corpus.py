"""The sample archive: its size, its gold, and what asking it must always hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.engine import Bot
from bot.types import Answer
from retrieval.types import IngestReport

CORPUS = Path(__file__).parent.parent / "corpus"
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line) for line in (CORPUS / "questions.jsonl").read_text("utf-8").splitlines()
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bot, IngestReport]]:
    with Bot.open(tmp_path_factory.mktemp("corpus")) as bot:
        yield bot, bot.ingest([CORPUS])


def test_every_article_is_read(filled: tuple[Bot, IngestReport]) -> None:
    """All formats of the corpus are read whole: nothing fails, at least 40 articles."""
    _, report = filled
    assert report.failed == ()
    assert len(report.added) >= 40


def test_every_article_has_what_a_citation_names(filled: tuple[Bot, IngestReport]) -> None:
    """Title and date are known for each, the outlet where the format has a place for one."""
    bot, _ = filled
    for ref in bot.archive.articles():
        assert ref.title
        assert ref.published, ref
        no_field_for_outlets = bot.archive.article(ref.id).origin.endswith((".docx", ".pdf"))
        assert ref.source or no_field_for_outlets, ref


def test_there_are_enough_questions() -> None:
    """80 that the corpus answers, 30 that it does not, ids unique."""
    answerable = [question for question in QUESTIONS if question["answerable"]]
    assert len(answerable) >= 80
    assert len(QUESTIONS) - len(answerable) >= 30
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)


def test_gold_occurs_in_the_stored_articles(filled: tuple[Bot, IngestReport]) -> None:
    """Each gold quote is in exactly one stored article of its file, exactly once."""
    bot, _ = filled
    articles = [bot.archive.article(ref.id) for ref in bot.archive.articles()]
    for question in QUESTIONS:
        assert bool(question["gold"]) == question["answerable"], question["id"]
        for gold in question["gold"]:
            counts = [a.text.count(gold["quote"]) for a in articles if gold["file"] in a.origin]
            assert sum(counts) == 1, (question["id"], gold)


def test_every_shown_quote_is_the_stored_text(filled: tuple[Bot, IngestReport]) -> None:
    """Whatever is asked, each quote equals its span, and each short answer is inside one."""
    bot, _ = filled
    for question in QUESTIONS[::4]:
        answer = bot.ask(question["question"])
        assert all(check.ok for check in bot.verify(answer))
        assert Answer.from_json(answer.to_json()) == answer
        for citation in answer.citations:
            text = bot.archive.article(citation.article.id, citation.article.revision).text
            assert text[citation.start : citation.end] == citation.quote
