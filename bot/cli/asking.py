"""`dateline ask` and `dateline chat`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli import exits
from bot.cli.opening import open_bot
from bot.cli.options import (
    ArchiveOption,
    PassagesOption,
    SinceOption,
    SourceOption,
    UntilOption,
)
from bot.cli.terminal import Terminal

if TYPE_CHECKING:
    from bot.engine import Bot
    from bot.types import Answer

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
        bool, typer.Option("--trace", help="Show what was retrieved, and timings, on stderr.")
    ] = False,
    archive: ArchiveOption = None,
) -> int:
    """Answer a question from the archive, or abstain.

    Every statement is quoted from an article, with its place. Where the archive does not say,
    the answer is that it does not, and the exit code is 10.
    """
    from bot.types import Status

    terminal = Terminal()
    asked = read_question(question)
    with open_bot(archive) as bot:
        events = bot.stream(asked, k=k, since=since, until=until, source=source)
        match format:
            case "text" if terminal.live:
                from bot.cli.streaming import stream_text

                answer = stream_text(events, terminal, quotes=quotes)
            case "ndjson":
                from bot.cli.streaming import stream_json

                answer = stream_json(events, terminal)
            case _:
                answer = bot.ask(asked, k=k, since=since, until=until, source=source)
                terminal.show(_written(answer, format, quotes))
        if answer.status is Status.ABSTAINED and not bot.archive.stats().articles:
            terminal.note("the archive is empty; add articles with: dateline ingest FOLDER")
        if trace:
            _trace(bot, answer, k, terminal)
    return exits.ABSTAINED if answer.status is Status.ABSTAINED else exits.DONE


def chat(
    k: PassagesOption = 8,
    since: SinceOption = None,
    until: UntilOption = None,
    source: SourceOption = None,
    archive: ArchiveOption = None,
) -> int:
    """Ask one question after another.

    /help lists the chat's own commands. Ctrl-C stops an answer, Ctrl-D ends the chat.
    """
    from bot.chat import Chat
    from bot.cli.lines import read_lines
    from bot.engine import make_filters
    from bot.settings import Settings

    terminal = Terminal()
    filters = make_filters(since=since, until=until, source=source)
    with open_bot(archive, dense="chroma") as bot:
        session = Chat(bot, terminal, filters=filters, k=k)
        session.run(read_lines(terminal, Settings.load().state))
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


def _trace(bot: Bot, answer: Answer, k: int, terminal: Terminal) -> None:
    from bot.render.hits import render_trace
    from retrieval.types import Filters

    asked = answer.filters
    filters = Filters(asked.since, asked.until, asked.sources)
    hits = bot.archive.search(answer.question, filters=filters, limit=k)
    terminal.note(f"retrieved {len(hits)} passages")
    terminal.err.write(render_trace(hits, answer.timings) + "\n")
