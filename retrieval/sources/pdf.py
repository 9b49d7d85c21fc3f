"""PDF -> article, by pypdf in the parser process.

A PDF holds lines, not paragraphs. Lines are joined to a paragraph until one that ends a sentence
and is clearly shorter than the lines of its page, or that is as short as a heading; a hyphen at a
line's end is taken out only between two lower-case letters. Page numbers and running heads (the
same words at the edge of three pages or more), and what stands above the title, are left out with
a notice. Title, author and date come from the PDF's own metadata, but a byline and a dateline are
believed before them.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from retrieval.errors import SourceError
from retrieval.sources import dates, fields
from retrieval.sources.article import Draft, finish
from retrieval.sources.canonical import one_line
from retrieval.sources.inputs import Document
from retrieval.sources.text import headed
from retrieval.sources.worker import extract as extract_apart
from retrieval.types import ParsedArticle, SourceFailure

if TYPE_CHECKING:
    from pypdf import PdfReader

_SENTENCE_END = re.compile(r"[.!?:…][\"'”’)\]]*$")
_BULLET = re.compile(r"[•·▪◦‣–—*-] ")
_BROKEN_WORD = re.compile(r"(?<=[a-zß-öø-ÿ])-\n(?=[a-zß-öø-ÿ])")
_PAGE_NUMBER = re.compile(r"(?:page |p\. ?)?[-–— ]*\d{1,4}[-–— ]*(?:(?:of|/) ?\d{1,4})?", re.I)
_DIGITS = re.compile(r"\d+")
_TOP = 5  # blocks in which the title may stand
_MASTHEAD = 60  # characters of a line above the title
_NO_TITLE = re.compile(
    r"untitled|\(?anonymous\)?|microsoft \w+ - .*|.*\.(?:docx?|pdf|indd|tex)", re.I
)
_SHORT = 0.8  # of the longest line of a page: a paragraph's last line may be that long
_HEADING = 0.75  # of that again: a line this short ends a heading, if no lower case follows
_PDF_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(?:([+-])(\d\d)'?(\d\d)?|Z)?")


def read(document: Document) -> Iterator[ParsedArticle | SourceFailure]:
    """The one article of a PDF."""
    limits = document.limits
    found = extract_apart(
        "pdf",
        document.content(limits.file_bytes),
        seconds=limits.parse_seconds,
        memory=limits.parse_memory,
        pages=limits.pages,
        chars=limits.article_chars,
    )
    draft = Draft(
        text=found["text"],
        title=fields.word(found["title"]),
        published=_stamp(found["created"]),
        authors=fields.names(found["author"]),
        notices=tuple(found["notices"]),
    )
    yield finish(headed(draft), document)


def extract(data: bytes, *, pages: int, chars: int) -> dict[str, Any]:
    """The text and metadata of a PDF. Runs in the parser process."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    start = data.find(b"%PDF-", 0, 1_024)
    if start < 0:
        raise SourceError("is no PDF, whatever its name says")
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceError("is encrypted: save a copy without a password")
        count = len(reader.pages)
    except PyPdfError as error:
        if "crypt" in f"{type(error).__name__} {error}".lower():
            raise SourceError("is encrypted: save a copy without a password") from error
        raise SourceError("is a broken PDF: save or download it again") from error
    if count > pages:
        raise SourceError(f"has {count:,} pages, more than the {pages:,} allowed: split it")
    texts, notices = _pages(reader, count, chars)
    if not any(map(str.isalpha, "".join(texts))):
        raise SourceError("has no text layer: run it through OCR first")
    lines, dropped = _without_edges([text.split("\n") for text in texts])
    if dropped:
        notices.append(f"{dropped} running heads and page numbers left out")
    title, author, created = _metadata(reader)
    blocks = paragraphs(lines)
    top = next((at for at, block in enumerate(blocks[:_TOP]) if title and block == title), 0)
    if top and all(len(block) <= _MASTHEAD for block in blocks[:top]):
        notices.append(f"left out above the title: {one_line(' / '.join(blocks[:top]))}")
        del blocks[:top]
    return {
        "text": "\n\n".join(blocks),
        "title": title,
        "author": author,
        "created": created,
        "notices": notices,
    }


