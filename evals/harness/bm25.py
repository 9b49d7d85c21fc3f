"""The plain competitor: BM25 over whole articles, as SQLite's FTS5 computes it (k1 1.2, b 0.75)."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable

from evals.harness.data import Row

_WORD = re.compile(r"\w+")


class WholeArticles:
    """An index of titles and texts, in memory. Words are compared without case and accents."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute("CREATE VIRTUAL TABLE article USING fts5(id UNINDEXED, text)")
        self._db.executemany(
            "INSERT INTO article VALUES (?, ?)",
            ((row["id"], f"{row['title']}\n{row['text']}") for row in rows),
        )

    def search(self, question: str, limit: int) -> list[str]:
        """Ids of the best articles that share a word with the question, best first."""
        words = " OR ".join(f'"{word}"' for word in dict.fromkeys(_WORD.findall(question)))
        found = self._db.execute(
            "SELECT id FROM article WHERE article MATCH ? ORDER BY rank LIMIT ?", (words, limit)
        )
        return [row[0] for row in found]
