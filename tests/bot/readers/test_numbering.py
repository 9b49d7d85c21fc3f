"""Sentences of passages get numbers, and a number leads back to its sentence and nowhere else."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.heading import heading
from bot.readers.numbering import number_sentences, shown
from retrieval.archive import Archive
from retrieval.types import ArticleRef, Hit

FENCE = "=====0f====="
QUESTION = "Why did ferry crews at Orrel Sound walk out?"


@pytest.fixture
def hits(shared_archive: Archive) -> list[Hit]:
    return shared_archive.search(QUESTION, limit=8)


def test_each_number_stands_for_one_sentence_of_the_archive(
    hits: list[Hit], shared_archive: Archive
) -> None:
    numbered = number_sentences(hits, fence=FENCE, room=100_000)
    lines = dict(re.findall(r"^\[(\d+)\] (.*)$", numbered.text, re.M))
    assert list(map(int, lines)) == list(range(1, len(numbered.sentences) + 1))
    for number, line in lines.items():
        evidence = numbered.evidence(int(number))
        assert evidence is not None
        text = shared_archive.article(evidence.article.id).text
        assert shown(text[slice(*evidence.span)]) == line
    assert len(lines) == sum(len(hit.passage.sentences) for hit in hits)


@pytest.mark.parametrize("number", [0, -1, 10_000])
def test_other_numbers_stand_for_nothing(number: int, hits: list[Hit]) -> None:
    assert number_sentences(hits, fence=FENCE, room=100_000).evidence(number) is None


def test_an_article_has_one_heading_between_two_fences(hits: list[Hit]) -> None:
    numbered = number_sentences(hits, fence=FENCE, room=100_000)
    articles = {hit.article.id for hit in hits}
    assert numbered.text.count(FENCE) == 2 * len(articles)
    for hit in hits:
        assert numbered.text.count(f"{FENCE}\n{heading(hit.article.ref)}\n[") == 1


def test_passages_without_room_are_left_out_worst_first(hits: list[Hit]) -> None:
    """The best one is always in."""
    whole = number_sentences(hits, fence=FENCE, room=100_000)
    half = number_sentences(hits, fence=FENCE, room=len(whole.text) // 2)
    assert 0 < half.left_out < len(hits)
    assert len(half.text) <= len(whole.text) // 2
    assert {e.article.id for e in half.sentences} <= {h.article.id for h in hits[: -half.left_out]}
    assert number_sentences(hits, fence=FENCE, room=1).left_out == len(hits) - 1


@pytest.mark.parametrize(
    ("sentence", "seen"),
    [
        ("It rose [12] and [3, 4] fell 【5】.", "It rose (12) and (3, 4) fell (5)."),
        ("He said [sic] so.", "He said [sic] so."),
        ("One\nline\x1b[2J\u202e only", "One line[2J only"),
    ],
)
def test_an_article_cannot_pass_numbers_of_its_own_for_ours(sentence: str, seen: str) -> None:
    assert shown(sentence) == seen


def test_a_heading_names_outlet_day_place_and_title() -> None:
    """In English whatever the locale; without what is not known; nothing twice."""
    day = datetime(2021, 12, 30, tzinfo=UTC)
    ref = ArticleRef("a" * 12, 1, "Talks\nfail", "TASS", day, None, "MOSCOW", "TASS")
    assert heading(ref) == "TASS | Thursday, 30 December 2021 | MOSCOW | Talks fail"
    assert heading(ArticleRef("a" * 12, 1, "Talks", None, None, None, None, None)) == "Talks"
