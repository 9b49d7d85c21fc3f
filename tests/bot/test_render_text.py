"""How answers and citations read on a terminal and in a pipe."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.citation import cut_quote
from bot.render.layout import Piece, cells, lay_out
from bot.render.text import render_text
from bot.types import Claim, Nearest, Rejected, Status
from retrieval.types import ArticleRef, Span
from tests.bot.sample_answers import (
    GAZETTE,
    QUOTE,
    SHORT,
    abstention,
    answer,
    citation,
    listed,
    quotation,
    short_answer,
)

OURS = re.compile(r"\x1b\[[0127]m")  # the only escape sequences that rendering may write
LINE = f'[1] "{QUOTE}" — Harbour Gazette, 30 Dec 2021 (PORT ELSA) · 4fbe4d4bf0f4:120-187'


def test_the_short_answer_comes_first_then_the_citation() -> None:
    assert render_text(short_answer()) == f"{SHORT} [1]\n\n{LINE}"


def test_a_pure_quotation_is_printed_once_as_its_citation() -> None:
    cited = citation()
    assert render_text(answer(quotation(cited), citations=(cited,))) == LINE


def test_a_claim_in_other_words_is_printed_with_its_markers() -> None:
    cited = citation()
    shown = render_text(answer(Claim("Three ports joined.", (1,)), citations=(cited,)))
    assert shown == f"Three ports joined. [1]\n\n{LINE}"


def test_equal_short_answers_are_one_line_with_both_markers() -> None:
    first, second = citation(), citation(number=2, start=500)
    shown = render_text(
        answer(quotation(first, SHORT), quotation(second, SHORT), citations=(first, second))
    )
    assert shown.splitlines()[0] == f"{SHORT} [1] [2]"


def test_without_quotes_the_claims_are_spelt_out() -> None:
    cited = citation()
    shown = render_text(answer(quotation(cited), citations=(cited,)), quotes="none")
    tail = "[1] Harbour Gazette, 30 Dec 2021 (PORT ELSA) · 4fbe4d4bf0f4:120-187"
    assert shown == f"{QUOTE} [1]\n\n{tail}"


@pytest.mark.parametrize(
    ("missing", "tail"),
    [
        ({"source": None}, "Ferry crews walk out, 30 Dec 2021 (PORT ELSA) · "),
        ({"source": None, "carrier": "TASS"}, "TASS, 30 Dec 2021 (PORT ELSA) · "),
        ({"published": None}, "Harbour Gazette (PORT ELSA) · "),
        ({"dateline": None}, "Harbour Gazette, 30 Dec 2021 · "),
        ({"published": None, "dateline": None}, "Harbour Gazette · "),
    ],
)
def test_parts_that_are_not_known_are_left_out(missing: dict[str, None], tail: str) -> None:
    cited = citation(article=replace(GAZETTE, **missing))
    shown = render_text(answer(quotation(cited), citations=(cited,)))
    assert shown == f'[1] "{QUOTE}" — {tail}4fbe4d4bf0f4:120-187'


def test_a_citation_of_an_article_with_nothing_known_still_names_its_span() -> None:
    bare = ArticleRef("4fbe4d4bf0f4", 1, "", None, None, None, None, None)
    cited = citation(article=bare)
    shown = render_text(answer(quotation(cited), citations=(cited,)))
    assert shown == f'[1] "{QUOTE}" · 4fbe4d4bf0f4:120-187'


def test_an_unverified_citation_says_so() -> None:
    cited = citation(verified=False)
    assert "NOT VERIFIED" in render_text(answer(quotation(cited), citations=(cited,)))


def test_a_long_supporting_quote_is_cut_visibly_and_keeps_the_short_answer() -> None:
    """Hand case: the answer stands in the middle of a quote that is far too long."""
    quote = "First words. " + "filler " * 60 + SHORT + " more" * 60 + ". Last words."
    cited = citation(quote)
    line = render_text(answer(quotation(cited, SHORT), citations=(cited,))).splitlines()[-1]
    assert SHORT in line
    assert "[…]" in line
    assert len(line) < 300


def test_the_items_of_a_list_are_one_line_and_all_stay_in_a_cut_quote() -> None:
    """Hand case: three names with sixty words around them and twenty between."""
    between = " and then" * 10 + " "
    quote = "start " * 60 + between.join(("Marrow", "Tern", "Ode")) + " rest" * 60 + "."
    cited = citation(quote)
    shown = render_text(answer(listed(cited, "Marrow", "Tern", "Ode"), citations=(cited,)))
    above, _, line = shown.partition("\n\n")
    assert above == "Marrow; Tern; Ode [1]"
    assert all(name in line for name in ("Marrow", "Tern", "Ode"))
    assert len(line) < 500 < len(quote)


def test_full_quotes_are_whole() -> None:
    quote = "word " * 400 + "end."
    cited = citation(quote)
    shown = render_text(answer(quotation(cited, "end."), citations=(cited,)), quotes="full")
    assert quote in shown


def test_a_quotation_that_is_the_answer_is_not_cut_at_the_usual_length() -> None:
    quote = "word " * 80 + "end."
    cited = citation(quote)
    assert quote in render_text(answer(quotation(cited), citations=(cited,)))


@given(st.text(max_size=600), st.data())
def test_what_must_be_kept_is_kept_by_every_cut(quote: str, data: st.DataObject) -> None:
    """For any quote, limit and part to keep: spans are in order, inside, and hold the part."""
    start = data.draw(st.integers(0, len(quote)))
    keep = Span(start, data.draw(st.integers(start, len(quote))))
    spans = cut_quote(quote, limit=data.draw(st.integers(40, 200)), keep=keep)
    assert all(0 <= span.start <= span.end <= len(quote) for span in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert keep.start == keep.end or any(
        span.start <= keep.start and keep.end <= span.end for span in spans
    )


def test_statuses_are_told() -> None:
    conflicting = replace(short_answer(), status=Status.CONFLICTING)
    assert render_text(conflicting).startswith("The sources disagree:\n\n")
    partial = replace(short_answer(), status=Status.PARTIAL, rejected=(Rejected("x", "y"),))
    assert render_text(partial).endswith(
        "(1 statement was withheld: not borne out by the articles.)"
    )


def test_an_abstention_shows_what_was_near_but_no_support() -> None:
    near = Nearest(GAZETTE, 10, 90)
    assert render_text(abstention(*[near] * 5)).splitlines() == [
        "Nothing in the archive is about this.",
        "",
        "Nearest in the archive (no support for an answer):",
        *["  Ferry crews walk out — Harbour Gazette, 30 Dec 2021 (PORT ELSA) · 4fbe4d4bf0f4:10-90"]
        * 3,
    ]
    assert render_text(abstention()) == "Nothing in the archive is about this."


anything = st.text(st.characters(categories=None), max_size=80)


@given(anything, anything, anything, anything, st.integers(20, 120) | st.none())
def test_no_text_from_an_article_can_steer_the_terminal(
    title: str, source: str, place: str, quote: str, width: int | None
) -> None:
    """With hostile text everywhere, only our own style sequences reach the screen."""
    article = replace(GAZETTE, title=title, source=source, dateline=place)
    cited = citation(quote or "x", article=article)
    whole = replace(
        answer(quotation(cited), Claim(title, (1,)), citations=(cited,)),
        rejected=(Rejected(quote, source),),
    )
    near = replace(abstention(Nearest(article, 0, 1)), question=title)
    for shown in (render_text(item, width=width, color=True) for item in (whole, near)):
        plain = OURS.sub("", shown)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b\ud800-\udfff]", plain)
        shown.encode("utf-8")
    assert "\x1b" not in render_text(whole, width=width)


@given(st.lists(st.text("ab·[1] 中", max_size=12)), st.integers(12, 40))
def test_lines_fit_and_no_word_is_lost(texts: list[str], width: int) -> None:
    pieces = [Piece(text + " ") for text in texts]
    shown = lay_out(pieces, width=width, indent="  ")
    assert shown.split() == "".join(piece.text for piece in pieces).split()
    for line in shown.splitlines():
        if cells(line) > width:  # only what no break may divide
            assert len(line.split()) == 1 or "·" in line or "[1]" in line


def test_addresses_and_markers_stay_whole_at_line_ends() -> None:
    """`·` goes with the address after it, and `[1]` with the word before it."""
    shown = lay_out([Piece("aaaa bbbb · cccc:1-2 dddd [1]")], width=10)
    assert shown.splitlines() == ["aaaa bbbb", "· cccc:1-2", "dddd [1]"]


def test_print_answer_reads_the_same() -> None:
    assert str(short_answer()) == render_text(short_answer())
