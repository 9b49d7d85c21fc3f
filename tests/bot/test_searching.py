"""Step 7: a question that names a day finds the passages of that day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.searching import search
from retrieval.archive import Archive
from retrieval.types import Filters, Hit

FIRST = date(2022, 11, 20)
DAYS = 90


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """A story told on ninety days, in nearly the same words, and a page that has no day."""
    folder: Path = tmp_path_factory.mktemp("searching")
    for number in range(DAYS):
        day = FIRST + timedelta(number)
        (folder / f"{number:02}.md").write_text(
            f"---\ntitle: Ships wait off Tarmouth, day {number}\ndate: {day}\noutlet: Tarmouth "
            f"Post\n---\n\nThere were {number + 200} ships waiting at anchor off Tarmouth.\n",
            "utf-8",
        )
    (folder / "undated.txt").write_text("Ships waiting at anchor off Tarmouth, in short.", "utf-8")
    with Archive.open(folder / "archive", create=True, dense="exact") as archive:
        assert not archive.ingest(sorted(folder.glob("*.*"))).failed
        yield archive


def days(hits: Sequence[Hit]) -> list[date]:
    return [hit.article.ref.published.date() for hit in hits if hit.article.ref.published]


def found(archive: Archive, question: str, filters: Filters | None = None) -> Sequence[Hit]:
    return search(archive, question, filters=filters or Filters(), k=8).hits


@pytest.mark.parametrize(
    ("asked", "day"),
    [
        ("on 3 December", date(2022, 12, 3)),
        ("by January 30, 2023", date(2023, 1, 30)),
        ("on 2023-02-16", date(2023, 2, 16)),
    ],
)
def test_the_day_comes_first_however_many_articles_read_alike(
    archive: Archive, asked: str, day: date
) -> None:
    hits = found(archive, f"How many ships were waiting at anchor off Tarmouth {asked}?")
    assert set(days(hits[:2])) == {day, day + timedelta(1)}
    assert len(hits) == 8
    assert len({hit.passage.id for hit in hits}) == 8


def test_a_month_takes_three_places_in_four(archive: Archive) -> None:
    hits = found(archive, "How many ships were waiting at anchor off Tarmouth in January?")
    assert all(date(2023, 1, 1) <= day <= date(2023, 2, 1) for day in days(hits[:6]))
    assert len(hits) == 8


def test_a_question_without_a_day_is_retrieved_as_it_is(archive: Archive) -> None:
    question = "How many ships were waiting at anchor off Tarmouth?"
    assert found(archive, question) == archive.retrieve(question, limit=8).hits


def test_filters_hold(archive: Archive) -> None:
    until = Filters(until=date(2022, 12, 2))
    hits = found(archive, "How many ships were waiting off Tarmouth on 3 December?", until)
    assert hits
    assert max(days(hits)) <= date(2022, 12, 2)
    other = Filters(sources=("Harbour Wire",))
    assert not found(archive, "How many ships were waiting on 3 December?", other)


def test_a_day_without_news_leaves_the_others(archive: Archive) -> None:
    hits = found(archive, "How many ships were waiting at anchor off Tarmouth on 9 July 2022?")
    assert len(hits) == 8


def test_articles_without_a_day_are_searched_as_ever(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("Two ships were waiting on March 9.", "utf-8")
    with Archive.open(tmp_path / "archive", create=True, dense="exact") as archive:
        archive.ingest([tmp_path / "page.txt"])
        assert len(found(archive, "How many ships were waiting on March 9?")) == 1
