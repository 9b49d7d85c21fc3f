"""One question, from its first sign of life to the end of its reply.

It always ends in an answer, an abstention, a word that it was stopped, or an error with a reference
that the log has too.
"""

from __future__ import annotations

import logging
import uuid
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

from bot.engine import Bot
from bot.errors import SlackError
from bot.model.deadline import Deadline
from bot.session import Session
from bot.slack import limits
from bot.slack.blocks import Block, answer_blocks, answer_markdown, rich_text, section, streamed
from bot.slack.blocks import text as element
from bot.slack.channels import settings_of
from bot.slack.fmt import markdown, plain
from bot.slack.routing import Ask
from bot.types import Answer, Final, StatusEvent, TextDelta
from retrieval.errors import DatelineError

log = logging.getLogger("dateline.slack")

_STAGES = {
    "understanding": "Understanding the question",
    "searching": "Searching the archive",
    "reading": "Reading the passages",
}
_GIVEN_UP = "this question could not be answered, although it was tried three times"


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
class Stop:
    """Ends an answer from another thread: `press` it."""

    deadline: Deadline  # of a model's calls, which end with it
    pressed: bool = False

    def press(self) -> None:
        """Let the answer end at once."""
        self.pressed = True
        self.deadline.cancel()


def tell(bot: Bot, ask: Ask, reply: Reply, stop: Stop, *, give_up: bool = False) -> None:
    """Answer `ask` on `reply`. Raises nothing. With `give_up`, only say that it failed."""
    try:
        try:
            if give_up:
                raise DatelineError(_GIVEN_UP)
            _answer(bot, ask, reply, stop)
        except SlackError:
            raise
        except Exception as error:
            _end(reply, "Stopped." if stop.pressed else _apology(error))
    except SlackError as error:
        log.error("no reply in %s: %s", ask.channel, error)


def _answer(bot: Bot, ask: Ask, reply: Reply, stop: Stop) -> None:
    reply.stage(_STAGES["searching"])
    filters = settings_of(bot.archive.opinions, ask.team, ask.channel).filters
    threaded = ask.place == "thread"
    session = Session(bot, id=ask.conversation) if threaded else Session(bot, keep=False)
    events = session.stream(
        ask.text,
        since=filters.since,
        until=filters.until,
        source=filters.sources,
        deadline=stop.deadline,
    )
    with closing(events):
        for event in events:
            if stop.pressed:
                _end(reply, "Stopped.")
                return
            match event:
                case StatusEvent(stage):
                    reply.stage(_STAGES.get(stage, plain(stage, 200)))
                case TextDelta(text):
                    reply.write(streamed(text))
                case Final(answer):
                    _finish(bot, ask, reply, answer)
                case _:
                    pass


def _finish(bot: Bot, ask: Ask, reply: Reply, answer: Answer) -> None:
    kept = bot.archive.opinions
    kept.keep_answer(answer.id, answer.to_json(indent=None), place=ask.conversation)
    blocks = answer_blocks(answer, shared=ask.place == "thread")
    shorts = list(dict.fromkeys(short for claim in answer.claims for short in claim.shorts))
    # What people have seen is not moved: the short answers then stand below.
    if not reply.rewrite(answer_markdown(answer)) and shorts:
        brief = "In short: " + "; ".join(shorts)
        blocks.insert(0, rich_text([section([element(plain(brief, limits.RICH_TEXT), bold=True)])]))
    reply.finish(blocks)


def _apology(error: Exception) -> str:
    """What went wrong: in our own words, or with no more than a reference to the log."""
    reference = uuid.uuid4().hex[:8]
    if isinstance(error, DatelineError):
        log.warning("[%s] %s", reference, error)
        said = markdown(str(error))
    else:
        log.error("[%s] unexpected %s", reference, type(error).__name__, exc_info=error)
        said = "Something went wrong, and it is not your question's fault"
    return f"{said[:1].upper()}{said[1:]}. (Reference {reference})"


def _end(reply: Reply, said: str) -> None:
    reply.write(("\n\n" if reply.shown else "") + said)
    reply.finish()
