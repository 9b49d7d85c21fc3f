"""Step 4. Conversations in the ledger: the turns of chats, kept so that they can be gone on with.

They are none of the archive's truth about articles: adding a turn takes no writer lock and moves
no generation, so that a chat is saved while another process ingests. An answer is a text here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from retrieval.ledger.file import LedgerFile, encodable
from retrieval.ledger.schema import version

KEPT_TURNS = 200  # the last ones of a conversation
KEPT_CONVERSATIONS = 500  # those added to last, of one kind

_SINCE_VERSION = 2  # of the schema; an older archive on a read-only medium has no table for turns


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A question with its answer, as a conversation holds it.

    `ordinal` counts from 1 within the conversation; `standalone` is what was searched for; `answer`
    is JSON text; `created` is in UTC.
    """

    conversation: str
    ordinal: int
    question: str
    standalone: str
    answer: str
    created: datetime


class Conversations(Protocol):
    """Where conversations are kept."""

    def add_turn(
        self, conversation: str, *, question: str, standalone: str, answer: str, created: datetime
    ) -> int:
        """Keep a turn at the end of a conversation, which begins with its first turn.

        What is kept is bounded: the last 200 turns of a conversation, and the 500 conversations
        of a kind that were added to last. The kind is what an id has before its first ":", so that
        a busy "slack:…" does not push out the "chat:…" of a terminal.

        Args:
            conversation: an id of the caller's choosing.
            created: when the question was asked; without a time zone it is local time.

        Returns the turn's ordinal: 1 for the first, and never the same for two of a conversation,
        though several processes add to it. On return the turn is on disk.

        Raises:
            ArchiveError: the archive is read-only or cannot be written.
        """
        ...

    def turns(self, conversation: str, *, last: int = 20) -> list[StoredTurn]:
        """The last turns of a conversation, oldest first; empty if there is no such one.

        Raises:
            ArchiveError: the archive cannot be read.
        """
        ...

    def last_conversation(self, *, prefix: str = "") -> str | None:
        """The conversation that was added to last, of those whose id begins with `prefix`.

        Raises:
            ArchiveError: the archive cannot be read.
        """
        ...

    def forget_conversation(self, conversation: str) -> None:
        """Delete a conversation. Harmless if there is no such one.

        Raises:
            ArchiveError: the archive is read-only or cannot be written.
        """
        ...


class StoredConversations(LedgerFile):
    """Conversations in table `turn` of the ledger. See `Conversations`."""

    def add_turn(
        self, conversation: str, *, question: str, standalone: str, answer: str, created: datetime
    ) -> int:
        """See `Conversations.add_turn`."""
        texts = (encodable(question), encodable(standalone), encodable(answer))
        conversation, moment = encodable(conversation), created.astimezone(UTC).isoformat()
        with self._transaction() as db:
            (ordinal,) = db.execute(
                "INSERT INTO turn SELECT NULL, ?1, coalesce(max(ordinal), 0) + 1, ?2, ?3, ?4, ?5 "
                "FROM turn WHERE conversation = ?1 RETURNING ordinal",
                (conversation, *texts, moment),
            ).fetchone()
            db.execute(
                "DELETE FROM turn WHERE conversation = ? AND ordinal <= ?",
                (conversation, ordinal - KEPT_TURNS),
            )
            if ordinal == 1:
                alike = [c for c in self._latest() if _kind(c) == _kind(conversation)]
                db.executemany(
                    "DELETE FROM turn WHERE conversation = ?",
                    ((old,) for old in alike[KEPT_CONVERSATIONS:]),
                )
        return int(ordinal)

    def turns(self, conversation: str, *, last: int = 20) -> list[StoredTurn]:
        """See `Conversations.turns`."""
        if not self._holds_turns():
            return []
        rows = self._all(
            "SELECT conversation, ordinal, question, standalone, answer, created FROM turn "
            "WHERE conversation = ? ORDER BY ordinal DESC LIMIT ?",
            (conversation, max(last, 0)),
        )
        return [
            StoredTurn(name, ordinal, question, standalone, answer, datetime.fromisoformat(created))
            for name, ordinal, question, standalone, answer, created in reversed(rows)
        ]

    def last_conversation(self, *, prefix: str = "") -> str | None:
        """See `Conversations.last_conversation`."""
        if not self._holds_turns():
            return None
        prefix = encodable(prefix)
        return next((c for c in self._latest() if c.startswith(prefix)), None)

    def forget_conversation(self, conversation: str) -> None:
        """See `Conversations.forget_conversation`."""
        with self._transaction() as db:
            db.execute("DELETE FROM turn WHERE conversation = ?", (encodable(conversation),))

    def _latest(self) -> list[str]:
        """All conversations, the one added to last first. Not by the clock, which may be set."""
        rows = self._all(
            "SELECT conversation FROM turn GROUP BY conversation ORDER BY max(id) DESC"
        )
        return [str(row[0]) for row in rows]

    def _holds_turns(self) -> bool:
        with self._lock:
            return version(self._db) >= _SINCE_VERSION


def _kind(conversation: str) -> str:
    return conversation.partition(":")[0] if ":" in conversation else ""
