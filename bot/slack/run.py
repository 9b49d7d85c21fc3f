"""Answers questions: claims them, lets them wait for their turn, and sees each to an end.

Every question ends in an answer, an abstention, or an error with a reference that the log has too.
"""

from __future__ import annotations

import logging
import threading
import uuid
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from slack_sdk import WebClient

from bot.engine import Bot
from bot.errors import SlackError
from bot.session import Session
from bot.slack import limits, stream
from bot.slack.blocks import Block, answer_blocks, answer_markdown, rich_text, section, streamed
from bot.slack.blocks import text as element
from bot.slack.channels import settings_of
from bot.slack.client import best_effort
from bot.slack.ephemeral import EphemeralReply
from bot.slack.fmt import cut, markdown, plain
from bot.slack.pool import Pool
from bot.slack.routing import Ask
from bot.slack.store import Claim, Claims
from bot.types import Answer, Final, StatusEvent, TextDelta
from retrieval.errors import DatelineError

log = logging.getLogger("dateline.slack")

_STAGES = {
    "understanding": "Understanding the question",
    "searching": "Searching the archive",
    "reading": "Reading the passages",
}
_STOP_WORDS = frozenset({"stop", "cancel"})


class Reply(Protocol):
    """What an answer is written on."""

    @property
    def shown(self) -> bool:
        """Whether any of the text can be seen already."""
        ...

    def stage(self, title: str) -> None:
        """Show what is being done."""
        ...

    def write(self, text: str) -> None:
        """Add harmless Markdown."""
        ...

    def rewrite(self, text: str) -> bool:
        """Put other text in place of all that was written; False if some is shown already."""
        ...

    def finish(self, blocks: list[Block] = ...) -> None:
        """Send what is left. Raises `SlackError` if nothing could be sent."""
        ...


@dataclass(slots=True)
class Answering:
    """Answers questions of Slack from one archive, on threads of its own.

    `workers` is how many questions are answered at a time.
    """

    bot: Bot
    client: WebClient
    claims: Claims
    rates: limits.Rates
    workers: int = 4
    _pool: Pool[Claim] = field(init=False)
    _stops: dict[str, threading.Event] = field(init=False, default_factory=dict)
    _closing: threading.Event = field(init=False, default_factory=threading.Event)
    _keeper: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._pool = Pool(self._answer, turn=_turn, workers=self.workers)
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
        event = self._stops.get(conversation)
        if event is not None:
            event.set()
        return event is not None

    def close(self) -> None:
        """Begin nothing more, end what is under way, and leave the rest to another process."""
        self._closing.set()
        self._pool.close()
        self._keeper.join(5)
        with suppress(DatelineError):
            self.claims.release()

    # -- the life of a claim --------------------------------------------------------------------

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
        ask = claim.ask
        reply: Reply = EphemeralReply(ask)
        if ask.place == "thread":
            stream.remove_unfinished(self.client, ask, claim.sent)
            reply = stream.ThreadReply(
                self.client, ask, on_message=lambda sent: self.claims.sent(claim, sent)
            )
        stop = self._stops[_turn(claim)] = threading.Event()
        try:
            self._status(ask, "processing")
            self._reply(claim, reply, stop)
        except SlackError as error:
            log.error("no reply in %s: %s", ask.channel, error)
        except Exception as error:
            self._apologise(reply, error)
        finally:
            self._stops.pop(_turn(claim), None)
            self._status(ask, "active")
            with suppress(DatelineError):
                self.claims.finish(claim)

    def _reply(self, claim: Claim, reply: Reply, stop: threading.Event) -> None:
        if claim.last_try:
            raise DatelineError("this question could not be answered, although it was tried thrice")
        reply.stage(_STAGES["searching"])
        ask = claim.ask
        channel = settings_of(self.bot.archive.opinions, ask.team, ask.channel)
        filters = channel.filters
        events = self._session(ask).stream(
            ask.text, since=filters.since, until=filters.until, source=filters.sources
        )
        with closing(events):
            for event in events:
                if stop.is_set():
                    reply.write(("\n\n" if reply.shown else "") + "Stopped.")
                    reply.finish()
                    return
                match event:
                    case StatusEvent(stage):
                        reply.stage(_STAGES.get(stage, plain(stage, 200)))
                    case TextDelta(text):
                        reply.write(streamed(text))
                    case Final(answer):
                        self._finish(ask, reply, answer)
                    case _:
                        pass

    def _session(self, ask: Ask) -> Session:
        if ask.place == "thread":
            return Session(self.bot, id=ask.conversation)
        return Session(self.bot, keep=False)

    def _finish(self, ask: Ask, reply: Reply, answer: Answer) -> None:
        kept = ask.conversation if ask.thread else f"slack:{ask.team}:{ask.channel}"
        self.bot.archive.opinions.keep_answer(answer.id, answer.to_json(indent=None), place=kept)
        blocks = answer_blocks(answer, shared=ask.place == "thread")
        shorts = list(dict.fromkeys(claim.short for claim in answer.claims if claim.short))
        if not reply.rewrite(answer_markdown(answer)) and shorts:
            brief = cut("In short: " + plain("; ".join(shorts), limits.RICH_TEXT), limits.RICH_TEXT)
            blocks.insert(0, rich_text([section([element(brief, bold=True)])]))
        reply.finish(blocks)

    def _apologise(self, reply: Reply, error: Exception) -> None:
        """Tell what went wrong: in our own words, or with a reference to the log."""
        reference = uuid.uuid4().hex[:8]
        if isinstance(error, DatelineError):
            log.warning("[%s] %s", reference, error)
            said = markdown(str(error))
        else:
            log.error("[%s] unexpected %s", reference, type(error).__name__, exc_info=error)
            said = "Something went wrong, and it is not your question's fault"
        said = said[:1].upper() + said[1:]
        try:
            reply.write(("\n\n" if reply.shown else "") + f"{said}. (Reference {reference})")
            reply.finish()
        except SlackError as failed:
            log.error("[%s] and it could not be told: %s", reference, failed)

    def _status(self, ask: Ask, status: str) -> None:
        """Show that an answer is under way, with a button that stops it, where Slack has one."""
        if ask.place != "thread":
            return
        where: dict[str, Any] = {"channel_id": ask.channel, "thread_ts": ask.thread}
        with best_effort("status"):
            try:
                self.client.agents_sessions_setStatus(
                    **where, status=status, initiator_user_id=ask.user
                )
            except Exception:  # not an agent, or an older workspace
                words = "is reading the archive…" if status == "processing" else ""
                self.client.assistant_threads_setStatus(**where, status=words)


def _turn(claim: Claim) -> str:
    ask = claim.ask
    return ask.conversation if ask.place == "thread" else f"{ask.keys[0]}"
