"""Steps 7 to 10 in order: what `Bot` answers, when it abstains, and what it streams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import Bot
from bot.asked import make_filters
from bot.errors import UsageError
from bot.readers import DraftClaim, Evidence, NoAnswer, Reader
from bot.testing import Fault, ModelServer
from bot.types import (
    Answer,
    AskedFilters,
    CitationEvent,
    Event,
    Final,
    Reason,
    Status,
    StatusEvent,
    TextDelta,
)
from retrieval.archive import Archive
from retrieval.errors import ArchiveNotFoundError
from retrieval.types import Filters, Hit, Span

Ids = Callable[[str], str]
Drafts = Callable[[Sequence[Hit]], Iterator[DraftClaim | NoAnswer]]


class ScriptedReader:
    """A reader that drafts what the test says."""

    name = "scripted"

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts

    def read(
        self, question: str, hits: Sequence[Hit], *, deadline: object = None
    ) -> Iterator[DraftClaim | NoAnswer]:
        assert hits  # there is nothing to read without hits: the engine does not ask then
        return self._drafts(hits)


def quoting(*indexes: int) -> Drafts:
    """Drafts one claim for each of these sentences of the best passage."""

    def drafts(hits: Sequence[Hit]) -> Iterator[DraftClaim | NoAnswer]:
        for index in indexes:
            span = hits[0].passage.sentences[index]
            yield DraftClaim((Evidence(hits[0].article.ref, span),), score=0.9)

    return drafts


def inventing(hits: Sequence[Hit]) -> Iterator[DraftClaim | NoAnswer]:
    """Drafts a claim whose evidence is outside its article."""
    yield DraftClaim((Evidence(hits[0].article.ref, Span(10**6, 10**6 + 9)),), text="Invented.")


def finding_nothing(reason: Reason) -> Drafts:
    def drafts(hits: Sequence[Hit]) -> Iterator[DraftClaim | NoAnswer]:
        yield NoAnswer(reason)

    return drafts


def bot_with(archive: Archive, drafts: Drafts) -> Bot:
    reader: Reader = ScriptedReader(drafts)
    return Bot(archive, reader, clock=lambda: datetime(2024, 1, 2, 3, 4, tzinfo=UTC))


@pytest.fixture(scope="module")
def bot(shared_archive: Archive) -> Bot:
    """The bot as it ships, on the shared archive."""
    from bot.readers.extractive import ExtractiveReader

    return Bot(shared_archive, ExtractiveReader())


def check(answer: Answer, archive: Archive) -> None:
    """What holds of every answer: each quote is stored text, each claim is cited."""
    for citation in answer.citations:
        text = archive.article(citation.article.id, citation.article.revision).text
        assert citation.verified
        assert citation.quote == text[citation.start : citation.end]
    assert all(claim.citations for claim in answer.claims)
    assert (answer.abstention is None) == bool(answer.claims)
    assert (answer.status is Status.ABSTAINED) == (not answer.claims)
    assert answer.citations or not answer.claims


# -- as it ships ---------------------------------------------------------------------------------


def test_a_question_is_answered_with_the_sentence_that_says_so(bot: Bot, id_of: Ids) -> None:
    """The quote holds the answer, and the citation names its article."""
    answer = bot.ask("How long will repairs to the Merrowby bridge take?")
    check(answer, bot.archive)
    assert answer.status is Status.ANSWERED
    assert any("eleven weeks" in citation.quote for citation in answer.citations)
    assert answer.citations[0].article.id == id_of("bridge.txt")
    assert answer.citations[0].article.title == "Crack closes Merrowby bridge"
    assert "eleven weeks" in str(answer)
    assert answer.question == "How long will repairs to the Merrowby bridge take?"
    assert set(answer.timings) >= {"embed", "dense", "lexical", "load", "read", "total"}


def test_a_question_about_nothing_in_the_archive_abstains(bot: Bot) -> None:
    """An abstention has a reason and a message, and no citation that could pass for support."""
    answer = bot.ask("What is the boiling point of tungsten?")
    check(answer, bot.archive)
    assert answer.status is Status.ABSTAINED
    assert answer.abstention is not None
    assert answer.abstention.message
    assert answer.citations == ()


@pytest.mark.parametrize(
    "question",
    [
        "Who was elected mayor of Eastmarch?",
        "Why was the Merrowby bridge closed?",
        "Which galaxy did the Fellside telescope photograph?",
        "Did Japan join the boycott?",
        "ferry",
        "?!a",
        "’" * 50 + "x",
    ],
)
def test_whatever_is_asked_every_quote_is_exact(bot: Bot, question: str) -> None:
    """Answered or not: what is shown as a quotation is one."""
    answer = bot.ask(question)
    check(answer, bot.archive)
    assert all(check.ok for check in bot.verify(answer))


def test_the_archive_is_made_where_there_is_none(tmp_path: Path) -> None:
    """`Bot.open` makes it unless told not to; an empty one abstains on everything."""
    with pytest.raises(ArchiveNotFoundError):
        Bot.open(tmp_path / "new", create=False)
    with Bot.open(tmp_path / "new") as opened:
        answer = opened.ask("Who won?")
        assert answer.abstention is not None
        assert answer.abstention.reason is Reason.NO_MATCH
        assert answer.nearest == ()


def test_without_a_path_the_environment_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`Bot.open()` opens the archive that the command line uses."""
    monkeypatch.setenv("DATELINE_ARCHIVE", str(tmp_path / "mine"))
    with Bot.open() as opened:
        assert opened.archive.path == (tmp_path / "mine").resolve()


