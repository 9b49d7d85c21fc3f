"""The bot as a LangChain Runnable: its messages, its streams, and how it fits into chains."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import ConfigurableField, RunnableLambda
from langsmith.run_helpers import get_tracing_context

from bot import Answer, Bot, Status, build_chain
from bot.chain import AnswerChain
from bot.errors import ModelUnreachableError, UsageError
from bot.readers.extractive import ExtractiveReader
from bot.testing import ModelServer, Quoting, connection_refused
from retrieval.archive import Archive
from retrieval.errors import ArchiveError, ArchiveNotFoundError

CLOSED = "Why was the bridge closed?"
TOLLIVER = "Who is the secretary of the Seafarers' Guild?"
UNKNOWN = "Who won the chess title in Reykjavik?"


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def chain(shared_archive: Archive) -> AnswerChain:
    """Without a language model."""
    return build_chain(Bot(shared_archive, ExtractiveReader()))


OpenWith = Callable[[ModelServer], AnswerChain]


@pytest.fixture
def with_model(archive_path: Path) -> Iterator[OpenWith]:
    """Opens chains whose bots ask a server's model."""
    bots: list[Bot] = []

    def open_with(server: ModelServer) -> AnswerChain:
        bots.append(
            Bot.open(archive_path, reader="model", model="scripted", base_url=server.base_url)
        )
        return build_chain(bots[-1])

    yield open_with
    for bot in bots:
        bot.close()


def prose(sentences: dict[int, str]) -> str:
    """Two claims in the model's words, one of them with two citations, and one that is false."""
    number = {text: at for at, text in sentences.items()}
    closed = next(at for text, at in number.items() if "closed on Tuesday" in text)
    weeks = next(at for text, at in number.items() if "eleven weeks" in text)
    return (
        f"The Merrowby bridge was closed on Tuesday because of a crack. [{closed}] "
        f"Repairs will take 99 weeks. [{weeks}] Repairs will take eleven weeks. [{weeks}][{closed}]"
    )


def content(message: AIMessage) -> dict[str, Any]:
    """The one block of a message."""
    assert isinstance(message.content, list)
    (block,) = message.content
    assert isinstance(block, dict)
    return block


def added(chunks: list[AIMessageChunk]) -> AIMessageChunk:
    """All chunks as one."""
    return reduce(add, chunks)


def what_stays(message: AIMessage) -> tuple[Any, ...]:
    """All of a message but what tells one run from another."""
    metadata = {k: v for k, v in message.response_metadata.items() if k in ("status", "reader")}
    return message.content, metadata, message.usage_metadata


def check_annotations(message: AIMessage, archive: Archive) -> Answer:
    """Holds the annotations against the text, the answer and the archive; returns the answer."""
    block = content(message)
    answer = Answer.from_json(message.response_metadata["dateline_answer"])
    pairs = [(claim, number) for claim in answer.claims for number in claim.citations]
    assert len(block["annotations"]) == len(pairs) > 0
    for citation, (claim, number) in zip(block["annotations"], pairs, strict=True):
        assert citation["type"] == "citation"
        where = citation["extras"]
        assert block["text"][citation["start_index"] : citation["end_index"]] == claim.text
        assert where["number"] == number
        article = archive.article(where["article_id"], where["revision"])
        assert article.text[where["start"] : where["end"]] == citation["cited_text"]
        assert citation["title"] == article.ref.title
        assert where["outlet"] == article.ref.source
        assert article.ref.published is not None
        assert where["published"] == article.ref.published.isoformat()
    return answer


# -- what a message holds ------------------------------------------------------------------------


@pytest.mark.parametrize("question", [CLOSED, TOLLIVER])
def test_annotations_index_the_text_and_quote_the_archive(
    chain: AnswerChain, shared_archive: Archive, question: str
) -> None:
    """Each stands for a claim of the text and a span of an article, both to the character."""
    message = chain.invoke(question)
    answer = check_annotations(message, shared_archive)
    assert answer.question == question
    assert message.response_metadata["status"] == "answered"
    assert message.response_metadata["answer_id"] == answer.id
    assert message.response_metadata["reader"] == "extractive/cross-encoder"
    assert message.response_metadata["notices"] == []
    assert message.usage_metadata is None


