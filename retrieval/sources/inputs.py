"""What is read: one input of a person's command, and the limits it is held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Literal

from retrieval.errors import SourceError

FORMATS = ("auto", "txt", "md", "html", "pdf", "docx", "feed", "jsonl")

STDIN = "-"

Kind = Literal["file", "url", "stdin"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one input may cost. An input that exceeds one is refused with a reason.

    Sizes are bytes unless the name says otherwise; times are wall-clock seconds.
    """

    file_bytes: int = 50_000_000  # of a whole document; JSON Lines are streamed instead
    markup_bytes: int = 10_000_000  # of HTML, Markdown and feeds: a tree costs 20 times its source
    line_bytes: int = 10_000_000  # of one line of JSON Lines
    article_chars: int = 2_000_000
    pages: int = 2_000  # of a PDF
    entries: int = 10_000  # of a feed
    unpacked_bytes: int = 200_000_000  # of a DOCX, all its parts together
    unpacked_ratio: int = 200  # unpacked size over packed size, of a DOCX
    parse_seconds: float = 60.0  # for one document in the parser process
    parse_memory: int = 2**30  # of the parser process
    fetch_bytes: int = 10_000_000  # of a page, both as sent and unpacked
    fetch_seconds: float = 30.0  # for a page, redirects included
    connect_seconds: float = 5.0
    redirects: int = 5


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Input:
    """One file, address or stream to read articles from.

    `origin` is a resolved path, a URL or `-`; `root` is the folder, file or URL that the person
    named and that led here, resolved in the same way.
    """

    origin: str
    kind: Kind
    format: str  # one of FORMATS
    root: str


@dataclass(frozen=True, slots=True)
class Document:
    """An open input, and what is known of its bytes before they are parsed."""

    item: Input
    stream: BinaryIO
    limits: Limits = DEFAULT_LIMITS
    charset: str | None = None  # as the server stated it
    url: str | None = None  # the address the bytes came from, after redirects

    def content(self, limit: int) -> bytes:
        """The whole content.

        Raises:
            SourceError: it is empty, or longer than `limit` bytes.
        """
        data = self.stream.read(limit + 1)
        if len(data) > limit:
            raise SourceError(f"is larger than {megabytes(limit)}: split it into smaller files")
        if not data:
            raise SourceError("is empty: there is no article in it")
        return data


def megabytes(count: int) -> str:
    """`count` bytes as a person reads them: `10 MB`, `250 KB`."""
    return f"{count / 1e6:.4g} MB" if count >= 1_000_000 else f"{count / 1e3:.4g} KB"
