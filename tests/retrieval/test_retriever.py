"""Step 7: hybrid retrieval over a real archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retrieval.archive import Archive
from retrieval.types import Filters

Ids = Callable[[str], str]


@pytest.mark.parametrize(
    ("question", "file"),
    [
        ("How long will repairs to the bridge take?", "bridge.txt"),
        ("Who won the vote in Eastmarch?", "election.md"),
        ("musical instrument handed back by the thief", "museum.txt"),
        ("blizzard leaves homes in the dark", "snow.txt"),
        ("Oswin Hale", "ferry-talks.md"),
        ("M74", "telescope.txt"),
    ],
)
def test_the_article_that_answers_comes_first(
    shared_archive: Archive, id_of: Ids, question: str, file: str
) -> None:
    """By meaning where no word is shared, by word where the name is rare."""
    assert shared_archive.search(question)[0].article.id == id_of(file)


def test_a_hit_is_exactly_stored_text(shared_archive: Archive) -> None:
    """A hit's text is its article's, by its offsets, and so is each of its sentences."""
    for hit in shared_archive.search("ferry crews and the bridge", limit=9):
        text = shared_archive.article(hit.article.id, hit.article.ref.revision).text
        assert hit.article.text == text
        assert hit.text == text[hit.passage.start : hit.passage.end]
        assert hit.passage.sentences[0].start == hit.passage.start
        assert hit.passage.sentences[-1].end == hit.passage.end


def test_hits_say_how_they_were_found(shared_archive: Archive) -> None:
    """Ranks count from 1 in each index, scores do not rise, similarity is a cosine."""
    hits = shared_archive.search("Maren Tolliver", limit=9)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert {hit.lexical_rank for hit in hits if hit.lexical_rank} == {1, 2}
    assert sorted(hit.dense_rank or 0 for hit in hits) == list(range(1, 10))
    assert all(hit.similarity is not None and -1.001 <= hit.similarity <= 1.001 for hit in hits)
    assert (hits[0].dense_rank, hits[0].lexical_rank) == (1, 1)
    assert hits[0].score == pytest.approx(1)  # best in both
    cosines = [hit.similarity or 0 for hit in hits]
    low, high = min(0, *cosines), max(cosines)
    for hit in hits:  # half of the scaled cosine, where words find nothing
        if hit.lexical_rank is None:
            assert hit.score == pytest.approx(
                ((hit.similarity or 0) - low) / (high - low) / 2, abs=1e-3
            )


def test_no_more_hits_than_asked_for_and_none_twice(shared_archive: Archive) -> None:
    """`limit` is a limit; a passage found by both indexes is one hit."""
    for limit in (1, 3, 50):
        ids = [hit.passage.id for hit in shared_archive.search("the bridge", limit=limit)]
        assert len(ids) == min(limit, 9)
        assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("filters", "files"),
    [
        (Filters(sources=("calder echo",)), {"bridge-inquiry.md", "telescope.txt", "snow.txt"}),
        (
            Filters(since=date(2023, 3, 9), until=date(2023, 3, 17)),
            {"ferry-talks.md", "ferry-deal.txt"},
        ),
        (Filters(since=date(2023, 6, 20)), {"bridge-inquiry.md"}),
        (Filters(until=date(2022, 10, 11)), {"election.md"}),
        (Filters(since=date(2030, 1, 1)), set()),
        (Filters(sources=("Nobody",)), set()),
    ],
)
def test_filters_hold_for_both_halves(
    shared_archive: Archive, id_of: Ids, filters: Filters, files: set[str]
) -> None:
    """No hit is outside the filters, and all that is inside can be found."""
    hits = shared_archive.search("the ferry strike, the bridge", filters=filters, limit=50)
    assert {hit.article.id for hit in hits} == {id_of(file) for file in files}


def test_a_question_without_words_is_still_searched(shared_archive: Archive) -> None:
    """Punctuation has no lexical match; the dense half answers alone."""
    hits = shared_archive.search("?!", limit=3)
    assert len(hits) == 3
    assert all(hit.lexical_rank is None for hit in hits)


@given(st.text(max_size=80))
@example("\ud800 \udfff")
@example("a" * 20_000)
@example("\0")
def test_any_question_is_searched_without_error(shared_archive: Archive, question: str) -> None:
    """Nothing a person types or pastes makes retrieval fail."""
    assert len(shared_archive.search(question, limit=2)) == 2


def test_each_stage_is_timed(shared_archive: Archive) -> None:
    """`--trace` shows where the time went, and which dense index answered."""
    found = shared_archive.retrieve("ferry")
    assert set(found.timings) == {"embed", "dense", "lexical", "load"}
    assert found.dense_index in ("exact", "chroma")
