"""An answer as a message of LangChain's, in pieces and whole. For `bot.chain`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from langchain_core.messages import AIMessage, AIMessageChunk, message_chunk_to_message
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.content import Citation, create_citation

from bot.render.sanitise import clean, clean_line
from bot.types import Answer, Event, Final, TextDelta, Usage


class MessageWriter:
    """Turns the events of one answer into chunks of a message."""

    def __init__(self) -> None:
        self._text = ""

    def take(self, event: Event) -> Iterator[AIMessageChunk]:
        """The chunks for an event; most need none."""
        match event:
            case TextDelta(text):
                yield self._say(text)
            case Final(answer):
                if answer.abstention is not None:
                    yield self._say(answer.abstention.message)
                yield self._last(answer)

    def _say(self, text: str) -> AIMessageChunk:
        shown = clean(text)
        self._text += shown
        # Blocks of one index are merged when chunks are added.
        return AIMessageChunk(content=[{"type": "text", "text": shown, "index": 0}])

    def _last(self, answer: Answer) -> AIMessageChunk:
        annotations = annotate(answer, self._text)
        return AIMessageChunk(
            content=[{"type": "text", "text": "", "index": 0, "annotations": annotations}],
            id=f"dateline-{answer.id}",
            response_metadata={
                "status": answer.status.value,
                "answer_id": answer.id,
                "reader": answer.reader,
                "notices": list(answer.notices),
                "dateline_answer": answer.to_json(indent=None),
            },
            usage_metadata=_usage(answer.usage),
            chunk_position="last",
        )


def whole(chunks: Sequence[AIMessageChunk]) -> AIMessage:
    """All chunks of an answer as one message."""
    first, *rest = chunks
    message = message_chunk_to_message(sum(rest, first))
    assert isinstance(message, AIMessage)  # noqa: S101 - chunks of an AI's make an AI's
    return message


def annotate(answer: Answer, text: str) -> list[Citation]:
    """A citation for each claim and each span that carries it, in the order of `text`.

    `text` is what was streamed of the answer, cleaned.
    """
    by_number = {citation.number: citation for citation in answer.citations}
    found: list[Citation] = []
    end = 0
    for claim_number, claim in enumerate(answer.claims, 1):
        shown = clean(claim.text)
        start = text.index(shown, end)
        end = start + len(shown)
        for cited in (by_number[number] for number in claim.citations):
            ref = cited.article
            found.append(
                create_citation(
                    # By default LangChain draws a random one: no two messages would be equal.
                    id=f"claim-{claim_number}-citation-{cited.number}",
                    url=ref.url,
                    title=clean_line(ref.title),
                    start_index=start,
                    end_index=end,
                    cited_text=cited.quote,
                    article_id=ref.id,
                    revision=ref.revision,
                    start=cited.start,
                    end=cited.end,
                    outlet=ref.source,
                    published=ref.published.isoformat() if ref.published else None,
                    number=cited.number,
                )
            )
    return found


def _usage(usage: Usage | None) -> UsageMetadata | None:
    if usage is None:
        return None
    return UsageMetadata(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        total_tokens=usage.input_tokens + usage.output_tokens,
    )
