"""Steps 1 to 4 in order: inputs -> articles -> passages -> vectors -> the ledger.

Articles are embedded and committed in small batches. A batch's commit is its acknowledgement:
what was reported as stored is safe, what was not is read again next time. Unchanged articles are
recognised by their content and cost no embedding.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

from retrieval.errors import EmbedderError
from retrieval.ledger import NewRevision
from retrieval.passages import split_passages
from retrieval.types import (
    IngestProgress,
    IngestReport,
    ParsedArticle,
    ProgressCallback,
    SourceFailure,
    Span,
)

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from retrieval.embedding import Embedder
    from retrieval.ledger import Ledger
    from retrieval.sources import Input

BATCH_PASSAGES = 128  # passages embedded and committed together: about a second of work


def content_hash(parsed: ParsedArticle) -> str:
    """sha256, in hex, over everything of an article that a reader can see."""
    visible = (
        parsed.title,
        parsed.text,
        parsed.source,
        parsed.published.isoformat() if parsed.published else None,
        parsed.authors,
        parsed.url,
        parsed.dateline,
        parsed.carrier,
    )
    return hashlib.sha256(json.dumps(visible, ensure_ascii=True).encode()).hexdigest()


def passage_inputs(title: str, text: str, passages: Sequence[tuple[Span, ...]]) -> list[str]:
    """What is embedded for each passage: the article's title, then the passage."""
    return [f"{title}\n{text[spans[0].start : spans[-1].end]}" for spans in passages]


@dataclass(slots=True)
class _Pending:
    new_id: str
    revision: int
    parsed: ParsedArticle
    content_hash: str
    passages: list[tuple[Span, ...]]


