"""One input -> its articles, by the reader of its format. Bad input gives a failure, no error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import BinaryIO

from retrieval.errors import SourceError
from retrieval.sources import files
from retrieval.sources.inputs import DEFAULT_LIMITS, STDIN, Document, Input, Limits
from retrieval.types import ParsedArticle, SourceFailure

Reader = Callable[[Document], Iterator[ParsedArticle | SourceFailure]]

# Format -> the module whose `read` reads it; imported when the first such input comes.
READERS = {
    "txt": "retrieval.sources.text",
    "md": "retrieval.sources.markdown",
    "html": "retrieval.sources.html",
    "pdf": "retrieval.sources.pdf",
    "docx": "retrieval.sources.docx",
    "feed": "retrieval.sources.feed",
    "jsonl": "retrieval.sources.jsonl",
}


def read(
    item: Input,
    *,
    limits: Limits = DEFAULT_LIMITS,
    allow_private: bool = False,
    stdin: BinaryIO | None = None,
) -> Iterator[ParsedArticle | SourceFailure]:
    """The articles of one input, in order, and a failure for each that cannot be read.

    Args:
        item: what to read, from `discover`.
        limits: how much it may cost.
        allow_private: whether a URL may lead to a private, loopback or link-local address.
        stdin: what is read for `-`; the process's standard input if None.

    Raises:
        Nothing for bad input: a failure's reason is one line that says what is wrong.
    """
    try:
        if item.kind == "url":
            from retrieval.sources.url import fetch

            document = fetch(item, limits=limits, allow_private=allow_private)
        elif item.kind == "stdin":
            document = Document(item, stdin or sys.stdin.buffer, limits)
        else:
            document = Document(item, files.open_regular(item.origin), limits)
    except SourceError as error:
        yield SourceFailure(item.origin, str(error))
        return
    try:
        yield from _parse(document)
    except SourceError as error:
        yield SourceFailure(item.origin, str(error))
    except OSError as error:
        yield SourceFailure(item.origin, files.reason(error))
    except RecursionError:
        yield SourceFailure(item.origin, "is nested too deeply to be read")
    finally:
        if item.origin != STDIN:
            document.stream.close()


def _parse(document: Document) -> Iterator[ParsedArticle | SourceFailure]:
    from retrieval.sources.sniff import settled

    document = settled(document)
    reader: Reader = import_module(READERS[document.item.format]).read
    yield from reader(document)
