"""What an outlet took back is shown with the note that takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine import Bot
from bot.readers import DraftClaim
from bot.readers.corrections import correction
from bot.readers.extractive import ExtractiveReader
from bot.readers.scoring import ScoredSentence
from retrieval.types import Filters, Hit, Span

REPORT = (
    "Pay offer rises at Tarmouth",
    "Quay Ltd has raised its pay offer to 6.8 percent. Dana Frost and Karl Thrane signed it.",
)
NOTES = {
    "figure": (
        "Corrections and clarifications",
        "A report on pay at Tarmouth had a mistake. Quay Ltd has offered 5.8 percent, not 6.8 "
        "percent as we stated.",
    ),
    "name": (
        "The names of two signatories",
        "We got wrong the name of a man who signed the offer of Quay Ltd. He is Karl Thorne. We "
        "called him Karl Thrane.",
    ),
    "struck": ("Clarification", "Dana Frost should not have been named as a signatory."),
    "other": ("Correction: ferry fares", "The fare to Tarmouth rises by 4 percent, not by 3."),
    "no note": ("Union says no", "The union wants 9 percent, not 6.8 percent, at Tarmouth."),
}


def article(title: str, text: str, *, day: int, source: str = "Tarmouth Log") -> str:
    return f"---\ntitle: '{title}'\ndate: 2023-09-{day:02}\noutlet: {source}\n---\n\n{text}\n"


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Bot]:
    with Bot.open(tmp_path / "archive", dense="exact") as bot:
        yield bot


def hits_of(bot: Bot, folder: Path, *articles: str) -> list[Hit]:
    """The hits on these articles, the first one's first."""
    for number, text in enumerate(articles):
        (folder / f"{number}.md").write_text(text, "utf-8")
    assert not bot.ingest(sorted(folder.glob("*.md"))).failed
    hits = bot.archive.retrieve("the pay offer of Quay Ltd at Tarmouth", filters=Filters()).hits
    return sorted(hits, key=lambda hit: hit.article.origin)


def answering(hit: Hit, *shorts: str) -> ScoredSentence:
    spans = [Span(at := hit.article.text.index(s), at + len(s)) for s in shorts]
    index = 1 if any(hit.passage.sentences[1].start <= span.start for span in spans) else 0
    return ScoredSentence(hit, index, 0.8, spans[0] if spans else None, tuple(spans[1:]))


@pytest.mark.parametrize(
    ("note", "shorts", "shown"),
    [
        ("figure", ["6.8 percent"], range(2)),
        ("name", ["Karl Thrane"], range(3)),
        ("name", ["Dana Frost", "Karl Thrane"], range(3)),
        ("struck", ["Dana Frost"], range(1)),
        ("figure", ["Dana Frost"], None),
        ("figure", [], None),
        ("other", ["6.8 percent"], None),
        ("no note", ["6.8 percent"], None),
    ],
)
def test_a_note_takes_back_a_short_answer(
    read: Bot, tmp_path: Path, note: str, shorts: list[str], shown: range | None
) -> None:
    """By figure or name, with the sentences before that say what it is about."""
    hits = hits_of(read, tmp_path, article(*REPORT, day=9), article(*NOTES[note], day=11))
    expected = shown and (hits[1], shown)
    assert correction(answering(hits[0], *shorts), hits) == expected


@pytest.mark.parametrize(("day", "source"), [(8, "Tarmouth Log"), (11, "Harbour Wire")])
def test_only_a_later_note_of_the_same_outlet_does(
    read: Bot, tmp_path: Path, day: int, source: str
) -> None:
    note = article(*NOTES["figure"], day=day, source=source)
    hits = hits_of(read, tmp_path, article(*REPORT, day=9), note)
    assert len(hits) == 2
    assert correction(answering(hits[0], "6.8 percent"), hits) is None


@pytest.mark.parametrize("question", ["What is the offer?", "What was the offer by September 9?"])
def test_the_correction_comes_first_and_what_it_corrects_loses_its_short_answer(
    read: Bot, tmp_path: Path, question: str
) -> None:
    """Both are quoted once, whichever the reader put first."""
    hits = hits_of(read, tmp_path, article(*REPORT, day=9), article(*NOTES["figure"], day=11))
    report = answering(hits[0], "6.8 percent")
    note = ScoredSentence(hits[1], 1, 0.7)

    class Both:
        name, threshold = "both", 0.3

        def score(self, question: str, hits: object) -> list[ScoredSentence]:
            return [report, note]

    drafts = list(ExtractiveReader(Both()).read(question, hits))
    shown = [
        (draft.evidence[-1].article.title, draft.short)
        for draft in drafts
        if isinstance(draft, DraftClaim)
    ]
    assert shown == [(NOTES["figure"][0], None), (REPORT[0], None)]
