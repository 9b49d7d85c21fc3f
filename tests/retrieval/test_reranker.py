"""The bundled cross-encoder, with its real weights."""

import numpy as np
import pytest

from retrieval.reranker import CrossEncoder, Reading

PASSAGE = (
    "The ferry Lantern sank off Skerry on Tuesday. Eleven people were rescued by a fishing boat. "
    "Its captain, Mara Quill, said the hull had been repaired in May."
)
OTHER = "Apples are sold by the kilogram at the market on Saturdays, and pears by the crate."


@pytest.fixture(scope="module")
def model() -> CrossEncoder:
    return CrossEncoder()


def test_points_at_the_answer(model: CrossEncoder) -> None:
    """The best span of the whole passage answers a plain question."""
    (reading,) = model.read("How many people were rescued?", [PASSAGE])
    found = reading.best(0, len(PASSAGE))
    assert found is not None
    assert "Eleven" in PASSAGE[slice(*found[1])]


def test_the_span_stays_inside_the_range(model: CrossEncoder) -> None:
    """Asked for the best span of one sentence, it does not reach into another."""
    (reading,) = model.read("Who was the captain?", [PASSAGE])
    start, end = PASSAGE.index("Eleven"), PASSAGE.index(" Its")
    found = reading.best(start, end)
    assert found is not None
    assert start <= found[1].start < found[1].end <= end


def test_an_answering_passage_beats_one_that_does_not_answer(model: CrossEncoder) -> None:
    """The margin over "no answer here" is higher where the answer is."""
    good, bad = model.read("Who was the captain of the ferry?", [PASSAGE, OTHER])
    best, worst = good.best(0, len(PASSAGE)), bad.best(0, len(OTHER))
    assert best is not None
    assert worst is not None
    assert best[0] > worst[0]


def test_a_reading_does_not_depend_on_its_neighbours(model: CrossEncoder) -> None:
    """Read alone or in a batch, in any order, a passage gets the same scores."""
    texts = [PASSAGE, OTHER, PASSAGE[:45], OTHER * 3]
    alone = [model.read("Who was rescued?", [text])[0] for text in texts]
    together = model.read("Who was rescued?", texts)
    for one, other in zip(alone, together, strict=True):
        assert one.null == pytest.approx(other.null, abs=0.05)
        assert one.relevance == pytest.approx(other.relevance, abs=0.05)


def test_no_token_no_span(model: CrossEncoder) -> None:
    """A range without a whole token has no best span."""
    (reading,) = model.read("Who?", [PASSAGE])
    assert reading.best(0, 1) is None


def test_no_passages_no_readings(model: CrossEncoder) -> None:
    """Reading nothing gives nothing."""
    assert model.read("Who?", []) == []


def test_over_long_passages_are_cut_not_refused(model: CrossEncoder) -> None:
    """Beyond the model's length nothing is scored; what was read still is."""
    text = PASSAGE + " filler" * 2000
    (reading,) = model.read("Who was the captain?", [text])
    assert reading.best(0, len(PASSAGE)) is not None
    assert reading.best(len(text) - 100, len(text)) is None
    assert np.isfinite(reading.null)


def reading(start: list[float], end: list[float]) -> Reading:
    """A reading of five words of one letter each, with these logits."""
    offsets = tuple((2 * i, 2 * i + 1) for i in range(len(start)))
    return Reading(0.0, 0.0, np.array(start), np.array(end), offsets)


def test_items_of_a_list_share_the_likelihood_that_there_is_an_answer() -> None:
    """Two spans that are as likely make an answer likelier than the better one alone."""
    one = reading([9, 0, 0, 0, 0], [9, 0, 0, 0, 0]).best(0, 9)
    two = reading([9, 0, 0, 0, 9], [9, 0, 0, 0, 9]).best(0, 9)
    assert one is not None
    assert two is not None
    assert one[0] == pytest.approx(18, abs=0.01)
    assert two[0] == pytest.approx(18 + np.log(3), abs=0.01)  # the whole is a span of its own


@pytest.mark.parametrize(
    ("start", "end", "items"),
    [
        ([0, 9, 0, 8, 0], [0, 9, 0, 0, 8], [(2, 3), (6, 9)]),  # two items
        ([9, 8, 0, 0, 0], [0, 0, 9, 0, 0], [(0, 5)]),  # two starts in a row: the likelier one
        ([0, 9, 0, 0, 0], [0, 8, 9, 0, 0], [(2, 5)]),  # and of two ends
        ([0, 9, 0, 0, 8], [9, 0, 9, 0, 0], [(2, 5)]),  # an end before any start, a start unended
        ([0, 0, 0, 0, 9], [9, 0, 0, 0, 0], []),
    ],
)
def test_items_are_starts_and_ends_in_turn(
    start: list[float], end: list[float], items: list[tuple[int, int]]
) -> None:
    """What stands out as a start and as an end makes one item each."""
    assert reading(start, end).items(0, 9, within=1.5) == items


def test_items_stay_inside_the_range() -> None:
    """Nothing outside the sentence makes an item, or hides one."""
    both = reading([9, 0, 5, 0, 0], [9, 0, 5, 0, 0])
    assert both.items(2, 9, within=1.0) == [(4, 5)]
    assert both.items(1, 2, within=1.0) == []
