"""The bot in LangChain's terms: one Runnable, a question in, a message with citations out.

Besides the adapters, only this module and `bot.message` import langchain-core.

    with build_chain("archive/", k=8, since="2023-01-01") as chain:
        message = chain.invoke("Why was the bridge closed?")
        print(message.text)
        for citation in message.content[0]["annotations"]:
            print(citation["title"], citation["cited_text"])

The message's content is one block of text with LangChain's standard `Citation` annotations. Each
stands for a claim and one sentence that carries it: `start_index` and `end_index` are the claim's
`[start, end)` in the block's text, `cited_text` is the exact quotation, `extras` says where it
stands: `article_id`, `revision`, `start`, `end` (offsets into the article's stored text), `outlet`,
`published` (ISO 8601) and `number`, the one in brackets after the claim.

`response_metadata` holds `status`, `answer_id`, `reader`, `notices` and the whole answer as JSON in
`dateline_answer`, which `Answer.from_json` reads. An abstention is a message too: its text says
why, its `status` is "abstained", and it has no annotations.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, closing
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, convert_to_messages
from langchain_core.messages.utils import MessageLikeRepresentation
from langchain_core.runnables import RunnableConfig, RunnableSerializable
from pydantic import ConfigDict, PrivateAttr

from bot.asked import DEFAULT_K
from bot.engine import Bot
from bot.errors import UsageError
from bot.message import MessageWriter, whole

ChainInput = str | dict[str, Any] | Sequence[MessageLikeRepresentation]

_FIELDS = frozenset({"question", "k", "since", "until", "source"})


def build_chain(
    bot: Bot | Path | str,
    *,
    k: int = DEFAULT_K,
    since: date | str | None = None,
    until: date | str | None = None,
    source: str | Sequence[str] | None = None,
) -> AnswerChain:
    """A LangChain Runnable that answers from an archive.

    Args:
        bot: the bot that answers; or the folder of an archive, which is opened as the settings say
            and closed with the chain.
        k: how many passages are read for a question.
        since: first publication day that counts, a date or "YYYY-MM-DD".
        until: last publication day that counts, likewise.
        source: outlet, or outlets, to use.

    Raises:
        ArchiveNotFoundError: there is no archive in that folder.
        NotConfiguredError: the settings ask for a model, and a key or a package is missing.
    """
    opened = bot if isinstance(bot, Bot) else Bot.open(bot, create=False)
    chain = AnswerChain(bot=opened, k=k, since=since, until=until, source=source)
    chain._owned = opened is not bot
    return chain


class AnswerChain(RunnableSerializable[ChainInput, AIMessage]):
    """Answers questions, with verified citations. Made by `build_chain`. Threads may share one.

    The input is a question; or a dict with `question` and, for this one alone, `k`, `since`,
    `until` or `source`; or a list of messages, the last human one of which is the question. Earlier
    messages are not read: a question must stand alone.

    The message's text comes without control and other invisible characters, as on every screen;
    `cited_text` is exact. Streamed, a chunk comes for each verified claim, then one with an empty
    text, the annotations and the metadata; together they are the message that `invoke` returns.

    Errors of Dateline (`DatelineError`) pass through as they are; `UsageError` for an input that
    holds no question.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    bot: Bot
    k: int = DEFAULT_K
    since: date | str | None = None
    until: date | str | None = None
    source: str | Sequence[str] | None = None
    _owned: bool = PrivateAttr(default=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the archive if `build_chain` opened it. Closing twice is harmless."""
        if self._owned:
            self.bot.close()

    def invoke(
        self, input: ChainInput, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AIMessage:
        """The whole answer as one message."""
        return self._call_with_config(self._answer, input, config, **kwargs)

    async def ainvoke(
        self, input: ChainInput, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AIMessage:
        """As `invoke`, without blocking the event loop."""
        return await self._acall_with_config(self._aanswer, input, config, **kwargs)

    def stream(
        self, input: ChainInput, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[AIMessageChunk]:
        """The answer in chunks. Closing the iterator ends the work on it."""
        chunks = self._transform_stream_with_config(iter([input]), self._each, config, **kwargs)
        yield from cast(Iterator[AIMessageChunk], chunks)

    async def astream(
        self, input: ChainInput, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[AIMessageChunk]:
        """As `stream`, without blocking the event loop."""

        async def once() -> AsyncIterator[ChainInput]:
            yield input

        chunks = self._atransform_stream_with_config(once(), self._aeach, config, **kwargs)
        async with aclosing(cast(AsyncGenerator[AIMessageChunk], chunks)) as ours:
            async for chunk in ours:
                yield chunk

    # -- input -> events -> chunks --------------------------------------------------------------

    def _answer(self, given: ChainInput) -> AIMessage:
        return whole(list(self._chunks(given)))

    async def _aanswer(self, given: ChainInput) -> AIMessage:
        async with aclosing(self._achunks(given)) as chunks:
            return whole([chunk async for chunk in chunks])

    def _each(self, inputs: Iterator[ChainInput]) -> Iterator[AIMessageChunk]:
        for given in inputs:
            yield from self._chunks(given)

    async def _aeach(self, inputs: AsyncIterator[ChainInput]) -> AsyncIterator[AIMessageChunk]:
        async for given in inputs:
            async with aclosing(self._achunks(given)) as chunks:
                async for chunk in chunks:
                    yield chunk

    def _chunks(self, given: ChainInput) -> Iterator[AIMessageChunk]:
        writer = MessageWriter()
        with closing(self.bot.stream(**self._arguments(given))) as events:
            for event in events:
                yield from writer.take(event)

    async def _achunks(self, given: ChainInput) -> AsyncGenerator[AIMessageChunk]:
        writer = MessageWriter()
        async with aclosing(self.bot.astream(**self._arguments(given))) as events:
            async for event in events:
                for chunk in writer.take(event):
                    yield chunk

    def _arguments(self, given: ChainInput) -> dict[str, Any]:
        """The arguments of `Bot.stream` for this input."""
        own = {"k": self.k, "since": self.since, "until": self.until, "source": self.source}
        return {**own, **_stated(given)}


def _stated(given: ChainInput) -> dict[str, Any]:
    """What the input states: at least the question."""
    if isinstance(given, str):
        return {"question": given}
    if isinstance(given, dict):
        if unknown := [str(name) for name in given if name not in _FIELDS]:
            known = ", ".join(sorted(_FIELDS))
            raise UsageError(f"the chain takes {known}, and was given {', '.join(unknown)}")
        if not isinstance(given.get("question"), str):
            raise UsageError('the chain was given no question: {"question": "Who won the vote?"}')
        return given
    try:
        messages = convert_to_messages(given)
    except (TypeError, ValueError, NotImplementedError) as error:
        raise UsageError(
            "the chain takes a question, a dict with one or a list of messages, and was given "
            f"{type(given).__name__}: {str(error).splitlines()[0]}"
        ) from error
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            return {"question": str(message.text)}
    raise UsageError("the chain was given messages without a human one: there is no question")
