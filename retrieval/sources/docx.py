"""DOCX -> article, by python-docx in the parser process.

Paragraphs and table rows of the document's body in order, with insertions and without deletions
where changes were tracked. Headers, footers, notes and text boxes are not the article.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from retrieval.errors import SourceError
from retrieval.sources import dates, fields
from retrieval.sources.article import Draft, finish
from retrieval.sources.inputs import Document, megabytes
from retrieval.sources.text import headed
from retrieval.sources.worker import extract as extract_apart
from retrieval.types import ParsedArticle, SourceFailure

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BREAKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_NOT_WORDS = {
    f"{_W}{tag}" for tag in ("del", "moveFrom", "pict", "drawing", "object", "pPr", "rPr")
}
_NOT_WORDS.add("{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent")
_SMALL = 1_000_000  # bytes: below this a high ratio does no harm
_OLE = b"\xd0\xcf\x11\xe0"


def read(document: Document) -> Iterator[ParsedArticle | SourceFailure]:
    """The one article of a DOCX."""
    limits = document.limits
    found = extract_apart(
        "docx",
        document.content(limits.file_bytes),
        seconds=limits.parse_seconds,
        memory=limits.parse_memory,
        unpacked=limits.unpacked_bytes,
        ratio=limits.unpacked_ratio,
    )
    draft = Draft(
        text=found["text"],
        title=fields.word(found["title"]),
        published=dates.parse(found["created"]),
        authors=fields.names(found["author"]),
    )
    yield finish(headed(draft), document)


def extract(data: bytes, *, unpacked: int, ratio: int) -> dict[str, Any]:
    """The text and core properties of a DOCX. Runs in the parser process."""
    if data.startswith(_OLE):
        raise SourceError("is encrypted or an old .doc: save it as .docx without a password")
    try:
        _check(data, unpacked, ratio)
        import docx

        word = docx.Document(io.BytesIO(data))
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError) as error:
        raise SourceError("is a broken DOCX: save or download it again") from error
    blocks = [words for words in _blocks(word.element.body) if words.strip()]
    if not blocks:
        raise SourceError("is empty: there is no text in it")
    properties = word.core_properties
    template = properties.author == "python-docx"  # its template's author and date are not ours
    return {
        "text": "\n\n".join(blocks),
        "title": properties.title or _styled_title(word),
        "author": None if template else properties.author,
        "created": properties.created.isoformat() if properties.created and not template else None,
    }


def _check(data: bytes, unpacked: int, ratio: int) -> None:
    """Refuse what would unpack to too much, and any part with a document type declaration."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        total = sum(part.file_size for part in parts)
        if total > unpacked or len(parts) > 10_000:
            raise SourceError(f"unpacks to more than {megabytes(unpacked)}: it is not read")
        if total > _SMALL and total > ratio * max(len(data), 1):
            raise SourceError(f"unpacks to {total // len(data)} times its size: it is not read")
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as stream:
                    if b"<!DOCTYPE" in stream.read(4_096).replace(b"\0", b""):
                        raise SourceError("declares a document type: it is not read")


def _styled_title(word: Any) -> str | None:
    """The first paragraph, if it is set in the style of a title."""
    for paragraph in word.paragraphs:
        if paragraph.text.strip():
            style = paragraph.style.name if paragraph.style is not None else ""
            return str(paragraph.text) if style in ("Title", "Heading 1") else None
    return None


def _blocks(parent: _Element) -> Iterator[str]:
    for child in parent:
        if child.tag == f"{_W}p":
            yield _words(child).strip()
        elif child.tag == f"{_W}tbl":
            for row in child.iter(f"{_W}tr"):
                cells = (" ".join(map(_words, cell.iter(f"{_W}p"))) for cell in row.iter(f"{_W}tc"))
                yield " | ".join(cell.strip() for cell in cells)
        elif isinstance(child.tag, str) and child.tag not in _NOT_WORDS:
            yield from _blocks(child)


def _words(element: _Element) -> str:
    if element.tag == f"{_W}t":
        return element.text or ""
    if element.tag in _BREAKS:
        return _BREAKS[element.tag]
    return "".join(_words(child) for child in element if child.tag not in _NOT_WORDS)
