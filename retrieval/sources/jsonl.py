"""JSON and JSON Lines -> articles.

One article a line in `.jsonl`, also gzipped; in `.json` one object, a list of objects, or
`{"articles": […]}`. An article is an object with these fields, of which only the text is needed
(`retrieval.sources.fields.FIELDS`; names are compared without case, `_` or `-`):

    id          id
    url         url, link
    title       title, headline
    text        text, body, content            stored as it is: HTML in it is not stripped
    published   published, date, pubDate, published_at     a date, or seconds since 1970
    source      source, outlet, publisher      text, or an object with a name
    authors     authors, author, byline        text, or a list of texts or objects with a name
    dateline    dateline, place
    carrier     carrier, agency

Lines are read one at a time: a file may be larger than memory. A broken line is reported with its
number, and the rest is read. Of two articles with the same key and different texts the first is
kept and the second reported; an exact repetition is passed over.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NoReturn, cast

from retrieval.errors import SourceError
from retrieval.sources.article import finish
from retrieval.sources.decode import decode
from retrieval.sources.inputs import Document, Input, megabytes
from retrieval.sources.repeats import Repeats
from retrieval.sources.text import drafted
from retrieval.types import ParsedArticle, SourceFailure

_GZIP = b"\x1f\x8b"
_PEEK = 65_536


def read(document: Document) -> Iterator[ParsedArticle | SourceFailure]:
    """The articles of a JSON or JSON Lines file, in the order of the file."""
    stream = _Peekable(document.stream)
    if stream.peek(2) == _GZIP:
        # GzipFile reads in small steps and keeps nothing: a bomb costs time up to the line cap
        stream = _Peekable(cast(BinaryIO, gzip.GzipFile(fileobj=cast(BinaryIO, stream))))
    repeats = Repeats()
    try:
        rows = _rows(stream, document)
        for place, row in rows:
            yield from _article(row, place, document, repeats)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SourceError(f"its gzip data is broken, the rest is not read: {error}") from error


def _rows(stream: _Peekable, document: Document) -> Iterator[tuple[str, object]]:
    """What each line or item holds: an object, or a SourceError that says why there is none."""
    head = stream.peek_line(_PEEK, document.limits.line_bytes)
    if not head:
        raise SourceError("is empty: there is no article in it")
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00")) or _is_whole(head, document.item):
        yield from _whole(stream, document)
        return
    cap = document.limits.line_bytes
    number = 0
    while line := stream.readline(cap + 1):
        number += 1
        place = f"line {number}"
        if len(line) > cap:
            while line and not line.endswith(b"\n"):
                line = stream.readline(cap)
            yield place, SourceError(f"is longer than {megabytes(cap)}")
        elif number == 1 and line.startswith(b"\xef\xbb\xbf"):
            yield place, _value(line[3:])
        elif not line.isspace():
            yield place, _value(line)


def _is_whole(head: bytes, item: Input) -> bool:
    """Whether the content is one JSON value over many lines rather than a value a line."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"["):
        return True
    if item.origin.endswith((".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")):
        return False
    first, newline, rest = start.partition(b"\n")
    if not newline or not rest.strip():
        return item.origin.endswith((".json", ".json.gz")) or not newline
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return True
    return False


def _whole(stream: _Peekable, document: Document) -> Iterator[tuple[str, object]]:
    limit = document.limits.file_bytes
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise SourceError(f"is larger than {megabytes(limit)}: write it as .jsonl, one a line")
    value = _value(decode(data).text.encode("utf-8", "surrogatepass"))
    if isinstance(value, SourceError):
        raise value
    if isinstance(value, dict) and isinstance(value.get("articles"), list):
        value = value["articles"]
    if isinstance(value, list):
        if not value:
            raise SourceError("is empty: there is no article in it")
        yield from ((f"item {number}", item) for number, item in enumerate(value, 1))
    else:
        yield "", value


def _value(line: bytes) -> object:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        return SourceError(f"is not UTF-8 at byte {error.start + 1}: save it as UTF-8")
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}" if error.lineno > 1 else error.colno
        at = where if error.lineno > 1 else f"column {where}"
        return SourceError(f"broken JSON: {error.msg} at {at}")
    except RecursionError:
        return SourceError("broken JSON: nested too deeply")
    except _NoValueError as error:
        return SourceError(f"broken JSON: {error} is no JSON value")
    except ValueError:  # Python refuses to convert integers of more than 4,300 digits
        return SourceError("broken JSON: a number has too many digits")


def _refuse(constant: str) -> NoReturn:
    raise _NoValueError(constant)


class _NoValueError(ValueError):
    """NaN or Infinity, which Python's parser would take for numbers."""


def _article(
    row: object, place: str, document: Document, repeats: Repeats
) -> Iterator[ParsedArticle | SourceFailure]:
    origin = document.item.origin
    prefix = f"{place}: " if place else ""
    try:
        if isinstance(row, SourceError):
            raise row
        if not isinstance(row, dict):
            raise SourceError("is no article: write an object with a text field")
        article = finish(drafted(row, _text(row)), document, many=bool(place))
        if repeats.is_new(article):
            yield article
    except SourceError as error:
        yield SourceFailure(origin, prefix + str(error))


def _text(row: dict[str, object]) -> str:
    lowered = {name.lower(): value for name, value in row.items()}
    for name in ("text", "body", "content"):
        value = lowered.get(name)
        if isinstance(value, str) and value:
            return value
        if value is not None and not isinstance(value, str):
            raise SourceError(f"its {name} is no text but {_json_type(value)}")
    raise SourceError("has no text: one of the fields text, body or content must hold it")


def _json_type(value: object) -> str:
    return {dict: "an object", list: "a list", bool: "true or false"}.get(type(value), "a number")


class _Peekable:
    """A binary stream whose first bytes can be looked at before they are read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._ahead = b""

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, fewer at the end; they stay unread."""
        while len(self._ahead) < size and (more := self._stream.read(size - len(self._ahead))):
            self._ahead += more
        return self._ahead[:size]

    def peek_line(self, size: int, limit: int) -> bytes:
        """At least the next `size` bytes, and more until they hold a newline or are `limit`."""
        while b"\n" not in (head := self.peek(size)) and len(head) == size < limit:
            size *= 2
        return head

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; all for -1."""
        if size < 0:
            return self._take(len(self._ahead)) + self._stream.read()
        taken = self._take(size)
        return taken if len(taken) == size else taken + self._stream.read(size - len(taken))

    def readline(self, size: int) -> bytes:
        """Up to and with the next newline, but at most `size` bytes."""
        end = self._ahead.find(b"\n", 0, size)
        if end >= 0:
            return self._take(end + 1)
        taken = self._take(size)
        return taken if len(taken) == size else taken + self._stream.readline(size - len(taken))

    def _take(self, size: int) -> bytes:
        taken, self._ahead = self._ahead[:size], self._ahead[size:]
        return taken
