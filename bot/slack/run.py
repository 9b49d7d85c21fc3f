"""Answers questions: claims them, lets them wait for their turn, and sees each to its end."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from bot.engine import Bot
from bot.slack.ephemeral import EphemeralReply
from bot.slack.limits import Rates
from bot.slack.pool import Pool
from bot.slack.routing import Ask
from bot.slack.store import Claim, Claims
from bot.slack.stream import ThreadReply
from bot.slack.tell import Reply, Stop, tell
from bot.slack.thread import Thread
from bot.slack.workspaces import Workspaces
from retrieval.errors import DatelineError

log = logging.getLogger("dateline.slack")

_STOP_WORDS = frozenset({"stop", "cancel"})


@dataclass(slots=True)
class Answering:
    """Answers questions of Slack from one archive, on threads of its own.

    `workers` is how many questions are answered at a time.
    """

    bot: Bot
    workspaces: Workspaces
    claims: Claims
    rates: Rates
    workers: int = 4
    _pool: Pool[Claim] = field(init=False)
    _stops: dict[str, Stop] = field(init=False, default_factory=dict)
    _closing: threading.Event = field(init=False, default_factory=threading.Event)
    _keeper: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._pool = Pool(self._answer, turn=_turn, workers=self.workers)
        with suppress(DatelineError):
            self.claims.release_the_dead()
        self._keeper = threading.Thread(target=self._keep, name="claims", daemon=True)
        self._keeper.start()

    def ask(self, ask: Ask) -> str | None:
        """Take a question, once. Returns what to tell who asked at once, if it must wait.

        Raises:
            ArchiveError: it could not be claimed; Slack should deliver it again.
        """
        if ask.place == "thread" and ask.text.casefold() in _STOP_WORDS:
            return None if self.stop(ask.conversation) else "There is no answer to stop here."
        claim = self.claims.claim(ask)
        if claim is None:
            return None
        wait = self.rates.wait(person=f"{ask.team}:{ask.user}", channel=ask.channel)
        if wait:
            self.claims.finish(claim)
            return f"That is many questions in a minute. Ask again in {wait} seconds."
        ahead = self._pool.put(claim)
        if not ahead:
            return None
        before = "1 question is" if ahead == 1 else f"{ahead} questions are"
        return f"Your question waits: {before} answered before it."

    def stop(self, conversation: str) -> bool:
        """End the answer that is being given in a conversation; whether there is one."""
        stop = self._stops.get(conversation)
        if stop is not None:
            stop.press()
        return stop is not None

    def close(self) -> None:
        """Begin nothing more, end what is under way, and leave the rest to another process."""
        self._closing.set()
        self._pool.close()
        self._keeper.join(5)
        with suppress(DatelineError):
            self.claims.release()

    def _keep(self) -> None:
        """Renew what is claimed, and take up what another process has left."""
        while True:
            try:
                for claim in self.claims.take_over():
                    self._pool.put(claim)
                self.claims.renew()
            except DatelineError as error:
                log.warning("claims: %s", error)
            if self._closing.wait(self.claims.seconds / 3):
                return

    def _answer(self, claim: Claim) -> None:
        try:
            if claim.ask.place == "thread":
                self._in_thread(claim)
            else:
                self._tell(claim, EphemeralReply(claim.ask))
            with suppress(DatelineError):
                self.claims.finish(claim)
        except Exception:  # a mistake of ours must not take the thread with it
            log.exception("unexpected")

    def _in_thread(self, claim: Claim) -> None:
        thread = Thread(self.workspaces.client(claim.ask.team), claim.ask)
        thread.remove(claim.sent)
        thread.status(working=True)
        try:
            self._tell(
                claim, ThreadReply(thread, on_message=lambda sent: self.claims.sent(claim, sent))
            )
        finally:
            thread.status(working=False)

    def _tell(self, claim: Claim, reply: Reply) -> None:
        stop = self._stops[_turn(claim)] = Stop(self.bot.deadline())
        try:
            tell(self.bot, claim.ask, reply, stop, give_up=claim.last_try)
        finally:
            del self._stops[_turn(claim)]


def _turn(claim: Claim) -> str:
    """Questions of one thread are answered one after another."""
    return claim.ask.conversation if claim.ask.place == "thread" else claim.ask.keys[0]
