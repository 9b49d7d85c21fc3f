"""The contract of `retrieval.dense.DenseIndex`, held by each adapter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.dense import DenseIndex
from retrieval.dense.chroma import ChromaIndex
from retrieval.dense.exact import ExactIndex, nearest
from retrieval.errors import DenseIndexError
from retrieval.ledger import Ledger
from retrieval.types import Filters
from tests.revisions import DIMENSION, new_revision, unit_vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS = 60


class Filled(Protocol):
    """An index that rows can be put into and taken from. Ids count from 1 in the order added."""

    index: DenseIndex

    def add(self, vectors: NDArray[Any]) -> None: ...
    def remove(self, passage_id: int) -> None: ...
    def close(self) -> None: ...


class FilledExact:
    """A ledger in which every article is one passage."""

    def __init__(self, folder: Path) -> None:
        self.ledger = Ledger.open(folder / "ledger.sqlite3", create=True)
        self.index = ExactIndex(self.ledger)
        self.count = 0

    def add(self, vectors: NDArray[Any]) -> None:
        batch = []
        for vector in vectors:
            self.count += 1
            new = new_revision(str(self.count), "One sentence.")
            new.vectors[0] = vector
            batch.append(new)
        self.ledger.put(batch)

    def remove(self, passage_id: int) -> None:
        self.ledger.remove(self.ledger.passages([passage_id])[passage_id].article_id)

    def close(self) -> None:
        self.ledger.close()


class FilledChroma:
    """A Chroma folder."""

    def __init__(self, folder: Path) -> None:
        self.index = ChromaIndex(folder / "dense", create=True)
        self.count = 0

    def add(self, vectors: NDArray[Any]) -> None:
        ids = range(self.count + 1, self.count + len(vectors) + 1)
        self.index.add(list(ids), vectors.astype("<f2"))
        self.count += len(vectors)

    def remove(self, passage_id: int) -> None:
        self.index.delete([passage_id])

    def close(self) -> None:
        self.index.close()


@pytest.fixture(params=[FilledExact, FilledChroma], ids=["exact", "chroma"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Filled]:
    made: Filled = request.param(tmp_path)
    yield made
    made.close()


@pytest.fixture
def filled(empty: Filled) -> Filled:
    empty.add(unit_vectors(ROWS))
    return empty


def test_an_empty_index_finds_nothing(empty: Filled) -> None:
    """No rows give an empty list, not an error."""
    assert empty.index.search(unit_vectors(1)[0], 5) == []


def test_every_row_is_nearest_to_itself(filled: Filled) -> None:
    """A stored vector finds its own id first, with a cosine of 1 up to float16 rounding."""
    for passage_id, vector in enumerate(unit_vectors(ROWS), start=1):
        (found, cosine), *_ = filled.index.search(vector, 3)
        assert found == passage_id
        assert cosine == pytest.approx(1.0, abs=2e-3)


def test_scores_are_cosines_best_first(filled: Filled) -> None:
    """The order and the scores are those of the dot products."""
    question = unit_vectors(1, seed=99)[0]
    cosines = unit_vectors(ROWS) @ question
    found = filled.index.search(question, 10)
    assert [i for i, _ in found] == [int(i) + 1 for i in np.argsort(-cosines)[:10]]
    assert [score for _, score in found] == pytest.approx(sorted(cosines)[::-1][:10], abs=2e-3)


def test_a_limit_over_the_number_of_rows_gives_all(filled: Filled) -> None:
    """Asking for more than there is is no error, and gives each row once."""
    found = filled.index.search(unit_vectors(1, seed=5)[0], ROWS * 10)
    assert sorted(i for i, _ in found) == list(range(1, ROWS + 1))


def test_removed_rows_are_not_found(filled: Filled) -> None:
    """A row is gone from the next search on, also where it was the best."""
    vectors = unit_vectors(ROWS)
    filled.remove(7)
    assert 7 not in [i for i, _ in filled.index.search(vectors[6], ROWS)]
    assert filled.index.search(vectors[7], 1)[0][0] == 8


def test_added_rows_are_found(filled: Filled) -> None:
    """A row is found from the next search on, also by an index that has answered before."""
    later = unit_vectors(1, seed=77)
    filled.index.search(later[0], 1)
    filled.add(later)
    assert filled.index.search(later[0], 1)[0][0] == ROWS + 1


def test_exact_search_is_held_to_filters_and_to_newer_rows(tmp_path: Path) -> None:
    """`filters` selects by article, `above` by id; both at once narrow further."""
    ledger = Ledger.open(tmp_path / "ledger.sqlite3", create=True)
    ledger.put([new_revision(str(n), "One.", source="AB"[n % 2], seed=n) for n in range(8)])
    exact, question = ExactIndex(ledger), unit_vectors(1, seed=50)[0]
    odd = Filters(sources=("B",))

    def ids(**narrowed: Any) -> list[int]:
        return sorted(i for i, _ in exact.search(question, 20, **narrowed))

    assert ids() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert ids(filters=odd) == [2, 4, 6, 8]
    assert ids(above=5) == [6, 7, 8]
    assert ids(filters=odd, above=5) == [6, 8]
    assert ids(filters=Filters(sources=("C",))) == []
    ledger.close()


def test_exact_search_refuses_vectors_of_another_length(tmp_path: Path) -> None:
    """Four rows of 384 numbers are not one of 1,536, though they are as many bytes."""
    ledger = Ledger.open(tmp_path / "ledger.sqlite3", create=True)
    ledger.put([new_revision(str(n), "One.", seed=n) for n in range(4)])
    for narrowed in ({}, {"above": 0}, {"above": 1}):
        with pytest.raises(DenseIndexError, match="reindex"):
            ExactIndex(ledger).search(np.ones(4 * DIMENSION, np.float32), 3, **narrowed)
    ledger.close()


@given(
    st.lists(st.integers(-3, 3), min_size=1, max_size=30),
    st.integers(1, 40),
)
def test_nearest_breaks_ties_by_id(scores: list[int], limit: int) -> None:
    """Worked against a plain sort: best first, equal scores in the order of their ids."""
    matrix = np.array([[score] for score in scores], dtype=np.float32)
    ids = np.arange(1, len(scores) + 1)
    found = nearest(ids, matrix, np.array([1.0]), limit)
    ranked = sorted(zip(ids.tolist(), scores, strict=True), key=lambda pair: (-pair[1], pair[0]))
    assert [score for _, score in found] == [score for _, score in ranked[:limit]]
    assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))
    if limit >= len(scores):
        assert found == ranked


def test_chroma_rows_outlive_the_client(tmp_path: Path) -> None:
    """What was added is there when the folder is opened again, under any spelling of its path."""
    vectors = unit_vectors(ROWS)
    index = ChromaIndex(tmp_path / "dense", create=True)
    index.add(list(range(1, ROWS + 1)), vectors)
    index.close()
    (tmp_path / "other").symlink_to(tmp_path / "dense")
    for spelling in (tmp_path / "dense", tmp_path / "x" / ".." / "dense", tmp_path / "other"):
        (tmp_path / "x").mkdir(exist_ok=True)
        index = ChromaIndex(spelling)
        assert index.count() == ROWS
        assert index.ids() == set(range(1, ROWS + 1))
        assert index.search(vectors[3], 1)[0][0] == 4
        index.close()


def test_chroma_add_replaces_and_delete_ignores_what_is_not_there(tmp_path: Path) -> None:
    """Both may be repeated: after a kill the same rows are added and deleted again."""
    vectors = unit_vectors(3)
    index = ChromaIndex(tmp_path / "dense", create=True)
    index.add([1, 2], vectors[:2])
    index.add([2], vectors[2:])
    assert index.count() == 2
    assert index.search(vectors[2], 1)[0][0] == 2
    index.delete([2, 3, 99])
    index.delete([2])
    assert index.ids() == {1}
    index.close()


def test_chroma_takes_more_rows_than_one_call_of_it_may_have(tmp_path: Path) -> None:
    """6,000 rows, over Chroma's 5,461 a call, are added in batches."""
    vectors = np.repeat(np.eye(8, DIMENSION, dtype=np.float32), 750, axis=0)
    index = ChromaIndex(tmp_path / "dense", create=True)
    index.add(list(range(1, 6001)), vectors)
    assert index.count() == 6000
    index.delete(list(range(1, 6001)))
    assert index.count() == 0
    index.close()


def test_a_folder_without_chroma_is_missing(tmp_path: Path) -> None:
    """Opening, unlike creating, never makes a folder; the error names it."""
    with pytest.raises(DenseIndexError, match="is missing"):
        ChromaIndex(tmp_path / "dense")
    assert not (tmp_path / "dense").exists()


def test_errors_of_chroma_are_dense_index_errors(tmp_path: Path) -> None:
    """A wrong dimension is reported as `DenseIndexError`, in one line, with its cause kept."""
    index = ChromaIndex(tmp_path / "dense", create=True)
    index.add([1], unit_vectors(1))
    with pytest.raises(DenseIndexError, match="failed") as raised:
        index.add([2], np.ones((1, 3), dtype=np.float32))
    assert "\n" not in str(raised.value)
    assert raised.value.__cause__ is not None
    with pytest.raises(DenseIndexError):
        index.search(np.ones(3, dtype=np.float32), 1)
    index.close()