def test_ingest_then_ask(tmp_path: Path, articles: Path) -> None:
    """The two lines of the README: the report names the articles, and one of them is cited."""
    with Bot.open(tmp_path / "archive") as opened:
        report = opened.ingest([articles])
        answer = opened.ask("How many votes did Lena Oake win in percent?")
        assert answer.citations[0].article.id in report.added
        assert opened.archive.dense_failure is None


# -- status and reasons --------------------------------------------------------------------------


def test_claims_make_an_answer(shared_archive: Archive) -> None:
    """The answer carries question, reader and time of asking."""
    answer = bot_with(shared_archive, quoting(0, 1)).ask("the  bridge\n closed?")
    check(answer, shared_archive)
    assert answer.status is Status.ANSWERED
    assert len(answer.claims) == len(answer.citations) == 2
    assert answer.reader == "scripted"
    assert answer.question == "the bridge closed?"
    assert answer.created == datetime(2024, 1, 2, 3, 4, tzinfo=UTC)
    assert answer.rejected == answer.nearest == ()
    assert answer.filters == AskedFilters()


def test_each_answer_has_an_id_of_its_own(shared_archive: Archive) -> None:
    """Two askings of one question are two answers."""
    asked = bot_with(shared_archive, quoting(0))
    assert asked.ask("the bridge").id != asked.ask("the bridge").id


def test_a_withheld_claim_makes_the_answer_partial(shared_archive: Archive) -> None:
    """The good claim is shown; of the other only is told that and why it was withheld."""

    def drafts(hits: Sequence[Hit]) -> Iterator[DraftClaim | NoAnswer]:
        yield from inventing(hits)
        yield from quoting(0)(hits)

    answer = bot_with(shared_archive, drafts).ask("the bridge")
    check(answer, shared_archive)
    assert answer.status is Status.PARTIAL
    assert [claim.citations for claim in answer.claims] == [(1,)]
    (rejected,) = answer.rejected
    assert rejected.text == "Invented."
    assert "outside article" in rejected.why


