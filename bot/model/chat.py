"""A LangChain chat model behind the port: deadline, retries, spending, and an honest end.

The reply is read in a thread of its own, because reading a socket knows timeouts for one read
only: a server that sends a byte now and then would hold an answer for ever.
"""

from __future__ import annotations

import queue
import random
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, nullcontext
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.errors import ModelReplyError
from bot.model import Deadline, Messages, Tally, estimate_tokens
from bot.model.faults import is_free, rejects_stream_options, translate, without_keys
from bot.model.line import Line
from bot.model.spending import Budget

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

_RETRIES = 2
_BACK_OFF = 0.5  # seconds before the first retry; doubles
_GLANCE = 0.2  # seconds after which a wait looks whether its deadline was cancelled
_ENDINGS = ("finish_reason", "stop_reason", "done_reason")  # OpenAI, Anthropic, Ollama
_CLEAN = frozenset({"stop", "end_turn", "stop_sequence", "STOP", "COMPLETE", "complete"})
_CUT = frozenset({"length", "max_tokens", "MAX_TOKENS"})


@dataclass(slots=True)
class ChatModel:
    """Implements `LanguageModel`.

    Args:
        chat: the model; its own retries must be off.
        where: names the server, for messages.
        answer_tokens: the most that it may write.
        options: keyword arguments for a call that may take so many seconds.
        states_end: whether its replies always say how they ended. Then one that does not is cut.
        key: what the server knows us by; kept out of every message, also of foreign errors.
        tracing: whether LangSmith may trace, if the environment asks for it. Otherwise it may not,
            whatever the environment says: what is asked is nobody else's business.
    """

    chat: BaseChatModel
    name: str
    where: str
    answer_tokens: int
    budget: Budget = field(default_factory=Budget)
    options: Callable[[float], Mapping[str, Any]] = lambda _seconds: {}
    states_end: bool = True
    tracing: bool = False
    key: str | None = field(default=None, repr=False)
    _stream_usage: bool = True

    def stream(self, messages: Messages, *, deadline: Deadline, tally: Tally) -> Generator[str]:
        """As `LanguageModel.stream`. At most two retries, and none once text has come."""
        tries = 0
        while True:
            if not deadline.remaining():
                raise deadline.error()
            wrote = False
            try:
                with closing(self._once(messages, deadline, tally)) as texts:
                    for text in texts:
                        wrote = True
                        yield text
                return
            except Exception as error:
                if not wrote and self._stream_usage and rejects_stream_options(error):
                    self._stream_usage = False
                    continue
                without_keys(error, self.key)
                fault = translate(error, where=self.where, model=self.name, midway=wrote)
                wait = _BACK_OFF * 2**tries * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
                wait = wait if fault.after is None else fault.after
                if fault.error is error:
                    raise
                if not deadline.remaining():
                    raise deadline.error() from error
                if wrote or not fault.again or tries == _RETRIES or wait >= deadline.remaining():
                    raise fault.error from error
                tries += 1
                threading.Event().wait(wait)

    def _once(self, messages: Messages, deadline: Deadline, tally: Tally) -> Generator[str]:
        """One request, its tokens and money booked however it ends."""
        asked = estimate_tokens(messages.system + messages.user)
        reserved = self.budget.reserve(asked, self.answer_tokens)
        tally.requests += 1
        reply, free = _Reply(), False
        try:
            with closing(self._chunks(messages, deadline)) as chunks:
                for chunk in chunks:
                    if text := reply.take(chunk):
                        yield text
            reply.check_end(self.where, self.answer_tokens, states_end=self.states_end)
        except Exception as error:
            free = not reply.began and is_free(error)
            raise
        finally:
            # A server that states no usage has still been asked, and so has one that we no longer
            # wait for: the estimates stand in.
            used = reply.used or (asked, estimate_tokens(reply.text) if reply.text else 0)
            used = (0, 0) if free else used
            tally.add(*used, self.budget.settle(reserved, *used))

    def _chunks(self, messages: Messages, deadline: Deadline) -> Generator[AIMessageChunk]:
        from langchain_core.messages import HumanMessage, SystemMessage

        options = dict(self.options(deadline.remaining()))
        if "stream_usage" in options:
            options["stream_usage"] = self._stream_usage
        source = self.chat.stream(
            [SystemMessage(messages.system), HumanMessage(messages.user)], **options
        )
        received: queue.SimpleQueue[Any] = queue.SimpleQueue()
        line = Line()
        # With the caller's context, so that callbacks of a LangChain run see the model's call.
        pump = partial(copy_context().run, _pump, source, received, line, self.tracing)
        threading.Thread(target=pump, daemon=True).start()
        try:
            while left := deadline.remaining():  # also of a server that never pauses
                try:
                    item = received.get(timeout=min(left, _GLANCE))
                except queue.Empty:
                    continue
                if item is _END:
                    return
                if isinstance(item, Exception):
                    raise item
                yield item
            raise deadline.error()
        finally:
            line.hang_up()


_END = object()


def _pump(
    source: Iterator[Any], received: queue.SimpleQueue[Any], line: Line, tracing: bool
) -> None:
    """Pass on what comes, then how it ended."""
    try:
        from langsmith import tracing_context

        line.use()
        with nullcontext() if tracing else tracing_context(enabled=False):
            for item in source:
                if line.hung_up:
                    break
                received.put(item)
            close = getattr(source, "close", None)
            if close is not None:
                close()
    except Exception as error:
        received.put(error)
    finally:
        received.put(_END)


@dataclass(slots=True)
class _Reply:
    """What has come of one reply."""

    text: str = ""
    began: bool = False
    ending: str | None = None
    used: tuple[int, int] | None = None

    def take(self, chunk: AIMessageChunk) -> str:
        """Note what a chunk tells, and return its text."""
        self.began, ended = True, self.ending is not None
        for name in _ENDINGS:
            self.ending = chunk.response_metadata.get(name) or self.ending
        if chunk.usage_metadata:
            usage = chunk.usage_metadata
            before = self.used or (0, 0)
            self.used = (
                before[0] + max(0, usage.get("input_tokens", 0)),
                before[1] + max(0, usage.get("output_tokens", 0)),
            )
        text = "" if ended else str(chunk.text)  # what comes after the end is no part of it
        self.text += text
        return text

    def check_end(self, where: str, answer_tokens: int, *, states_end: bool) -> None:
        """Raises what is wrong with a reply that ended without an error."""
        if self.ending in _CUT:
            raise ModelReplyError(
                f"the model's answer was cut at {answer_tokens} tokens (DATELINE_ANSWER_TOKENS)"
            )
        if self.ending == "content_filter":
            raise ModelReplyError(
                f"a content filter at {where} stopped the answer: ask in other words"
            )
        if self.ending is None and states_end:
            raise ModelReplyError(f"the reply of {where} has no end: ask again")
        if self.ending is not None and self.ending not in _CLEAN:
            raise ModelReplyError(f"the reply of {where} ended with {self.ending!r}: ask again")
        if not self.text.strip():
            raise ModelReplyError(
                f"{where} sent an empty reply, as models do that refuse: ask in other words"
            )