def test_a_models_claims_are_annotated_each_by_itself(with_model: OpenWith) -> None:
    """A span that carries two claims is named twice; a withheld claim is nowhere in the text."""
    with ModelServer(Quoting(prose)) as server:
        chain = with_model(server)
        message = chain.invoke(CLOSED)
    answer = check_annotations(message, chain.bot.archive)
    assert answer.status is Status.PARTIAL
    assert [len(claim.citations) for claim in answer.claims] == [1, 2]
    annotations = content(message)["annotations"]
    assert len({citation["id"] for citation in annotations}) == 3
    assert annotations[0]["cited_text"] in [c["cited_text"] for c in annotations[1:]]
    assert "99 weeks" not in message.text
    assert message.response_metadata["reader"] == "model/scripted"
    usage = message.usage_metadata
    assert answer.usage is not None
    assert usage is not None
    assert usage["input_tokens"] == answer.usage.input_tokens > 0
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


def test_an_abstention_is_a_message_without_annotations(chain: AnswerChain) -> None:
    """Its text says why, its status that there is no answer; streamed it is the same."""
    message = chain.invoke(UNKNOWN)
    answer = Answer.from_json(message.response_metadata["dateline_answer"])
    assert answer.abstention is not None
    assert message.text == answer.abstention.message
    assert content(message)["annotations"] == []
    assert message.response_metadata["status"] == "abstained"
    assert what_stays(added(list(chain.stream(UNKNOWN)))) == what_stays(message)


def test_what_cannot_be_seen_is_not_in_the_text(archive_path: Path, tmp_path: Path) -> None:
    """Control and invisible characters of an article stay in `cited_text`, which is exact."""
    said = "The lighthouse at Quorn Point was\u202e sold\u200b for nine crowns."
    page = tmp_path / "light.md"
    page.write_text(f"---\ntitle: Sold\u202e\ndate: 2023-08-01\nsource: Echo\n---\n{said}\n")
    with Bot.open(archive_path, reader="extractive") as bot:
        bot.ingest([page])
        message = build_chain(bot).invoke("What was the lighthouse at Quorn Point sold for?")
    (citation,) = content(message)["annotations"]
    article = citation["extras"]
    shown = message.text[citation["start_index"] : citation["end_index"]]
    assert shown == "The lighthouse at Quorn Point was sold for nine crowns."
    assert len(citation["cited_text"]) == article["end"] - article["start"]
    assert not set("\u202e\u200b") & set(message.text + citation["title"])


# -- streams, batches, twins ---------------------------------------------------------------------


def test_chunks_add_up_to_the_message(chain: AnswerChain, with_model: OpenWith) -> None:
    """Text comes claim by claim, annotations last with an empty text; the sum is `invoke`'s."""
    assert what_stays(added(list(chain.stream(CLOSED)))) == what_stays(chain.invoke(CLOSED))
    with ModelServer(Quoting(prose, chunks=5)) as server:
        asked = with_model(server)
        chunks = list(asked.stream(CLOSED))
        whole = asked.invoke(CLOSED)
    *texts, last = chunks
    assert [content(chunk)["text"].strip() for chunk in texts] == [
        "The Merrowby bridge was closed on Tuesday because of a crack. [1]",
        "Repairs will take eleven weeks. [1][2]",
    ]
    assert all("annotations" not in content(chunk) for chunk in texts)
    assert content(last)["text"] == ""
    assert last.chunk_position == "last"
    assert what_stays(added(chunks)) == what_stays(whole)
    assert added(chunks).id == last.id


@pytest.mark.anyio
async def test_the_asynchronous_twins_give_the_same(chain: AnswerChain) -> None:
    """`ainvoke`, `astream` and `abatch`, also side by side."""
    expected = [what_stays(chain.invoke(question)) for question in (CLOSED, UNKNOWN)]
    together = await asyncio.gather(chain.ainvoke(CLOSED), chain.ainvoke(UNKNOWN))
    assert [what_stays(message) for message in together] == expected
    streamed = [chunk async for chunk in chain.astream(CLOSED)]
    assert what_stays(added(streamed)) == expected[0]
    assert [what_stays(m) for m in await chain.abatch([CLOSED, UNKNOWN])] == expected


