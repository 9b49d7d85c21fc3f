"""An answer while it is made: prose appears at once, a quotation only as its citation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from bot.cli.streaming import stream_json, stream_text
from bot.cli.terminal import Terminal
from bot.engine import Bot
from bot.readers import DraftClaim, Evidence, NoAnswer
from bot.types import Event, Final, Status, TextDelta
from retrieval.archive import Archive
from retrieval.types import Hit, Span
from tests.bot.sample_answers import short_answer

QUESTION = "Who was elected mayor of Eastmarch?"


@dataclass
class Scripted:
    """A reader that says these things of the first sentence it is given; None quotes it."""

    says: tuple[str | None, ...]
    short: str | None = None
    name = "scripted"

    def read(
        self, question: str, hits: Sequence[Hit], *, deadline: object = None
    ) -> Iterator[DraftClaim | NoAnswer]:
        article, (start, end) = hits[0].article, hits[0].passage.sentences[0]
        evidence = Evidence(article.ref, Span(start, end))
        short = None
        if self.short is not None:
            at = article.text.index(self.short, start, end)
            short = Evidence(article.ref, Span(at, at + len(self.short)))
        for text in self.says:
            yield DraftClaim((evidence,), text=text, short=short)


def written(archive: Archive, reader: Scripted, capsys: pytest.CaptureFixture[str]) -> str:
    last = stream_text(Bot(archive, reader).stream(QUESTION), Terminal())
    assert last.answer.status is Status.ANSWERED
    return capsys.readouterr().out


def test_a_quotation_is_shown_once(
    shared_archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    out = written(shared_archive, Scripted((None,), short="Lena Oake"), capsys)
    assert out.startswith('Lena Oake [1]\n\n[1] "Lena Oake was elected mayor of Eastmarch')
    assert out.count("was elected mayor") == 1


def test_prose_streams_and_the_citations_follow(
    shared_archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = Scripted(("Lena Oake was elected mayor.", "She was elected in Eastmarch."))
    out = written(shared_archive, reader, capsys)
    first, _, rest = out.partition("\n\n")
    assert first == "Lena Oake was elected mayor. [1]\nShe was elected in Eastmarch. [1]"
    assert rest.startswith('[1] "Lena Oake was elected mayor of Eastmarch')
    assert out.count("She was elected") == 1


def hostile() -> Iterator[Event]:
    """What a reader must never get through, in case it does."""
    yield TextDelta("Oake won\x1b[2J\u202e it. [1]")
    yield Final(short_answer())


def test_text_goes_through_the_output_door(capsys: pytest.CaptureFixture[str]) -> None:
    stream_text(hostile(), Terminal())
    out = capsys.readouterr().out
    assert out.startswith("Oake won[2J it. [1]\n\n[1]")
    assert "\x1b" not in out


def test_json_lines_escape_what_a_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    stream_json(hostile(), Terminal())
    out = capsys.readouterr().out
    assert out.isascii()
    assert "\x1b" not in out
    texts = [json.loads(line).get("text") for line in out.splitlines()]
    assert "Oake won\x1b[2J\u202e it. [1]" in texts


def test_prose_breaks_between_words_at_the_terminals_width(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the text is cut up on its way; paragraphs stay apart."""
    monkeypatch.setenv("COLUMNS", "40")
    terminal = Terminal()
    terminal.live = True
    words = "The council of Eastmarch rejected the plan for the bridge on Tuesday night. [1]"
    events: list[Event] = [TextDelta(words), TextDelta(f" {words}"), TextDelta(f"\n\n{words}")]
    stream_text([*events, Final(short_answer())], terminal)
    prose = capsys.readouterr().out.split("\n\n[1]")[0]
    assert max(map(len, prose.splitlines())) <= 40
    assert prose.replace("\n", " ").replace("  ", " ").count(words) == 3
    assert prose.count("\n\n") == 1
