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
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.errors import ModelRefusedError, ModelReplyError
from bot.model import Deadline, Messages, Tally, estimate_tokens
from bot.model.faults import rejects_stream_options, translate
from bot.model.spending import Budget

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

_RETRIES = 2
_BACK_OFF = 0.5  # seconds before the first retry; doubles
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
    _stream_usage: bool = True

    def stream(self, messages: Messages, *, deadline: Deadline, tally: Tally) -> Generator[str]:
        """As `LanguageModel.stream`. At most two retries, and none once text has come."""
        tries = 0
        while True:
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
                fault = translate(error, where=self.where, model=self.name)
                wait = _BACK_OFF * 2**tries * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
                wait = wait if fault.after is None else fault.after
                if deadline.remaining() <= 0:
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
        reply = _Reply()
        try:
            with closing(self._chunks(messages, deadline)) as chunks:
                for chunk in chunks:
                    if text := reply.take(chunk):
                        yield text
            reply.check_end(self.where, self.answer_tokens, states_end=self.states_end)
        finally:
            # A server that states no usage has still been asked: the estimates stand in.
            used = reply.used or (asked, estimate_tokens(reply.text))
            used = used if reply.began else (0, 0)
            tally.add(*used, self.budget.settle(reserved, *used))

    def _chunks(self, messages: Messages, deadline: Deadline) -> Generator[AIMessageChunk]:
        from langchain_core.messages import HumanMessage, SystemMessage

        if not deadline.remaining():
            raise deadline.error()
        options = dict(self.options(deadline.remaining()))
        if "stream_usage" in options:
            options["stream_usage"] = self._stream_usage
        source = self.chat.stream(
            [SystemMessage(messages.system), HumanMessage(messages.user)], **options
        )
        received: queue.SimpleQueue[Any] = queue.SimpleQueue()
        stop = threading.Event()
        threading.Thread(
            target=_pump, args=(source, received, stop, self.tracing), daemon=True
        ).start()
        try:
            while True:
                try:
                    item = received.get(timeout=deadline.remaining())
                except queue.Empty:
                    raise deadline.error() from None
                if item is _END:
                    return
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            stop.set()


_END = object()


def _pump(
    source: Iterator[Any], received: queue.SimpleQueue[Any], stop: threading.Event, tracing: bool
) -> None:
    """Pass on what comes, then how it ended. When nobody wants more, closing drops the line."""
    from langsmith import tracing_context

    try:
        with nullcontext() if tracing else tracing_context(enabled=False):
            for item in source:
                if stop.is_set():
                    break
                received.put(item)
    except Exception as error:
        received.put(error)
    finally:
        close = getattr(source, "close", None)
        if close is not None:
            close()
        received.put(_END)


@dataclass(slots=True)
class _Reply:
    """What has come of one reply."""

    text: str = ""
    began: bool = False
    refusal: str = ""
    ending: str | None = None
    used: tuple[int, int] | None = None

    def take(self, chunk: AIMessageChunk) -> str:
        """Note what a chunk tells, and return its text."""
        self.began = True
        for name in _ENDINGS:
            self.ending = chunk.response_metadata.get(name) or self.ending
        self.refusal += str(chunk.additional_kwargs.get("refusal") or "")
        if chunk.usage_metadata:
            usage = chunk.usage_metadata
            before = self.used or (0, 0)
            self.used = (
                before[0] + usage.get("input_tokens", 0),
                before[1] + usage.get("output_tokens", 0),
            )
        text = str(chunk.text)
        self.text += text
        return text

    def check_end(self, where: str, answer_tokens: int, *, states_end: bool) -> None:
        """Raises what is wrong with a reply that ended without an error."""
        if self.refusal:
            raise ModelRefusedError("the model refused to answer")
        if self.ending in _CUT:
            raise ModelReplyError(
                f"the model's answer was cut at {answer_tokens} tokens (DATELINE_ANSWER_TOKENS)"
            )
        if self.ending == "content_filter":
            raise ModelReplyError(f"a content filter at {where} stopped the answer")
        if self.ending is None and states_end:
            raise ModelReplyError(f"the reply of {where} broke off")
        if self.ending is not None and self.ending not in _CLEAN:
            raise ModelReplyError(f"the reply of {where} ended with {self.ending!r}")
        if not self.text.strip():
            raise ModelReplyError(f"{where} sent an empty reply")