def test_a_batch_answers_each_and_may_return_what_failed(chain: AnswerChain) -> None:
    """In the order of the questions; an error is one question's own."""
    first, wrong, last = chain.batch(
        [CLOSED, "", TOLLIVER], config={"max_concurrency": 2}, return_exceptions=True
    )
    assert what_stays(first) == what_stays(chain.invoke(CLOSED))
    assert isinstance(wrong, UsageError)
    assert what_stays(last) == what_stays(chain.invoke(TOLLIVER))


def test_closing_a_stream_ends_the_models_work(with_model: OpenWith) -> None:
    """Nobody pays for what nobody reads: the connection is dropped."""
    slow = Quoting(lambda sentences: prose(sentences) + " More." * 500, delay=0.01)
    with ModelServer(slow) as server:
        chunks = with_model(server).stream(CLOSED)
        assert "closed on Tuesday" in next(chunks).text
        chunks.close()  # type: ignore[attr-defined]
        assert server.wait_until_dropped()


@pytest.mark.anyio
async def test_closing_an_asynchronous_stream_ends_the_models_work(with_model: OpenWith) -> None:
    """Likewise."""
    slow = Quoting(lambda sentences: prose(sentences) + " More." * 500, delay=0.01)
    with ModelServer(slow) as server:
        chunks = with_model(server).astream(CLOSED)
        assert "closed on Tuesday" in (await anext(chunks)).text
        await chunks.aclose()  # type: ignore[attr-defined]
        assert await asyncio.to_thread(server.wait_until_dropped)


# -- inputs, filters, errors ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"question": CLOSED},
        {"question": CLOSED, "source": "Northgate Courier", "since": "2023-05-01"},
        [
            SystemMessage("Be brief."),
            HumanMessage("Hello"),
            AIMessage("Yes?"),
            HumanMessage(CLOSED),
        ],
        [HumanMessage([{"type": "text", "text": CLOSED}])],
        [("human", CLOSED)],
        [{"role": "user", "content": CLOSED}],
    ],
)
def test_a_question_comes_as_text_dict_or_messages(chain: AnswerChain, given: Any) -> None:
    """Of messages the last human one is the question."""
    assert what_stays(chain.invoke(given)) == what_stays(chain.invoke(CLOSED))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "the question is empty"),
        ({"query": CLOSED}, "query"),
        ({"since": "2023-01-01"}, "no question"),
        ({"question": CLOSED, "since": "soon"}, "write a date"),
        ([AIMessage("Yes?")], "without a human one"),
        ([], "without a human one"),
        ([42], "was given list"),
        (42, "was given int"),
    ],
)
def test_what_holds_no_question_is_refused(chain: AnswerChain, given: Any, said: str) -> None:
    """One error of ours, whatever it was, from every method."""
    with pytest.raises(UsageError, match=said):
        chain.invoke(given)
    with pytest.raises(UsageError, match=said):
        list(chain.stream(given))
    with pytest.raises(UsageError, match=said):
        asyncio.run(chain.ainvoke(given))


def test_filters_are_the_chains_own_unless_the_input_has_others(shared_archive: Archive) -> None:
    """`since`, `until`, `source` and `k` hold for every question; a dict outranks them."""
    bot = Bot(shared_archive, ExtractiveReader())
    chain = build_chain(bot, source="Harbour Wire", since="2023-01-01", until="2023-12-31", k=3)
    filtered = Answer.from_json(chain.invoke(CLOSED).response_metadata["dateline_answer"])
    assert filtered.status is Status.ABSTAINED
    assert filtered.filters.sources == ("Harbour Wire",)
    assert str(filtered.filters.until) == "2023-12-31"
    lifted = chain.invoke({"question": CLOSED, "source": None})
    assert lifted.response_metadata["status"] == "answered"


def test_errors_pass_through_as_they_are(archive_path: Path, tmp_path: Path) -> None:
    """A model that cannot be reached, an archive that is not there or closed."""
    url = connection_refused()
    with Bot.open(archive_path, reader="model", model="scripted", base_url=url) as bot:
        with pytest.raises(ModelUnreachableError):
            build_chain(bot).invoke(CLOSED)
        with pytest.raises(ModelUnreachableError):
            list(build_chain(bot).stream(CLOSED))
    with pytest.raises(ArchiveNotFoundError):
        build_chain(tmp_path / "nowhere")