def paragraphs(pages: Sequence[Sequence[str]]) -> list[str]:
    """Paragraphs made of the lines of each page. One may run on over a page's end.

    Worked by hand: of the lines `"The min-"`, `"ister spoke at length."`, `"She left."` and
    `"Nobody asked why that was."`, the third is short and ends its sentence. So the paragraphs are
    `"The minister spoke at length. She left."` and `"Nobody asked why that was."`
    """
    found: list[str] = []
    current: list[str] = []

    def close() -> None:
        if current:
            joined = _BROKEN_WORD.sub("", "\n".join(current))
            found.append(joined.replace("\n", " "))
            current.clear()

    for page in pages:
        width = max((len(line.strip()) for line in page), default=0) * _SHORT
        for line in page:
            words = line.strip()
            if not words:
                close()
                continue
            if _BULLET.match(words):
                close()
            if current and len(current[-1]) < width * _HEADING and not words[0].islower():
                close()
            current.append(words)
            if len(words) < width and _SENTENCE_END.search(words):
                close()
        if current and _SENTENCE_END.search(current[-1]):
            close()
    close()
    return found


def _pages(reader: PdfReader, count: int, chars: int) -> tuple[list[str], list[str]]:
    texts: list[str] = []
    damaged: list[int] = []
    for number in range(count):
        try:
            texts.append(reader.pages[number].extract_text())
        except (MemoryError, RecursionError):
            raise
        except Exception:  # a page's content may break pypdf in any way; the others are read
            damaged.append(number + 1)
        if sum(map(len, texts)) > chars:
            raise SourceError(f"holds more than {chars:,} characters: split it")
    if damaged and not texts:
        raise SourceError("is a broken PDF: none of its pages can be read")
    some = ", ".join(map(str, damaged[:5])) + ("…" if len(damaged) > 5 else "")
    return texts, [f"page {some} could not be read"] if damaged else []


def _without_edges(pages: list[list[str]]) -> tuple[list[list[str]], int]:
    """The pages without page numbers and running heads, and how many lines that left out."""
    pages = [[line.rstrip() for line in page] for page in pages]
    pages = [_trimmed(page) for page in pages]
    if len(pages) < 2:
        return pages, 0
    edges = Counter(_DIGITS.sub("#", page[at]) for page in pages if len(page) > 2 for at in (0, -1))
    dropped = 0
    for page in pages:
        for at in (-1, 0):
            if len(page) < 3:
                continue
            line = page[at].strip()
            common = edges[_DIGITS.sub("#", page[at])] >= max(3, len(pages) // 2)
            if _PAGE_NUMBER.fullmatch(line) or common:
                del page[at]
                dropped += 1
    return pages, dropped


def _trimmed(page: list[str]) -> list[str]:
    while page and not page[0].strip():
        page = page[1:]
    while page and not page[-1].strip():
        page = page[:-1]
    return page


def _metadata(reader: PdfReader) -> tuple[str | None, str | None, str | None]:
    """Title, author and creation date as the PDF states them."""
    try:
        stated = reader.metadata
        values = (
            [stated.get(f"/{name}") for name in ("Title", "Author", "CreationDate")]
            if stated
            else []
        )
        title, author, created = [str(value) if value else None for value in values] or [None] * 3
    except (MemoryError, RecursionError):
        raise
    except Exception:  # metadata is a courtesy; a damaged one is as good as none
        return None, None, None
    if title and (_NO_TITLE.fullmatch(title.strip()) or not any(map(str.isalpha, title))):
        title = None
    return title, author, created


def _stamp(created: str | None) -> dates.Stamp:
    """A PDF date, `D:20220112183000+01'00'` (ISO 32000-1, 7.9.4)."""
    found = _PDF_DATE.match(created or "")
    if found is None:
        return dates.NO_DATE
    year, month, day, hour, minute, second, sign, hours, minutes = found.groups()
    zone = f"{sign}{hours}:{minutes or '00'}" if sign else "+00:00"
    written = f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}{zone}"
    return dates.parse(written)._replace(raw=created)
