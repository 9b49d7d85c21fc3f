"""`dateline ask` and `dateline chat`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli import exits
from bot.cli.opening import open_bot
from bot.cli.options import (
    ArchiveOption,
    BaseUrlOption,
    JudgeOption,
    ModelOption,
    PassagesOption,
    ReaderOption,
    SinceOption,
    SourceOption,
    UntilOption,
)
from bot.cli.terminal import Terminal

if TYPE_CHECKING:
    from bot.types import Answer, Event
    from retrieval.types import Hit

AnswerFormat = Literal["text", "md", "json", "ndjson"]
QuoteLength = Literal["short", "full", "none"]

_MOST_READ = 1_000_000  # characters of a question read from standard input


def ask(
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="The question; - reads standard input.")
    ],
    *,
    k: PassagesOption = 8,
    since: SinceOption = None,
    until: UntilOption = None,
    source: SourceOption = None,
    format: Annotated[
        AnswerFormat, typer.Option(help="ndjson writes one event a line, as they come.")
    ] = "text",
    quotes: Annotated[
        QuoteLength, typer.Option(help="How much of each quotation the citations show.")
    ] = "short",
    trace: Annotated[
        bool,
        typer.Option(
            "--trace", help="Show what was retrieved and withheld, and timings, on stderr."
        ),
    ] = False,
    reader: ReaderOption = None,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    judge: JudgeOption = None,
    archive: ArchiveOption = None,
) -> int:
    """Answer a question from the archive, or abstain.

    Every statement carries the exact sentences of articles that say it. Where the archive does not
    say, the answer is that it does not, and the exit code is 10. With a language model (`dateline
    config show`) the statements are its own words, shown only where those sentences bear them out.
    """
    from bot.types import Status

    terminal = Terminal()
    asked = read_question(question)
    options = {"reader": reader, "model": model, "base_url": base_url, "judge": judge}
    with open_bot(archive, options=options) as bot:
        events = bot.stream(asked, k=k, since=since, until=until, source=source)
        answer, hits = _show(events, terminal, format, quotes)
        if answer.status is Status.ABSTAINED and not bot.archive.stats().articles:
            terminal.note("the archive is empty; add articles with: dateline ingest FOLDER")
    for notice in answer.notices:
        terminal.note(notice)
    if trace:
        from bot.render.trace import render_trace

        terminal.err.write(render_trace(answer, hits) + "\n")
    return exits.ABSTAINED if answer.status is Status.ABSTAINED else exits.DONE


def chat(
    *,
    k: PassagesOption = 8,
    since: SinceOption = None,
    until: UntilOption = None,
    source: SourceOption = None,
    continue_: Annotated[
        bool, typer.Option("--continue", help="Go on with the last chat.")
    ] = False,
    reader: ReaderOption = None,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    judge: JudgeOption = None,
    archive: ArchiveOption = None,
) -> int:
    """Ask one question after another, with follow-ups.

    "Why did they?" is understood with what was asked before. /help lists the chat's own commands.
    Ctrl-C stops an answer, Ctrl-D ends the chat.
    """
    from bot.asked import make_filters
    from bot.chat import Chat
    from bot.cli.lines import read_lines
    from bot.settings import Settings

    terminal = Terminal()
    filters = make_filters(since=since, until=until, source=source)
    options = {"reader": reader, "model": model, "base_url": base_url, "judge": judge}
    with open_bot(archive, dense="chroma", options=options) as bot:
        sitting = Chat(bot, terminal, filters=filters, k=k, go_on=continue_)
        sitting.run(read_lines(terminal, Settings.load().state))
    return exits.DONE


def read_question(argument: str) -> str:
    """The question on one line, without control characters; "-" reads standard input.

    Raises:
        UsageError: nothing is left of it.
    """
    from bot.errors import UsageError
    from bot.render.sanitise import clean_line

    if argument == "-":
        if sys.stdin.isatty():
            Terminal().note("type the question, then Ctrl-D on a line of its own")
        argument = sys.stdin.buffer.read(_MOST_READ).decode("utf-8", "replace")
    question = clean_line(argument)
    if not question:
        raise UsageError('the question is empty: ask something, such as "Who won the vote?"')
    return question


def _show(
    events: Iterator[Event], terminal: Terminal, format: AnswerFormat, quotes: QuoteLength
) -> tuple[Answer, Sequence[Hit]]:
    """Write an answer; return it with the passages that were read."""
    if format == "ndjson":
        from bot.cli.streaming import stream_json

        last = stream_json(events, terminal)
    elif format == "text" and terminal.live:
        from bot.cli.streaming import stream_text

        last = stream_text(events, terminal, quotes=quotes)
    else:
        from bot.engine import last_event

        last = last_event(events)
        terminal.show(_written(last.answer, format, quotes))
    return last.answer, last.hits


def _written(answer: Answer, format: AnswerFormat, quotes: QuoteLength) -> str:
    match format:
        case "md":
            from bot.render.markdown import render_markdown

            return render_markdown(answer, quotes=quotes)
        case "json":
            return answer.to_json()
        case _:
            from bot.render.text import render_text

            return render_text(answer, quotes=quotes)
