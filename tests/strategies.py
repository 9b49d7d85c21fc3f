"""Hypothesis strategies for the texts of news articles, well and badly formed."""

from __future__ import annotations

from hypothesis import strategies as st

_PIECES = (
    "The council voted 7-2 on Tuesday.",
    "Mr. J. R. Orrel left for the U.S. The trip was short.",
    "“We will not go,” Ida Holt said.",
    "“Is it over?” she asked.",
    "MOSCOW, December 30. /TASS/. ",
    "Prices rose 3.5 percent, e.g. for bread.",
    "- a first item",
    "2) a second one",
    "京都で会議が開かれた。参加者は三十人だった！",
    "बैठक हुई। ",
    "Škoda’s café — naïve, señor… ",
    "👩‍👩‍👧 e\u0301 \u202eabc\u202c",
    "word " * 60,
    "x" * 1_200,
)
_GAPS = (" ", "\n", "\n\n", "\n \n", "\t", "\u3000", "\u2028", "\r\n", "\x85", "")


def article_texts() -> st.SearchStrategy[str]:
    """News-like pieces in any order and spacing, mixed with arbitrary characters."""
    anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    piece = st.one_of(st.sampled_from(_PIECES), anything)
    pairs = st.lists(st.tuples(piece, st.sampled_from(_GAPS)), max_size=12)
    return pairs.map(lambda found: "".join(a + b for a, b in found))
