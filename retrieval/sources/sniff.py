"""Which format is this? By the name's ending, else by the first bytes."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import BinaryIO, cast

from retrieval.sources.inputs import Document

EXTENSIONS = {
    **{".txt": "txt", ".text": "txt"},
    **{".md": "md", ".markdown": "md"},
    **{".html": "html", ".htm": "html", ".xhtml": "html"},
    **{".pdf": "pdf", ".docx": "docx"},
    **{".xml": "feed", ".rss": "feed", ".atom": "feed"},
    **{".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"},
    **{".jsonl.gz": "jsonl", ".ndjson.gz": "jsonl", ".json.gz": "jsonl"},
}
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF|channel)[\s>]", re.I)
_HTML = re.compile(rb"<(?:!doctype html|html|head|body|article|div|p|h1|meta|title)\b", re.I)
_HEAD = 2_048


def by_name(name: str) -> str | None:
    """The format that a file name's ending stands for, or None."""
    name = name.lower()
    return next((kind for ending, kind in EXTENSIONS.items() if name.endswith(ending)), None)


def by_content(head: bytes) -> str:
    """The format that the first bytes of a document look like; plain text if like no other."""
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "docx"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"\x1f\x8b")) or re.match(rb"\[\s*(?:\{|$)", start):
        return "jsonl"
    if start.startswith(b"<"):
        if _FEED.search(start):
            return "feed"
        if _HTML.search(start):
            return "html"
    return "txt"


def settled(document: Document) -> Document:
    """`document` with its format known: `auto` is looked up by name, then by content."""
    item = document.item
    if item.format != "auto":
        return document
    stream = document.stream
    kind = by_name(item.origin) if item.kind == "file" else None
    if kind is None:
        head = stream.read(_HEAD)
        kind = by_content(head)
        stream = _rejoined(head, stream)
    return replace(document, item=replace(item, format=kind), stream=stream)


def _rejoined(head: bytes, stream: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Joined(head, stream)))


class _Joined(io.RawIOBase):
    """Bytes already read, and then the rest of the stream that they were read from."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        data = self._head[: len(buffer)] or self._stream.read(len(buffer))
        self._head = self._head[len(data) :] if self._head else b""
        buffer[: len(data)] = data
        return len(data)
