"""Claims of questions, so that each is answered once, whatever Slack delivers twice.

Two processes may serve one archive. A question is claimed in the ledger, on disk, before Slack is
told that it arrived. Who claims it renews that every few seconds; if it dies, another process, or
the same one started again, takes the question up and answers it.
"""

from __future__ import annotations

import json
import os
import platform
import uuid
from dataclasses import dataclass, field

from bot.slack.routing import Ask
from retrieval.ledger import ClaimedEvent, ClaimedEvents

HELD = 15.0  # seconds that a claim holds unless it is renewed
MOST_TRIES = 3  # a question that ends its process each time is given up

_LIVING: set[str] = set()  # the owners of this process


@dataclass(frozen=True, slots=True)
class Claim:
    """A question that this process answers. `sent` are messages of an answer that broke off."""

    id: int
    ask: Ask
    tries: int = 1
    sent: tuple[str, ...] = ()

    @property
    def last_try(self) -> bool:
        """Whether it was begun so often that it must end now."""
        return self.tries > MOST_TRIES


@dataclass(slots=True)
class Claims:
    """The questions of one process. `seconds` is how long a claim holds without being renewed."""

    events: ClaimedEvents
    seconds: float = HELD
    owner: str = field(default_factory=lambda: f"{_here()}{os.getpid()}:{uuid.uuid4().hex[:12]}")

    def __post_init__(self) -> None:
        _LIVING.add(self.owner)

    def claim(self, ask: Ask) -> Claim | None:
        """Claim a question; None if it was claimed before."""
        event = self.events.claim_event(
            ask.keys, payload=ask.to_json(), owner=self.owner, seconds=self.seconds
        )
        return Claim(event.id, ask) if event else None

    def once(self, key: str) -> bool:
        """Whether this is the first time that something with this key is done."""
        event = self.events.claim_event([key], payload="", owner=self.owner, seconds=self.seconds)
        if event:
            self.events.finish_event(event.id)
        return event is not None

    def sent(self, claim: Claim, messages: list[str]) -> None:
        """Remember which messages the answer has so far."""
        self.events.note_event(claim.id, json.dumps(messages))

    def finish(self, claim: Claim) -> None:
        """The question is answered."""
        self.events.finish_event(claim.id)

    def renew(self) -> None:
        """Keep what this process has claimed."""
        self.events.renew_events(self.owner, seconds=self.seconds)

    def release(self) -> None:
        """Let another process have what this one does not answer any more."""
        _LIVING.discard(self.owner)
        self.events.release_events(self.owner)

    def take_over(self) -> list[Claim]:
        """Questions that nobody answers any more, now claimed by this process."""
        taken = self.events.take_over_events(self.owner, seconds=self.seconds)
        return [claim for event in taken if (claim := self._read(event)) is not None]

    def release_the_dead(self) -> None:
        """Give up what processes of this machine held that have ended since, without waiting."""
        for owner in self.events.event_owners():
            if owner.startswith(_here()) and not _lives(owner):
                self.events.release_events(owner)

    def _read(self, event: ClaimedEvent) -> Claim | None:
        try:
            ask = Ask.from_json(event.payload)
            sent = tuple(map(str, json.loads(event.note or "[]")))
        except ValueError:  # of another version
            self.events.finish_event(event.id)
            return None
        return Claim(event.id, ask, event.tries, sent)


def _here() -> str:
    return f"{platform.node()}:"


def _lives(owner: str) -> bool:
    """Whether an owner of this machine is still there. Numbers of processes are used again."""
    pid = int(owner.removeprefix(_here()).partition(":")[0])
    if pid == os.getpid():
        return owner in _LIVING
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another person's
        return True
    return True