def test_when_every_claim_is_withheld_it_abstains(shared_archive: Archive) -> None:
    """As unverifiable: nothing that could not be proved is shown, also not as a citation."""
    answer = bot_with(shared_archive, inventing).ask("the bridge")
    check(answer, shared_archive)
    assert answer.abstention is not None
    assert answer.abstention.reason is Reason.UNVERIFIABLE
    assert answer.claims == answer.citations == ()
    assert len(answer.rejected) == 1


@pytest.mark.parametrize("reason", [Reason.NO_MATCH, Reason.MENTIONED_NOT_ANSWERED])
def test_the_reader_says_why_there_is_no_answer(shared_archive: Archive, reason: Reason) -> None:
    """Nearest passages are told where the topic is mentioned, one an article, at most three."""
    answer = bot_with(shared_archive, finding_nothing(reason)).ask("the ferry strike")
    check(answer, shared_archive)
    assert answer.abstention is not None
    assert answer.abstention.reason is reason
    if reason is Reason.NO_MATCH:
        assert answer.nearest == ()
    else:
        assert len({near.article.id for near in answer.nearest}) == len(answer.nearest) == 3
        for near in answer.nearest:
            text = shared_archive.article(near.article.id).text
            assert text[near.start : near.end].strip()


def test_sentences_that_the_reader_found_near_come_first(shared_archive: Archive) -> None:
    """They are narrower than passages; their articles are not named twice."""

    def drafts(hits: Sequence[Hit]) -> Iterator[DraftClaim | NoAnswer]:
        last = hits[-1]
        near = Evidence(last.article.ref, last.passage.sentences[-1])
        yield NoAnswer(Reason.MENTIONED_NOT_ANSWERED, nearest=(near,))

    answer = bot_with(shared_archive, drafts).ask("the ferry strike", k=3)
    hits = shared_archive.search("the ferry strike", limit=3)
    first = answer.nearest[0]
    assert first.article == hits[-1].article.ref
    assert (first.start, first.end) == hits[-1].passage.sentences[-1]
    assert [near.article.id for near in answer.nearest[1:]] == [h.article.id for h in hits[:2]]


def test_only_outside_the_filters_is_told_as_such(shared_archive: Archive) -> None:
    """The archive answers it, and the filters leave that out: with articles inside and without."""

    def drafts(hits: Sequence[Hit]) -> Iterator[DraftClaim | NoAnswer]:
        if any(hit.article.ref.source == "Northgate Courier" for hit in hits):
            return quoting(0)(hits)
        return finding_nothing(Reason.MENTIONED_NOT_ANSWERED)(hits)

    asked = bot_with(shared_archive, drafts)
    assert asked.ask("Merrowby bridge").status is Status.ANSWERED
    for narrowed in ({"source": "Calder Echo"}, {"since": "2031-01-01"}, {"source": "Nobody"}):
        answer = asked.ask("Merrowby bridge", **narrowed)  # type: ignore[arg-type]
        check(answer, shared_archive)
        assert answer.abstention is not None
        assert answer.abstention.reason is Reason.OUTSIDE_FILTERS
        assert answer.citations == ()


def test_filters_are_not_blamed_where_nothing_is_outside_them(shared_archive: Archive) -> None:
    """With or without filters there is no answer: the reason is the reader's."""
    asked = bot_with(shared_archive, finding_nothing(Reason.MENTIONED_NOT_ANSWERED))
    answer = asked.ask("the bridge", source="Calder Echo")
    assert answer.abstention is not None
    assert answer.abstention.reason is Reason.MENTIONED_NOT_ANSWERED


def test_filters_hold_for_every_citation(bot: Bot) -> None:
    """And the answer says which it was asked with."""
    answer = bot.ask(
        "What happened to the Merrowby bridge?",
        since="2023-06-01",
        until=date(2023, 6, 30),
        source=["calder echo", "Nobody"],
    )
    assert answer.filters == AskedFilters(
        date(2023, 6, 1), date(2023, 6, 30), ("calder echo", "Nobody")
    )
    assert {c.article.source for c in answer.citations} <= {"Calder Echo"}


