"""Word stems and the overlap of sentences."""

from bot.stems import overlap, stems
from retrieval.types import Span


def test_endings_do_not_count() -> None:
    """Forms of one word share a stem."""
    assert stems("joined") == stems("joining") == stems("JOINS")


def test_overlap_by_hand() -> None:
    """{a, b, c} and {b, c, d} share 2 of 4: 0.5."""
    one, other = "red green blue", "green blue white"
    assert overlap(one, Span(0, len(one)), other, Span(0, len(other))) == 0.5


def test_nothing_is_a_copy_of_nothing() -> None:
    """Two spans without words count as the same."""
    assert overlap("...", Span(0, 3), "!", Span(0, 1)) == 1.0
