"""Step 4. The reading half of the ledger: finds articles, passages, vectors and matches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from retrieval.errors import ArticleNotFoundError
from retrieval.ledger.file import LedgerFile
from retrieval.ledger.rows import (
    PASSAGE,
    REF,
    Known,
    parsed_from,
    passage_from,
    ref_from,
    where,
)
from retrieval.types import Article, ArticleRef, Filters, ParsedArticle, Passage

_CURRENT = "revision r JOIN article a ON a.id = r.article_id AND a.revision = r.revision"
# Passages are of current revisions only.
_OF_PASSAGE = "revision r ON r.article_id = p.article_id AND r.revision = p.revision"
_CHUNK = 500  # host parameters in one statement


class LedgerReader(LedgerFile):
    """What can be asked of the ledger about its articles."""

    # -- meta -----------------------------------------------------------------------------------

    def meta(self, name: str, default: str = "") -> str:
        """The stored setting `name`."""
        row = self._one("SELECT value FROM meta WHERE name = ?", (name,))
        return default if row is None else str(row[0])

    @property
    def generation(self) -> int:
        """Grows with every change to the articles. Readers compare it to notice changes."""
        return int(self.meta("generation", "0"))

    # -- articles -------------------------------------------------------------------------------

    def known(self, key: str) -> Known | None:
        """What is stored under `key`, None if nothing."""
        row = self._one(
            f"SELECT a.id, a.revision, r.content_hash, a.origin FROM {_CURRENT} WHERE a.key = ?",
            (key,),
        )
        return None if row is None else Known(*row)

    def key_of(self, article_id: str) -> str | None:
        """The key of the article with exactly this id."""
        row = self._one("SELECT key FROM article WHERE id = ?", (article_id,))
        return None if row is None else str(row[0])

    def origins(self) -> list[tuple[str, str]]:
        """`(article id, origin)` of every article."""
        return [(str(a), str(b)) for a, b in self._all("SELECT id, origin FROM article")]

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """One stored revision, the current one by default.

        Raises:
            ArticleNotFoundError: the ledger has no such article or revision.
        """
        row = self._one(
            f"SELECT {REF}, r.text, r.authors, a.origin, r.ingested FROM revision r "
            "JOIN article a ON a.id = r.article_id WHERE a.id = ? "
            "AND r.revision = coalesce(?, a.revision)",
            (article_id, revision),
        )
        if row is None:
            which = f"revision {revision} of article" if revision else "article"
            raise ArticleNotFoundError(f"the archive has no {which} {article_id}")
        return Article(
            ref=ref_from(row[:8]),
            text=row[8],
            authors=tuple(json.loads(row[9])),
            origin=row[10],
            ingested=datetime.fromisoformat(row[11]),
        )

    def articles(self, filters: Filters | None = None) -> list[ArticleRef]:
        """Current revisions that pass the filters, newest first; undated ones last."""
        condition, values = where(filters or Filters())
        rows = self._all(
            f"SELECT {REF} FROM {_CURRENT} WHERE {condition} "
            "ORDER BY r.published_day IS NULL, r.published_day DESC, r.published DESC, a.id",
            values,
        )
        return [ref_from(row) for row in rows]

    def ids_starting(self, prefix: str, limit: int = 6) -> list[str]:
        """Ids of up to `limit` articles that begin with `prefix`."""
        rows = self._all(
            "SELECT id FROM article WHERE substr(id, 1, ?) = ? ORDER BY id LIMIT ?",
            (len(prefix), prefix, limit),
        )
        return [str(row[0]) for row in rows]

    def counts(self) -> tuple[int, int]:
        """Numbers of articles and of passages."""
        row = self._one("SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM passage)")
        assert row is not None  # noqa: S101 - a count always has a row
        return int(row[0]), int(row[1])

    def coverage(self) -> tuple[int | None, int | None, list[str]]:
        """First and last published day (ordinals), and the outlets, by name."""
        row = self._one(f"SELECT min(r.published_day), max(r.published_day) FROM {_CURRENT}")
        names = self._all(
            f"SELECT DISTINCT r.source FROM {_CURRENT} WHERE r.source IS NOT NULL ORDER BY 1"
        )
        first, last = row if row is not None else (None, None)
        return first, last, [str(name[0]) for name in names]

    # -- passages and vectors ------------------------------------------------------------------

    def passages(self, ids: Iterable[int]) -> dict[int, Passage]:
        """The passages that exist among `ids`, by id."""
        found: dict[int, Passage] = {}
        for chunk in _chunks(list(ids)):
            marks = ", ".join("?" * len(chunk))
            for row in self._all(f"SELECT {PASSAGE} FROM passage p WHERE p.id IN ({marks})", chunk):
                found[row[0]] = passage_from(row)
        return found

    def passages_around(
        self, article_id: str, revision: int, start: int, end: int
    ) -> list[Passage]:
        """The passages that share text with `[start, end)` of that revision, in order.

        Empty if the revision is no longer the current one: old revisions have no passages.
        """
        rows = self._all(
            f"SELECT {PASSAGE} FROM passage p WHERE p.article_id = ? AND p.revision = ? "
            'AND p.start < ? AND p."end" > ? ORDER BY p.ordinal',
            (article_id, revision, end, start),
        )
        return [passage_from(row) for row in rows]

    def passage_ids(self, filters: Filters | None = None, *, above: int = 0) -> list[int]:
        """Ids over `above` of passages whose article passes the filters, ascending."""
        condition, values = where(filters or Filters())
        rows = self._all(
            f"SELECT p.id FROM passage p JOIN {_OF_PASSAGE} "
            f"WHERE p.id > ? AND {condition} ORDER BY p.id",
            [above, *values],
        )
        return [int(row[0]) for row in rows]

    def articles_above(self, passage_id: int) -> set[str]:
        """Ids of articles that have a passage with an id over this one."""
        rows = self._all("SELECT DISTINCT article_id FROM passage WHERE id > ?", (passage_id,))
        return {str(row[0]) for row in rows}

    def vectors(self, ids: Sequence[int]) -> dict[int, bytes]:
        """The float16 vectors of the passages that exist among `ids`."""
        found: dict[int, bytes] = {}
        for chunk in _chunks(ids):
            marks = ", ".join("?" * len(chunk))
            found.update(
                self._all(
                    f"SELECT passage_id, data FROM vector WHERE passage_id IN ({marks})", chunk
                )
            )
        return found

    def vector_rows(
        self, filters: Filters | None = None, *, above: int = 0
    ) -> list[tuple[int, bytes]]:
        """`(passage id, float16 bytes)` of passages over id `above` that pass the filters."""
        if not filters:
            return self._all(
                "SELECT passage_id, data FROM vector WHERE passage_id > ? ORDER BY passage_id",
                (above,),
            )
        condition, values = where(filters)
        return self._all(
            "SELECT v.passage_id, v.data FROM vector v JOIN passage p ON p.id = v.passage_id "
            f"JOIN {_OF_PASSAGE} WHERE v.passage_id > ? AND {condition} "
            "ORDER BY v.passage_id",
            [above, *values],
        )

    def highest_passage_id(self) -> int:
        """The greatest id of a stored passage, 0 if there is none."""
        row = self._one("SELECT max(id) FROM passage")
        return int(row[0] or 0) if row else 0

    def spread_ids(self, up_to: int, *, count: int = 5) -> list[int]:
        """Up to `count` ids of passages with an id up to `up_to`, spread over them, ascending."""
        row = self._one("SELECT min(id), max(id) FROM passage WHERE id <= ?", (up_to,))
        if row is None or row[0] is None:
            return []
        first, last = row
        places = {first + (last - first) * n // (count - 1) for n in range(count)}
        nearest = (
            self._one("SELECT min(id) FROM passage WHERE id BETWEEN ? AND ?", (place, last))
            for place in sorted(places)
        )
        return sorted({int(row[0]) for row in nearest if row is not None})

    def dead_passages(self) -> list[int]:
        """Ids that are gone from the ledger and may still be in the dense index."""
        return [int(row[0]) for row in self._all("SELECT passage_id FROM dense_dead")]

    def match(self, expression: str, filters: Filters, limit: int) -> list[tuple[int, float]]:
        """FTS5 match: `(passage id, bm25)`, best (lowest) first. The title counts double."""
        rank = "bm25(lexical, 2.0, 1.0)"
        if not filters:
            return self._all(
                f"SELECT rowid, {rank} AS s FROM lexical WHERE lexical MATCH ? ORDER BY s LIMIT ?",
                (expression, limit),
            )
        condition, values = where(filters)
        return self._all(
            f"SELECT p.id, {rank} AS s FROM lexical JOIN passage p ON p.id = lexical.rowid "
            f"JOIN {_OF_PASSAGE} WHERE lexical MATCH ? AND {condition} "
            "ORDER BY s LIMIT ?",
            [expression, *values, limit],
        )

    def stray_spans(self) -> int:
        """Number of passages that reach outside their article's text, or have no vector."""
        row = self._one(
            "SELECT count(*) FROM passage p LEFT JOIN revision r USING (article_id, revision) "
            "LEFT JOIN vector v ON v.passage_id = p.id WHERE r.text IS NULL OR v.data IS NULL "
            'OR p.start < 0 OR p.start >= p."end" OR p."end" > length(r.text)'
        )
        return int(row[0]) if row else 0

    def without_passages(self) -> list[str]:
        """Ids of articles whose current revision has no passage: none can be found by searching."""
        rows = self._all(
            "SELECT a.id FROM article a WHERE NOT EXISTS (SELECT 1 FROM passage p "
            "WHERE p.article_id = a.id AND p.revision = a.revision) ORDER BY a.id"
        )
        return [str(row[0]) for row in rows]

    def content_hashes(self) -> Iterator[tuple[Article, ParsedArticle, str]]:
        """Every revision as stored, with the hash that was taken when it was stored."""
        rows = self._all(
            "SELECT a.id, a.key, r.revision, r.content_hash, r.published_raw FROM revision r "
            "JOIN article a ON a.id = r.article_id ORDER BY a.id, r.revision"
        )
        for article_id, key, revision, digest, published_raw in rows:
            article = self.article(article_id, revision)
            yield article, parsed_from(article, key, published_raw), str(digest)

    def lexical_rows(self) -> int:
        """Number of rows in the lexical index."""
        row = self._one("SELECT count(*) FROM lexical_docsize")
        return int(row[0]) if row else 0


def _chunks(items: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
