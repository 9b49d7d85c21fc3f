"""An answer as it is made: events on a terminal, or one JSON object a line."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.cli.progress import StatusLine
from bot.cli.terminal import Terminal
from bot.render.citation import Quotes
from bot.render.content import withheld
from bot.render.data import to_json
from bot.render.layout import cells
from bot.render.sanitise import clean
from bot.render.text import render_citations, render_text
from bot.types import Answer, CitationEvent, Event, Final, Status, StatusEvent, TextDelta


def stream_text(events: Iterable[Event], terminal: Terminal, *, quotes: Quotes = "short") -> Final:
    """Write an answer while it is made; return the last event.

    Text is written as it comes, unless it is nothing but a quotation: that is shown with the
    citations, once.
    """
    prose = _Prose(terminal)
    with StatusLine(terminal.err) as status:
        for event in events:
            match event:
                case StatusEvent(stage) if terminal.live:
                    status.show(f"{stage} …")
                case TextDelta(text, quotation) if quotes == "none" or not quotation:
                    status.clear()
                    prose.write(text)
                case Final(answer):
                    status.clear()
                    _finish(answer, terminal, quotes=quotes, streamed=prose.begun)
                    return event
                case _:
                    pass
    raise AssertionError("a stream ends with Final")


class _Prose:
    """Writes running text on a terminal as it comes, broken between words."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._column = 0
        self._space = ""  # white space that waits for the word after it
        self.begun = False

    def write(self, text: str) -> None:
        """Write more of the text; a newline in it is kept."""
        cleaned = clean(text if self.begun else text.lstrip())
        for part in re.findall(r"\n|[^\S\n]+|\S+", cleaned):
            if part == "\n":
                self._put("\n", 0)
            elif part.isspace():
                self._space = part
            else:
                self._word(part)
        self._terminal.out.flush()
        self.begun = True

    def _word(self, word: str) -> None:
        width, after = self._terminal.width, self._column + cells(self._space) + cells(word)
        if width and self._column and after > width:
            self._put(f"\n{word}", cells(word))
        else:
            self._put(f"{self._space}{word}", after)

    def _put(self, text: str, column: int) -> None:
        self._terminal.out.write(text)
        self._column, self._space = column, ""


def _finish(answer: Answer, terminal: Terminal, *, quotes: Quotes, streamed: bool) -> None:
    width, color = terminal.width, terminal.color
    if not streamed or answer.status is Status.ABSTAINED:
        terminal.show(
            ("\n\n" if streamed else "")
            + render_text(answer, quotes=quotes, width=width, color=color)
        )
        return
    rest = [render_citations(answer, quotes=quotes, width=width, color=color), withheld(answer)]
    terminal.show("\n\n" + "\n\n".join(block for block in rest if block))


def stream_json(events: Iterable[Event], terminal: Terminal) -> Final:
    """Write each event as a JSON object on a line of its own; return the last one.

    The objects have "event": "status" with "stage", "text" with "text" and "quotation", "citation"
    with "citation", and at the end "final" with "answer", which is in the form of a saved answer.
    """
    for event in events:
        match event:
            case StatusEvent(stage):
                line: dict[str, object] = {"event": "status", "stage": stage}
            case TextDelta(text, quotation):
                line = {"event": "text", "text": text, "quotation": quotation}
            case CitationEvent(citation):
                line = {"event": "citation", "citation": citation}
            case Final(answer):
                terminal.show(to_json({"event": "final", "answer": answer}, indent=None))
                return event
        terminal.show(to_json(line, indent=None))
    raise AssertionError("a stream ends with Final")