@dataclass(slots=True)
class Ingest:
    """One run over a list of inputs. The caller holds the writer's lock."""

    ledger: Ledger
    embedder: Embedder
    dry_run: bool = False
    on_progress: ProgressCallback | None = None
    _added: list[str] = field(default_factory=list)
    _changed: list[str] = field(default_factory=list)
    _unchanged: list[str] = field(default_factory=list)
    _removed: list[str] = field(default_factory=list)
    _failed: list[SourceFailure] = field(default_factory=list)
    _notices: list[str] = field(default_factory=list)
    _pending: list[_Pending] = field(default_factory=list)
    _waiting: int = 0  # passages in _pending
    _seen: dict[str, tuple[str, str]] = field(default_factory=dict)  # key -> (hash, origin)
    _stored: list[str] = field(default_factory=list)  # since the last progress report
    _passages: int = 0
    _words: int = 0

    def run(
        self,
        inputs: Sequence[Input | SourceFailure],
        *,
        prune: bool = False,
        allow_private: bool = False,
        stdin: BinaryIO | None = None,
    ) -> IngestReport:
        """Read every input, store what is new or changed, and report.

        Raises:
            EmbedderError: the embedder failed. What was committed before is kept; the message says
                how much that is.
        """
        from retrieval.sources import read

        for done, item in enumerate(inputs):
            if isinstance(item, SourceFailure):
                self._failed.append(item)
                continue
            self._progress(done, len(inputs), item.origin)
            for result in read(item, allow_private=allow_private, stdin=stdin):
                if isinstance(result, SourceFailure):
                    self._failed.append(result)
                else:
                    self._consider(result)
                if self._waiting >= BATCH_PASSAGES:
                    self._flush()
                    self._progress(done, len(inputs), item.origin)
        self._flush()
        if prune:
            self._prune([item for item in inputs if not isinstance(item, SourceFailure)])
        self._progress(len(inputs), len(inputs), "")
        return IngestReport(
            added=tuple(self._added),
            changed=tuple(self._changed),
            unchanged=tuple(self._unchanged),
            removed=tuple(self._removed),
            failed=tuple(self._failed),
            notices=tuple(self._notices),
            passages=self._passages,
            words=self._words,
            dry_run=self.dry_run,
        )

    def _consider(self, parsed: ParsedArticle) -> None:
        self._notices += [f"{parsed.origin}: {notice}" for notice in parsed.notices]
        digest = content_hash(parsed)
        if parsed.key in self._seen:
            self._repeated(parsed, digest)
            return
        self._seen[parsed.key] = (digest, parsed.origin)
        known = self.ledger.known(parsed.key)
        if known is not None and known.content_hash == digest:
            self._unchanged.append(known.id)
            if known.origin != parsed.origin and not self.dry_run:
                self.ledger.touch_origin(known.id, parsed.origin)
            return
        passages = split_passages(parsed.text)
        self._pending.append(
            _Pending(
                known.id if known else self._new_id(parsed.key),
                known.revision + 1 if known else 1,
                parsed,
                digest,
                passages,
            )
        )
        self._waiting += len(passages)

    def _repeated(self, parsed: ParsedArticle, digest: str) -> None:
        first_digest, first_origin = self._seen[parsed.key]
        if digest == first_digest:
            self._notices.append(f"{parsed.origin}: the same article as {first_origin}; kept once")
        else:
            self._failed.append(
                SourceFailure(
                    parsed.origin,
                    f"duplicate id {parsed.key!r}: {first_origin} has it with another text, "
                    "which was kept; give one of them an id of its own",
                )
            )

    def _new_id(self, key: str) -> str:
        """The first 12 hex digits of the key's sha256; more if another article has those."""
        digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        taken = {pending.new_id for pending in self._pending}
        length = 12
        while digest[:length] in taken or self.ledger.key_of(digest[:length]) is not None:
            length += 4
        return digest[:length]

    def _flush(self) -> None:
        batch, self._pending, self._waiting = self._pending, [], 0
        if batch and not self.dry_run:
            self._store(batch)
        for item in batch:
            (self._added if item.revision == 1 else self._changed).append(item.new_id)
            if not self.dry_run:
                self._stored.append(item.new_id)
            self._passages += len(item.passages)
            self._words += len(item.parsed.text.split())

    def _store(self, batch: Sequence[_Pending]) -> None:
        texts: list[str] = []
        for item in batch:
            texts += passage_inputs(item.parsed.title, item.parsed.text, item.passages)
        vectors = narrow(self._embed(texts))
        revisions, start = list[NewRevision](), 0
        for item in batch:
            end = start + len(item.passages)
            revisions.append(
                NewRevision(
                    id=item.new_id,
                    revision=item.revision,
                    parsed=item.parsed,
                    content_hash=item.content_hash,
                    ingested=datetime.now(UTC),
                    passages=item.passages,
                    vectors=vectors[start:end],
                )
            )
            start = end
        self.ledger.put(revisions)

    def _embed(self, texts: Sequence[str]) -> NDArray[Any]:
        try:
            return self.embedder.embed_passages(texts)
        except EmbedderError as error:
            stored = len(self._added) + len(self._changed)
            articles = "article was" if stored == 1 else "articles were"
            raise type(error)(
                f"{error} ({stored} {articles} stored before that, and are kept; the same command "
                "goes on from there)"
                if stored
                else f"{error} (nothing was stored)"
            ) from error

    def _prune(self, inputs: Sequence[Input]) -> None:
        """Remove articles that were read from under these inputs once and are no longer there."""
        roots = {item.root for item in inputs}
        present = {origin for _, origin in self._seen.values()}
        present |= {failure.origin for failure in self._failed}
        for article_id, origin in self.ledger.origins():
            if origin not in present and any(_is_under(origin, root) for root in roots):
                if not self.dry_run:
                    self.ledger.remove(article_id)
                self._removed.append(article_id)

    def _progress(self, done: int, total: int, current: str) -> None:
        if self.on_progress is not None:
            self.on_progress(IngestProgress(done, total, current, tuple(self._stored)))
        self._stored.clear()


def narrow(vectors: NDArray[Any]) -> NDArray[Any]:
    """float32 rows as they are stored: little-endian float16."""
    return vectors.astype("<f2")


def _is_under(origin: str, root: str) -> bool:
    return origin == root or origin.startswith((root.rstrip("/") + "/", root + "#"))
