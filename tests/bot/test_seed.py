"""The first real input: one wire story, asked what a reader would ask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine import Bot
from bot.types import Status

DATA = Path(os.environ.get("DATELINE_EVAL_DATA", "../shared/data"))


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    if not (DATA / "seed").is_dir():
        pytest.skip(f"no seed article: {DATA / 'seed'} is missing")
    with Bot.open(tmp_path_factory.mktemp("seed")) as opened:
        assert len(opened.ingest([DATA / "seed"]).added) == 1
        yield opened


@pytest.mark.parametrize(
    ("question", "cited"),
    [
        ("Which countries joined the boycott?", "Australia, the United Kingdom, and Canada"),
        ("Which countries joined the boycott?", "the United States declared"),
        ("When will the Games be held?", "February 4 through 20, 2022"),
        ("Who is Zhang Hanhui?", "Chinese Ambassador to Russia Zhang Hanhui"),
        ("Which newspaper ran the interview?", "Izvestia daily"),
        ("Will US athletes compete?", "US athletes will take part"),
    ],
)
def test_answers_with_the_sentence_that_says_so(bot: Bot, question: str, cited: str) -> None:
    """The citation holds the words that answer."""
    answer = bot.ask(question)
    assert answer.status is Status.ANSWERED
    assert any(cited in citation.quote for citation in answer.citations), str(answer)


@pytest.mark.parametrize(
    "question",
    [
        "Did Japan join the boycott?",
        "How many medals did China win?",
        "Who won the men's downhill?",
    ],
)
def test_abstains_where_the_story_does_not_say(bot: Bot, question: str) -> None:
    """What the article does not say is not answered, and shows no sources as support."""
    answer = bot.ask(question)
    assert answer.status is Status.ABSTAINED
    assert answer.citations == ()


def test_the_wire_header_is_understood(bot: Bot) -> None:
    """Date, place and agency come from the head of the story."""
    (ref,) = bot.archive.articles()
    assert ref.published is not None
    assert ref.published.date().isoformat() == "2021-12-30"
    assert (ref.dateline, ref.carrier) == ("MOSCOW", "TASS")
