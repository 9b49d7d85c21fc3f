"""`dateline search`, `list` and `show`: what is in the archive, without an answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import exits
from bot.cli.opening import open_archive
from bot.cli.options import (
    ArchiveOption,
    JsonOption,
    PassagesOption,
    SinceOption,
    SourceOption,
    UntilOption,
)
from bot.cli.terminal import Terminal
from bot.render.data import to_json
from bot.render.sanitise import clean_line

if TYPE_CHECKING:
    from retrieval.types import Article, Span

_ADDRESS = re.compile(r"(?P<article>.+):(?P<start>\d{1,9})-(?P<end>\d{1,9})", re.ASCII)


def search(
    words: Annotated[
        str, typer.Argument(metavar="WORDS", help="Words or a question; - reads standard input.")
    ],
    *,
    k: PassagesOption = 8,
    since: SinceOption = None,
    until: UntilOption = None,
    source: SourceOption = None,
    json: JsonOption = False,
    archive: ArchiveOption = None,
) -> int:
    """Show the passages nearest to some words, best first."""
    from bot.asked import make_filters
    from bot.cli.asking import read_question
    from bot.render.hits import render_hits

    terminal = Terminal()
    question = read_question(words)
    filters = make_filters(since=since, until=until, source=source)
    with open_archive(archive) as opened:
        hits = opened.search(question, filters=filters, limit=k)
    if json:
        found = [
            {
                "article": hit.article.ref,
                "start": hit.passage.start,
                "end": hit.passage.end,
                "text": hit.text,
                "score": hit.score,
                "similarity": hit.similarity,
                "dense_rank": hit.dense_rank,
                "lexical_rank": hit.lexical_rank,
            }
            for hit in hits
        ]
        terminal.show(to_json(found))
    elif hits:
        terminal.show(render_hits(hits, width=terminal.width, color=terminal.color))
    else:
        terminal.note("no passage matches")
    return exits.DONE


def list_(
    since: SinceOption = None,
    until: UntilOption = None,
    source: SourceOption = None,
    json: JsonOption = False,
    archive: ArchiveOption = None,
) -> int:
    """List the articles, newest first: id, day, outlet, title."""
    from bot.asked import make_filters
    from bot.render.article import reference_line

    terminal = Terminal()
    filters = make_filters(since=since, until=until, source=source)
    with open_archive(archive) as opened:
        refs = opened.articles(filters)
    if json:
        terminal.show(to_json(refs))
    elif refs:
        terminal.show("\n".join(reference_line(ref) for ref in refs))
    else:
        terminal.note("no article passes the filters" if filters else "the archive is empty")
    return exits.DONE


def show(
    address: Annotated[
        str,
        typer.Argument(
            metavar="ARTICLE[:START-END]",
            help="An article's id or its beginning; with a span, as citations give it.",
        ),
    ],
    json: JsonOption = False,
    archive: ArchiveOption = None,
) -> int:
    """Show an article, or a span of it marked in its paragraph."""
    from bot.render.article import render_article, render_span

    terminal = Terminal()
    with open_archive(archive) as opened:
        parts = _ADDRESS.fullmatch(address)
        article = opened.article(parts["article"] if parts else address)
    span = span_in(article, int(parts["start"]), int(parts["end"])) if parts else None
    if json:
        cited = (
            {"start": span.start, "end": span.end, "quote": article.text[slice(*span)]}
            if span
            else {}
        )
        terminal.show(to_json({"article": article, **cited}))
    elif span:
        terminal.show(render_span(article, span, width=terminal.width, color=terminal.color))
    else:
        terminal.show(render_article(article, width=terminal.width, color=terminal.color))
    return exits.DONE


def span_in(article: Article, start: int, end: int) -> Span:
    """The span, if the article has it.

    Raises:
        UsageError: it is empty or reaches outside the text.
    """
    from bot.errors import UsageError
    from retrieval.types import Span

    if not 0 <= start < end <= len(article.text):
        raise UsageError(
            f"{clean_line(article.id)} has {len(article.text):,} characters: "
            f"it has no span {start}-{end}"
        )
    return Span(start, end)
