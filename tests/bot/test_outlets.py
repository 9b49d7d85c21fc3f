"""Steps 7 to 9: a question that names an outlet is answered by it, or by what names it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine import Bot
from bot.question.outlets import is_by, named_outlets, names_any
from bot.searching import search
from retrieval.types import Filters, Hit

ARTICLES = [
    ("Harbour Wire", "Crowd at the final", "The crowd at the final in Saltby was given as 8,412."),
    ("The Saltby Post", "Final drew 7,960", "The attendance at the final in Saltby was 7,960."),
    ("Echo", "Two figures", "Harbour Wire counted more people at the final in Saltby than we did."),
    ("Gazette", "Final in Saltby", "The final in Saltby was attended by the mayor. It rained."),
    ("The Saltby Post", "Fares", "Ferry fares to Saltby rise in June."),
]


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    folder: Path = tmp_path_factory.mktemp("outlets")
    for number, (outlet, title, text) in enumerate(ARTICLES):
        (folder / f"{number}.md").write_text(
            f"---\ntitle: {title}\ndate: 2023-05-2{number}\noutlet: {outlet}\n---\n\n{text}\n",
            "utf-8",
        )
    with Bot.open(folder / "archive", dense="exact") as bot:
        assert not bot.ingest(sorted(folder.glob("*.md"))).failed
        yield bot


def found(bot: Bot, question: str, filters: Filters | None = None) -> tuple[Hit, ...]:
    return search(bot.archive, question, filters=filters or Filters(), k=8).hits


def outlets(hits: tuple[Hit, ...]) -> set[str | None]:
    return {hit.article.ref.source for hit in hits}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What attendance did Harbour Wire report for the final?", {"Harbour Wire", "Echo"}),
        ("What attendance did harbour wire report for the final?", {"Harbour Wire", "Echo"}),
        ("How many people were at the final, by the Saltby Post's count?", {"The Saltby Post"}),
        ("Why did the Echo count fewer people at the final?", {"Echo"}),
        ("Was there an echo at the final?", {outlet for outlet, _, _ in ARTICLES}),
        ("How many people were at the final?", {outlet for outlet, _, _ in ARTICLES}),
    ],
)
def test_only_the_outlet_and_what_names_it_is_read(
    bot: Bot, question: str, expected: set[str]
) -> None:
    assert outlets(found(bot, question)) == expected


def test_filters_hold(bot: Bot) -> None:
    """What the filters leave out does not come back for its outlet's sake."""
    question = "What attendance did Harbour Wire report for the final?"
    hits = found(bot, question, Filters(sources=("Echo",)))
    assert outlets(hits) == {"Echo"}


def test_what_an_outlet_said_of_a_matter_is_told_as_a_whole(bot: Bot) -> None:
    """Only by its own articles."""
    answer = bot.ask("What did the Saltby Post report about the final?")
    assert [claim.text for claim in answer.claims] == [ARTICLES[1][2]]
    answer = bot.ask("What did Harbour Wire and the Saltby Post say about the final?")
    assert [claim.text for claim in answer.claims] == [ARTICLES[0][2], ARTICLES[1][2]]


def test_an_article_is_by_an_outlet_or_names_it(bot: Bot) -> None:
    by_outlet = {hit.article.ref.source: hit for hit in found(bot, "the final in Saltby")}
    wire = named_outlets("What did Harbour Wire say?", by_outlet.values())
    assert wire == {"Harbour Wire"}
    assert is_by(by_outlet["Harbour Wire"].article, wire)
    assert not is_by(by_outlet["Echo"].article, wire)
    assert names_any(by_outlet["Echo"].article, wire)
    assert not names_any(by_outlet["Gazette"].article, wire)
