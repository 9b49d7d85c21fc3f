"""Step 4. Claimed events in the ledger: work from outside that is done once, by one process.

An event is claimed before it is worked on, under every name it may come again by. Who claims it
holds it for a while and renews that; if it dies, another takes the event over. Like conversations
they take no writer lock and move no generation. What the work is, the ledger does not know.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from retrieval.ledger.file import LedgerFile, encodable

_KEPT = 8 * 24 * 3600.0  # seconds; a finished event is known that long if it comes again


@dataclass(frozen=True, slots=True)
class ClaimedEvent:
    """An event that this process holds. `tries` counts how often it was begun, this time too."""

    id: int
    payload: str
    note: str
    tries: int


class ClaimedEvents(Protocol):
    """Where events are claimed."""

    def claim_event(
        self, keys: Sequence[str], *, payload: str, owner: str, seconds: float
    ) -> ClaimedEvent | None:
        """Claim an event that comes under these keys, for so many seconds.

        Returns None if one of the keys is known already. On return the claim is on disk.

        Raises:
            ArchiveError: the archive is read-only or cannot be written.
        """
        ...

    def note_event(self, event: int, note: str) -> None:
        """Keep a text about how far an event is, for whoever takes it over."""
        ...

    def finish_event(self, event: int) -> None:
        """The event is done: nobody takes it over any more."""
        ...

    def renew_events(self, owner: str, *, seconds: float) -> None:
        """Hold all unfinished events of `owner` for so many seconds from now."""
        ...

    def release_events(self, owner: str) -> None:
        """Give up all unfinished events of `owner`: another may take them over at once."""
        ...

    def event_owners(self) -> list[str]:
        """Who holds, or held, events that are not finished."""
        ...

    def take_over_events(self, owner: str, *, seconds: float) -> list[ClaimedEvent]:
        """Claim every unfinished event that nobody holds any more, oldest first."""
        ...


class StoredEvents(LedgerFile):
    """Events in table `claimed_event` of the ledger. See `ClaimedEvents`."""

    def claim_event(
        self, keys: Sequence[str], *, payload: str, owner: str, seconds: float
    ) -> ClaimedEvent | None:
        """See `ClaimedEvents.claim_event`."""
        names = [encodable(key) for key in dict.fromkeys(keys)]
        text, now = encodable(payload), time.time()
        with self._transaction() as db:
            marks = ", ".join("?" * len(names))
            known = db.execute(
                f"SELECT 1 FROM claimed_key WHERE key IN ({marks}) LIMIT 1", names
            ).fetchone()
            if known:
                return None
            (event,) = db.execute(
                "INSERT INTO claimed_event VALUES (NULL, ?, '', ?, ?, 1, NULL) RETURNING id",
                (text, owner, now + seconds),
            ).fetchone()
            db.executemany("INSERT INTO claimed_key VALUES (?, ?)", ((n, event) for n in names))
            db.execute("DELETE FROM claimed_event WHERE finished < ?", (now - _KEPT,))
        return ClaimedEvent(int(event), text, "", 1)

    def note_event(self, event: int, note: str) -> None:
        """See `ClaimedEvents.note_event`."""
        with self._transaction() as db:
            db.execute("UPDATE claimed_event SET note = ? WHERE id = ?", (encodable(note), event))

    def finish_event(self, event: int) -> None:
        """See `ClaimedEvents.finish_event`."""
        with self._transaction() as db:
            db.execute("UPDATE claimed_event SET finished = ? WHERE id = ?", (time.time(), event))

    def renew_events(self, owner: str, *, seconds: float) -> None:
        """See `ClaimedEvents.renew_events`."""
        self._hold(owner, time.time() + seconds)

    def release_events(self, owner: str) -> None:
        """See `ClaimedEvents.release_events`."""
        self._hold(owner, 0.0)

    def event_owners(self) -> list[str]:
        """See `ClaimedEvents.event_owners`."""
        rows = self._all("SELECT DISTINCT owner FROM claimed_event WHERE finished IS NULL")
        return [str(row[0]) for row in rows]

    def take_over_events(self, owner: str, *, seconds: float) -> list[ClaimedEvent]:
        """See `ClaimedEvents.take_over_events`."""
        now = time.time()
        unheld = "finished IS NULL AND until < ?"
        if not self._all(f"SELECT 1 FROM claimed_event WHERE {unheld} LIMIT 1", (now,)):
            return []
        with self._transaction() as db:
            rows = db.execute(
                f"UPDATE claimed_event SET owner = ?, until = ?, tries = tries + 1 WHERE {unheld} "
                "RETURNING id, payload, note, tries",
                (owner, now + seconds, now),
            ).fetchall()
        return [ClaimedEvent(*row) for row in sorted(rows)]

    def _hold(self, owner: str, until: float) -> None:
        with self._transaction() as db:
            db.execute(
                "UPDATE claimed_event SET until = ? WHERE owner = ? AND finished IS NULL",
                (until, owner),
            )
