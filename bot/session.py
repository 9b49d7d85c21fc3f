"""Steps 8 to 10 for a conversation: each question is understood with those before it.

with Bot.open("archive/") as bot:
    talk = Session(bot)
    print(talk.ask("Which countries joined the boycott?"))
    print(talk.ask("Why did they?"))

What is searched for is always a question that stands alone; the answer records it. The passages
that the turn before was answered from are read again. Turns are kept in the ledger.
"""

from __future__ import annotations

import uuid
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from bot.asked import DEFAULT_K, Asked, make_asked
from bot.engine import Bot, last_event
from bot.errors import AnswerFormatError, UsageError
from bot.question import Turn, leans_on_earlier, standalone_by_rule
from bot.readers import NOTHING_YET, Record
from bot.types import Answer, Event, Final, StatusEvent
from retrieval.errors import ArchiveError

if TYPE_CHECKING:
    from bot.model.deadline import Deadline

_KIND = "chat:"
_REMEMBERED = 20  # turns


@dataclass(frozen=True, slots=True)
class _Said:
    """A turn with its whole answer."""

    turn: Turn
    answer: Answer


class Session:
    """One conversation with a bot.

    Args:
        id: names the conversation in the ledger; one that is there already is gone on with. By
            default a new one.
        keep: whether turns are stored.
    """

    def __init__(self, bot: Bot, *, id: str | None = None, keep: bool = True) -> None:
        self._bot = bot
        self._keep = keep
        self.id = id or f"{_KIND}{uuid.uuid4().hex[:12]}"
        self._said = _stored(bot, self.id) if id else []
        self.trouble: str | None = None  # why turns cannot be stored, once that was tried

    @classmethod
    def last(cls, bot: Bot) -> Session | None:
        """The chat that was last added to, to go on with; None if there is none."""
        found = bot.archive.conversations.last_conversation(prefix=_KIND)
        return cls(bot, id=found) if found else None

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers so far, oldest first."""
        return tuple(said.answer for said in self._said)

    def ask(
        self,
        question: str,
        *,
        k: int = DEFAULT_K,
        since: date | str | None = None,
        until: date | str | None = None,
        source: str | Sequence[str] | None = None,
    ) -> Answer:
        """As `Bot.ask`, with what was said before in mind.

        Raises:
            UsageError: the question leans on something that was not said.
        """
        events = self.stream(question, k=k, since=since, until=until, source=source)
        return last_event(events).answer

    def stream(
        self,
        question: str,
        *,
        k: int = DEFAULT_K,
        since: date | str | None = None,
        until: date | str | None = None,
        source: str | Sequence[str] | None = None,
        deadline: Deadline | None = None,
    ) -> Generator[Event]:
        """As `ask`, in events. To cancel `deadline` from another thread ends a model's call."""
        asked = make_asked(question, k=k, since=since, until=until, source=source)
        return self._events(asked, deadline or self._bot.deadline())

    def _events(self, asked: Asked, deadline: Deadline) -> Generator[Event]:
        if self._said and self._bot.rewriter is not None:
            yield StatusEvent("understanding")
        for event in self._bot.events(self._standing_alone(asked, deadline), deadline=deadline):
            if isinstance(event, Final):
                self._remember(event.answer)
            yield event

    # -- understanding --------------------------------------------------------------------------

    def _standing_alone(self, asked: Asked, deadline: Deadline | None) -> Asked:
        """What to search for, and what to carry over from the turn before."""
        turns = [said.turn for said in self._said]
        if not turns:
            if leans_on_earlier(asked.question):
                raise UsageError("nothing was said before: say whom or what this is about")
            return asked
        text, record = self._rewritten(asked.question, turns, deadline)
        if text == asked.question:
            return replace(asked, record=record)
        return replace(asked, search=text, carried=self._said[-1].answer.citations, record=record)

    def _rewritten(
        self, question: str, turns: Sequence[Turn], deadline: Deadline | None
    ) -> tuple[str, Record]:
        record = NOTHING_YET
        if self._bot.rewriter is not None:
            text, record = self._bot.rewriter.rewrite(question, turns, deadline=deadline)
            if text is not None:
                return text, record
        by_rule = standalone_by_rule(question, turns)
        if by_rule is None:
            raise UsageError("it is not clear what this refers to: say whom or what it is about")
        return by_rule.text, record

    # -- remembering ----------------------------------------------------------------------------

    def _remember(self, answer: Answer) -> None:
        turn = _turn(answer)
        self._said = [*self._said, _Said(turn, answer)][-_REMEMBERED:]
        if not self._keep or self.trouble:
            return
        try:
            self._bot.archive.conversations.add_turn(
                self.id,
                question=turn.question,
                standalone=turn.standalone,
                answer=answer.to_json(indent=None),
                created=datetime.now(UTC),
            )
        except ArchiveError as error:
            self.trouble = f"this conversation is not kept: {error}"


def _stored(bot: Bot, conversation: str) -> list[_Said]:
    said = []
    for stored in bot.archive.conversations.turns(conversation, last=_REMEMBERED):
        try:
            answer = Answer.from_json(stored.answer)
        except AnswerFormatError:  # kept by a newer version
            continue
        said.append(_Said(_turn(answer), answer))
    return said


def _turn(answer: Answer) -> Turn:
    shorts = dict.fromkeys(short for claim in answer.claims for short in claim.shorts)
    answered = ", ".join(shorts) or " ".join(claim.text for claim in answer.claims)
    return Turn(answer.question, answer.standalone or answer.question, answered)