def test_k_is_how_many_passages_are_read(shared_archive: Archive) -> None:
    """No more are given to the reader, fewer if there are no more."""
    seen: list[int] = []

    def drafts(hits: Sequence[Hit]) -> Iterator[DraftClaim | NoAnswer]:
        seen.append(len(hits))
        return quoting(0)(hits)

    asked = bot_with(shared_archive, drafts)
    for k in (1, 4, 100):
        asked.ask("the bridge", k=k)
    assert seen == [1, 4, 9]


def test_an_article_removed_while_it_is_read_is_not_cited(archive: Archive) -> None:
    """Its claim is withheld: what is shown can be proved when it is shown."""

    def drafts(hits: Sequence[Hit]) -> Iterator[DraftClaim | NoAnswer]:
        archive.remove(hits[0].article.id)
        yield from quoting(0)(hits)

    answer = bot_with(archive, drafts).ask("Merrowby bridge")
    check(answer, archive)
    assert answer.abstention is not None
    assert answer.abstention.reason is Reason.UNVERIFIABLE


# -- streaming -----------------------------------------------------------------------------------


def check_order(events: Sequence[Event]) -> Answer:
    """Stages first, every citation before the text that uses it, `Final` last and once."""
    assert [e.stage for e in events if isinstance(e, StatusEvent)][:2] == ["searching", "reading"]
    assert isinstance(events[0], StatusEvent)
    assert [isinstance(event, Final) for event in events] == [False] * (len(events) - 1) + [True]
    final = events[-1]
    assert isinstance(final, Final)
    announced: set[int] = set()
    claims = iter(final.answer.claims)
    for event in events:
        if isinstance(event, CitationEvent):
            assert event.citation.number == len(announced) + 1
            announced.add(event.citation.number)
        elif isinstance(event, TextDelta):
            claim = next(claims)
            assert claim.text in event.text
            assert set(claim.citations) <= announced
            assert all(f"[{number}]" in event.text for number in claim.citations)
    assert next(claims, None) is None
    assert tuple(e.citation for e in events if isinstance(e, CitationEvent)) == (
        final.answer.citations
    )
    return final.answer


def test_text_is_streamed_only_after_its_citations(shared_archive: Archive) -> None:
    """A citation that two claims share is announced once; withheld claims send nothing."""

    def drafts(hits: Sequence[Hit]) -> Iterator[DraftClaim | NoAnswer]:
        yield from quoting(0, 1)(hits)
        yield from inventing(hits)
        yield from quoting(1)(hits)

    answer = check_order(list(bot_with(shared_archive, drafts).stream("the bridge")))
    assert [claim.citations for claim in answer.claims] == [(1,), (2,), (2,)]


def test_each_claim_is_sent_before_the_next_is_drafted(shared_archive: Archive) -> None:
    """A slow reader's first claim is shown while it works on the second."""
    drafted: list[int] = []

    def drafts(hits: Sequence[Hit]) -> Iterator[DraftClaim | NoAnswer]:
        for index in (0, 1):
            drafted.append(index)
            yield from quoting(index)(hits)

    for event in bot_with(shared_archive, drafts).stream("the bridge"):
        if isinstance(event, TextDelta):
            break
    assert drafted == [0]


def test_an_abstention_streams_no_text(shared_archive: Archive) -> None:
    """Neither text nor citation, only stages and the end."""
    for drafts in (inventing, finding_nothing(Reason.NO_MATCH)):
        events = list(bot_with(shared_archive, drafts).stream("the bridge"))
        check_order(events)
        assert {type(event) for event in events} == {StatusEvent, Final}


def test_the_bot_as_it_ships_streams_in_order(bot: Bot) -> None:
    """The same rules for the real reader."""
    answer = check_order(list(bot.stream("Which countries or crews joined the ferry strike?")))
    check(answer, bot.archive)


