"""The nouns of `retrieval`: what flows from an article file to ranked passages.

All are frozen. Every offset is a half-open `[start, end)` range of code points (Python `str`
indices) into the stored text of one revision of one article.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range `[start, end)` of code points in an article's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """What a source reads from a file, page or feed, before the archive gives it an id.

    `key` identifies the article across ingests: its canonical URL, the id that its file states,
    or the file's resolved path (`file:///…`). `origin` is where it was read from now.
    """

    key: str
    origin: str
    title: str
    text: str
    source: str | None = None  # the outlet that published it
    published: datetime | None = None  # aware; with the offset it was written with
    published_raw: str | None = None  # the date as the input wrote it
    authors: tuple[str, ...] = ()
    url: str | None = None
    dateline: str | None = None  # the place at the head of a wire story
    carrier: str | None = None  # the agency that passed the text on
    notices: tuple[str, ...] = ()  # what had to be mended to read it


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """An input that could not be read, with a one-line reason."""

    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class ArticleRef:
    """An article's revision without its text: what a citation needs to name it."""

    id: str
    revision: int  # counts from 1
    title: str
    source: str | None
    published: datetime | None
    url: str | None
    dateline: str | None
    carrier: str | None


@dataclass(frozen=True, slots=True)
class Article:
    """One stored revision of an article. `text` never changes once stored."""

    ref: ArticleRef
    text: str = field(repr=False)
    authors: tuple[str, ...]
    origin: str
    ingested: datetime

    @property
    def id(self) -> str:
        """The article's id: 12 lower-case hex digits."""
        return self.ref.id


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article, about 100 to 150 words.

    `sentences` are spans in the *article's* text, in order; the first starts at `start` and the
    last ends at `end`. `id` is 0 until the ledger has stored the passage.
    """

    id: int
    article_id: str
    revision: int
    ordinal: int  # counts from 0 within the article
    start: int
    end: int
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles a question may use. Dates are inclusive, on the outlet's own calendar day."""

    since: date | None = None
    until: date | None = None
    sources: tuple[str, ...] = ()  # outlet names, compared without case

    def __bool__(self) -> bool:
        return bool(self.since or self.until or self.sources)


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage with its article and how it was found.

    `score` is the fused score (higher is better, comparable within one result only);
    `similarity` is the cosine of question and passage in [-1, 1], None if only the lexical index
    found it; ranks count from 1, None where that index did not return it.
    """

    passage: Passage
    article: Article = field(repr=False)
    score: float
    similarity: float | None = None
    dense_rank: int | None = None
    lexical_rank: int | None = None

    @property
    def text(self) -> str:
        """The passage's text, exactly as stored."""
        return self.article.text[self.passage.start : self.passage.end]


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """Reported while an ingest runs: inputs done, of how many, and what was just stored.

    Articles in `stored` are committed: no crash after this report loses them.
    """

    done: int
    total: int
    current: str
    stored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did. Tuples hold article ids; failures hold the inputs that were refused."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: tuple[SourceFailure, ...] = ()
    notices: tuple[str, ...] = ()  # "origin: what was mended"
    passages: int = 0  # newly stored
    words: int = 0  # newly stored
    dry_run: bool = False


ProgressCallback = Callable[[IngestProgress], None]


@dataclass(frozen=True, slots=True)
class ArchiveStats:
    """What an archive holds."""

    articles: int
    passages: int
    sources: tuple[str, ...]
    earliest: date | None
    latest: date | None


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What a check of an archive found, and what was mended."""

    problems: tuple[str, ...]
    repaired: tuple[str, ...]
    articles: int
    passages: int
    lexical_rows: int
    dense_rows: int | None  # None: the dense index could not be opened
    ok: bool  # nothing is wrong, or everything that was is mended