def test_a_chain_closes_the_archive_that_it_opened(archive_path: Path) -> None:
    """By a path it owns the archive; a bot that it was given stays open."""
    with build_chain(str(archive_path)) as chain:
        assert chain.invoke(CLOSED).response_metadata["status"] == "answered"
    chain.close()
    with pytest.raises(ArchiveError):
        chain.invoke(CLOSED)
    with Bot.open(archive_path) as bot:
        with build_chain(bot) as lent:
            pass
        assert lent.invoke(CLOSED).text


# -- as a part of LangChain ----------------------------------------------------------------------


def test_it_is_piped_bound_and_configured_like_any_runnable(chain: AnswerChain) -> None:
    """Before and after other runnables, streamed through them, with fields set by a config."""
    text = chain.invoke(CLOSED).text
    asking = RunnableLambda(lambda given: given["q"]) | chain | StrOutputParser()
    assert asking.invoke({"q": CLOSED}) == text
    assert "".join(asking.stream({"q": CLOSED})) == text
    assert asking.batch([{"q": CLOSED}]) == [text]
    few = chain.configurable_fields(source=ConfigurableField(id="source"))
    elsewhere = few.invoke(CLOSED, config={"configurable": {"source": "Harbour Wire"}})
    assert elsewhere.response_metadata["status"] == "abstained"
    assert [kind["type"] for kind in chain.get_input_jsonschema()["anyOf"]] == [
        "string",
        "object",
        "array",
    ]


class Runs(BaseCallbackHandler):
    """Notes what is run."""

    def __init__(self) -> None:
        self.began: list[tuple[str, Any, list[str]]] = []
        self.ended: list[Any] = []
        self.failed: list[BaseException] = []

    def on_chain_start(self, serialized: Any, inputs: Any, **kwargs: Any) -> None:
        self.began.append((kwargs["name"], inputs, kwargs["tags"]))

    def on_chain_end(self, outputs: Any, **kwargs: Any) -> None:
        self.ended.append(outputs)

    def on_chain_error(self, error: BaseException, **kwargs: Any) -> None:
        self.failed.append(error)


@pytest.mark.parametrize("way", ["invoke", "stream", "ainvoke", "astream"])
def test_callbacks_see_one_run(chain: AnswerChain, way: str) -> None:
    """With its name, its tags, its output or its error, whichever method is called."""

    async def astream(given: str, config: Any) -> list[AIMessageChunk]:
        return [chunk async for chunk in chain.astream(given, config)]

    ways: dict[str, Callable[[str, Any], Any]] = {
        "invoke": chain.invoke,
        "stream": lambda given, config: list(chain.stream(given, config)),
        "ainvoke": lambda given, config: asyncio.run(chain.ainvoke(given, config)),
        "astream": lambda given, config: asyncio.run(astream(given, config)),
    }
    runs = Runs()
    config = {"callbacks": [runs], "tags": ["news"], "run_name": "asking"}
    ways[way](CLOSED, config)
    assert [(name, tags) for name, _, tags in runs.began] == [("asking", ["news"])]
    (output,) = runs.ended
    assert output.text == chain.invoke(CLOSED).text
    with pytest.raises(UsageError):
        ways[way]("", config)
    assert [type(error) for error in runs.failed] == [UsageError]


def test_tracing_is_left_as_it_is(chain: AnswerChain) -> None:
    """Nothing global changes, and without an opt-in nobody is told of a run."""
    before = dict(os.environ), get_tracing_context()
    chain.invoke(CLOSED)
    list(chain.stream(CLOSED))
    assert (dict(os.environ), get_tracing_context()) == before
    assert get_tracing_context()["enabled"] is None


def test_only_the_chain_loads_langchain() -> None:
    """`import bot` and all its other names do without; `bot.build_chain` brings it."""
    code = (
        "import sys, bot\n"
        "[getattr(bot, name) for name in bot.__all__ if name != 'build_chain']\n"
        "assert 'langchain_core' not in sys.modules\n"
        "bot.build_chain\n"
        "assert 'langchain_core' in sys.modules\n"
        "assert not {'openai', 'chromadb', 'onnxruntime'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
