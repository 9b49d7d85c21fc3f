"""Step 4. Answers that were given, and what people thought of them; and settings of channels.

Like conversations, none of it is the archive's truth about articles: it takes no writer lock and
moves no generation. Answers and settings are texts here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from retrieval.ledger.file import LedgerFile, encodable
from retrieval.ledger.schema import version

KEPT_ANSWERS = 20_000  # those given last; one that somebody judged is kept for good

_SINCE_VERSION = 3  # of the schema; an older archive on a read-only medium lacks the tables


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a person said of an answer. `kind` is what it is about; `created` is a Unix time."""

    person: str
    kind: str
    text: str
    created: float


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer, as text, with everybody's opinions of it."""

    answer: str
    opinions: tuple[Opinion, ...]


class Opinions(Protocol):
    """Where given answers and opinions are kept. Writing raises `ArchiveError` if it cannot be."""

    def keep_answer(self, id: str, answer: str, *, place: str) -> None:
        """Keep an answer that was given at `place`. The last 20,000 are kept, and judged ones."""
        ...

    def kept_answer(self, id: str) -> str | None:
        """The answer with this id, if it is kept."""
        ...

    def give_opinion(self, answer: str, *, person: str, kind: str, text: str) -> None:
        """Keep what a person thinks of an answer, in place of what they thought before."""
        ...

    def judged(self) -> list[Judged]:
        """All answers that somebody has an opinion of, the first judged first."""
        ...

    def channel_setting(self, channel: str) -> str | None:
        """What was set for a channel."""
        ...

    def set_channel(self, channel: str, value: str) -> None:
        """Set it."""
        ...


class StoredOpinions(LedgerFile):
    """Answers, opinions and settings in the ledger. See `Opinions`."""

    def keep_answer(self, id: str, answer: str, *, place: str) -> None:
        """See `Opinions.keep_answer`."""
        row = (encodable(id), encodable(answer), encodable(place), time.time())
        with self._transaction() as db:
            db.execute("REPLACE INTO kept_answer VALUES (?, ?, ?, ?)", row)
            db.execute(
                "DELETE FROM kept_answer WHERE id IN (SELECT id FROM kept_answer "
                "ORDER BY created DESC LIMIT -1 OFFSET ?) "
                "AND id NOT IN (SELECT answer FROM opinion)",
                (KEPT_ANSWERS,),
            )

    def kept_answer(self, id: str) -> str | None:
        """See `Opinions.kept_answer`."""
        return self._text("SELECT answer FROM kept_answer WHERE id = ?", id)

    def give_opinion(self, answer: str, *, person: str, kind: str, text: str) -> None:
        """See `Opinions.give_opinion`."""
        row = (*map(encodable, (answer, person, kind, text)), time.time())
        with self._transaction() as db:
            db.execute("REPLACE INTO opinion VALUES (?, ?, ?, ?, ?)", row)

    def judged(self) -> list[Judged]:
        """See `Opinions.judged`."""
        if not self._holds_opinions():
            return []
        found: dict[str, tuple[str, list[Opinion]]] = {}
        for id, answer, *opinion in self._all(
            "SELECT a.id, a.answer, o.person, o.kind, o.text, o.created FROM opinion o "
            "JOIN kept_answer a ON a.id = o.answer ORDER BY o.created, o.person"
        ):
            found.setdefault(id, (answer, []))[1].append(Opinion(*opinion))
        return [Judged(answer, tuple(opinions)) for answer, opinions in found.values()]

    def channel_setting(self, channel: str) -> str | None:
        """See `Opinions.channel_setting`."""
        return self._text("SELECT value FROM channel_setting WHERE channel = ?", channel)

    def set_channel(self, channel: str, value: str) -> None:
        """See `Opinions.set_channel`."""
        with self._transaction() as db:
            db.execute(
                "REPLACE INTO channel_setting VALUES (?, ?)", (encodable(channel), encodable(value))
            )

    def _text(self, sql: str, key: str) -> str | None:
        row = self._one(sql, (encodable(key),)) if self._holds_opinions() else None
        return str(row[0]) if row else None

    def _holds_opinions(self) -> bool:
        with self._lock:
            return version(self._db) >= _SINCE_VERSION