def test_asking_asynchronously_gives_the_same(shared_archive: Archive) -> None:
    """`aask` and `astream` are `ask` and `stream` off the event loop, several at a time."""
    asked = bot_with(shared_archive, quoting(0, 1))

    async def gather() -> tuple[list[Event], list[Answer]]:
        events = [event async for event in asked.astream("the bridge", source="Calder Echo")]
        answers = await asyncio.gather(*(asked.aask(f"the bridge {n}") for n in range(4)))
        return events, list(answers)

    events, answers = asyncio.run(gather())
    streamed = check_order(events)
    plain = asked.ask("the bridge", source="Calder Echo")
    assert replace(streamed, id="", timings={}) == replace(plain, id="", timings={})
    assert [answer.question for answer in answers] == [f"the bridge {n}" for n in range(4)]


# -- arguments -----------------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["", "  \n", "?!…", "\0\0", "\ud800", "_", "x" * 4_001])
def test_a_question_that_is_none_is_a_usage_error(bot: Bot, question: str) -> None:
    """Empty, without a letter or digit, or too long; told at once, before the first event."""
    with pytest.raises(UsageError) as raised:
        bot.stream(question)
    assert "\n" not in str(raised.value)
    with pytest.raises(UsageError):
        bot.ask(question)


@pytest.mark.parametrize(
    "arguments",
    [
        {"k": 0},
        {"k": -1},
        {"k": 101},
        {"since": "yesterday"},
        {"since": ""},
        {"until": "2023-13-01"},
        {"until": "30/12/2021"},
        {"since": "2023-05-03", "until": "2023-05-02"},
    ],
)
def test_arguments_that_make_no_sense_are_usage_errors(
    bot: Bot, arguments: dict[str, object]
) -> None:
    """The message repeats the value."""
    with pytest.raises(UsageError) as raised:
        bot.stream("the bridge", **arguments)  # type: ignore[arg-type]
    assert any(str(value) in str(raised.value) for value in arguments.values())
    with pytest.raises(UsageError):
        asyncio.run(bot.aask("the bridge", **arguments))  # type: ignore[arg-type]


def test_filters_are_made_of_what_a_person_gives() -> None:
    """Dates as text, date or datetime; one outlet or several."""
    assert make_filters() == Filters()
    assert make_filters(since=" 2021-12-30 ", until=datetime(2022, 1, 2, 3, tzinfo=UTC)) == Filters(
        date(2021, 12, 30), date(2022, 1, 2)
    )
    assert make_filters(source="A") == Filters(sources=("A",))
    assert make_filters(source=["A", "B"]) == Filters(sources=("A", "B"))
    day = date(2021, 12, 30)
    assert make_filters(since=day, until=day) == Filters(day, day)


@given(st.text(max_size=60))
def test_any_question_is_answered_or_is_a_usage_error(
    shared_archive: Archive, question: str
) -> None:
    """No text makes anything else happen."""
    asked = bot_with(shared_archive, quoting(0))
    try:
        check(asked.ask(question), shared_archive)
    except UsageError:
        assert not any(character.isalnum() for character in question)


async def cancelled_while_the_model_is_silent(archive: Path, server: ModelServer) -> None:
    """Ask, and give up while the model has not said anything yet."""
    with Bot.open(archive, base_url=server.base_url) as asked:
        asking = asyncio.create_task(asked.aask("Who was elected mayor of Eastmarch?"))
        while not server.requests:
            await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking


def test_cancelling_an_answer_drops_the_models_connection(archive_path: Path) -> None:
    """The task ends as cancelled, and nobody goes on paying for what nobody waits for."""
    with ModelServer(Fault("slow_drip", delay=0.1)) as server:
        asyncio.run(cancelled_while_the_model_is_silent(archive_path, server))
        assert server.wait_until_dropped()
