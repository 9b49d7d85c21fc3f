"""A question that names a day is answered from the news of that day, by the bundled reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine import Bot
from bot.types import Status

NEWS = {
    "monday": (
        "2023-09-04",
        "Dockers walk out at Tarmouth",
        "Dockers at the port of Tarmouth walked out on Monday over pay. Eleven ships were waiting "
        "at anchor in the evening, the harbour master said. The union wants a rise of 11 percent.",
    ),
    "wednesday": (
        "2023-09-06",
        "Queue grows off Tarmouth",
        "The strike at Tarmouth went into its third day. There were 17 ships waiting at "
        "anchor, the harbour master said. The crane drivers have joined the dockers.",
    ),
    "saturday": (
        "2023-09-09",
        "Tug crews tie up at Tarmouth",
        "Tug crews at the port of Tarmouth tied up on Friday. The harbour master counted 22 ships "
        "at anchor on Friday night. No talks are planned.",
    ),
}


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    folder: Path = tmp_path_factory.mktemp("days")
    for name, (day, title, text) in NEWS.items():
        (folder / f"{name}.md").write_text(
            f"---\ntitle: {title}\ndate: {day}\noutlet: Tarmouth Post\n---\n\n{text}\n", "utf-8"
        )
    with Bot.open(folder / "archive", dense="exact") as bot:
        report = bot.ingest(sorted(folder.glob("*.md")))
        assert not report.failed
        yield bot


@pytest.mark.parametrize(
    ("day", "count"),
    [("4 September", "Eleven"), ("September 6", "17"), ("Friday, 8 September 2023", "22")],
)
def test_the_count_of_the_day_comes_first(bot: Bot, day: str, count: str) -> None:
    answer = bot.ask(f"How many ships were waiting at anchor off Tarmouth on {day}?")
    assert answer.status is Status.ANSWERED
    assert answer.claims[0].short is not None
    assert count in answer.claims[0].short


def test_a_day_that_no_article_speaks_of_is_not_answered(bot: Bot) -> None:
    answer = bot.ask("How many ships were waiting at anchor off Tarmouth on 20 October 2023?")
    assert answer.status is Status.ABSTAINED
