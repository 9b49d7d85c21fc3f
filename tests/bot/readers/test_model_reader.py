"""The reader that asks a model: its prompt, its drafts, and when they are shown."""

from __future__ import annotations

import re
import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot import Bot
from bot.errors import ModelError, ModelReplyError
from bot.heading import heading
from bot.model import Deadline, Messages, Tally, estimate_tokens
from bot.prompts import load_prompt
from bot.readers import Draft, DraftClaim, NoAnswer, Record
from bot.readers.judge import ModelJudge
from bot.readers.model import ModelReader
from bot.testing import Connection, ModelServer, Request, Says, sentences_in
from bot.testing.replies import Talk
from bot.types import CitationEvent, Final, Reason, TextDelta
from retrieval.archive import Archive
from retrieval.embedding.bundled import BundledEmbedder
from retrieval.types import Hit

QUESTION = "How long will repairs of the Merrowby bridge take?"
TRUE = "Repairs will take eleven weeks, the county said."
FENCE = "=====0f====="


@dataclass
class Scripted:
    """A language model that says these pieces, and then fails if it has an error."""

    pieces: tuple[str, ...]
    error: ModelError | None = None
    name: str = "scripted"
    asked: list[Messages] = field(default_factory=list)
    closed: bool = False

    def stream(
        self, messages: Messages, *, deadline: Deadline, tally: Tally
    ) -> Generator[str, None, None]:
        self.asked.append(messages)
        tally.requests += 1
        try:
            yield from self.pieces
            if self.error is not None:
                raise self.error
        finally:
            self.closed = True
            tally.add(100, 10, None)


@pytest.fixture
def hits(shared_archive: Archive) -> list[Hit]:
    return shared_archive.search(QUESTION, limit=8)


def reader(model: Scripted, **options: int) -> ModelReader:
    return ModelReader(model, make_fence=lambda: FENCE, **options)


def drafts(model: Scripted, hits: list[Hit]) -> list[Draft]:
    return list(reader(model).read(QUESTION, hits))


def claims(found: list[Draft]) -> list[DraftClaim]:
    return [draft for draft in found if isinstance(draft, DraftClaim)]


# -- the prompt ---------------------------------------------------------------------------------


def test_a_prompt_is_rules_then_articles_then_the_question(hits: list[Hit]) -> None:
    """The rules never change, so servers can keep them; the question comes last."""
    model = Scripted(("NO ANSWER",))
    drafts(model, hits)
    (asked,) = model.asked
    assert asked.system == load_prompt("answer").system
    assert asked.user.endswith(f"Question: {QUESTION}")
    assert asked.user.count(FENCE) == 1 + 2 * len({hit.article.id for hit in hits})


def test_every_article_stands_under_its_heading(hits: list[Hit]) -> None:
    model = Scripted(("NO ANSWER",))
    drafts(model, hits)
    lines = model.asked[0].user.splitlines()
    for hit in hits:
        at = lines.index(heading(hit.article.ref))
        assert lines[at - 1] == FENCE
        assert re.match(r"\[\d+\] ", lines[at + 1])


@pytest.mark.parametrize("tokens", [100, 700, 800, 1_000, 8_000])
def test_the_budget_drops_passages_and_never_rules(tokens: int, hits: list[Hit]) -> None:
    """The best passage is always in; what is sent stays within the budget otherwise."""
    model = Scripted(("NO ANSWER",))
    list(reader(model, prompt_tokens=tokens).read(QUESTION, hits))
    (asked,) = model.asked
    assert asked.system == load_prompt("answer").system
    assert asked.user.endswith(QUESTION)
    kept = [hit for hit in hits if hit.text.split(".")[0].replace("\n", " ") in asked.user]
    assert kept[0] is hits[0]
    assert kept == hits[: len(kept)]
    if len(kept) > 1:
        assert estimate_tokens(asked.system + asked.user) <= tokens
    if tokens == 8_000:
        assert len(kept) == len(hits)


def test_the_budget_counts_bytes(tmp_path: Path, embedder: BundledEmbedder) -> None:
    """Cyrillic text takes two bytes a letter, and about as many tokens more."""
    sentence = "Мост через реку закрыли во вторник после того, как инженеры нашли трещину. "
    for number in range(12):
        (tmp_path / f"{number}.txt").write_text(
            f"Title: Мост {number}\nSource: Вести\n\n{sentence * 8}Мост {number}.\n"
        )
    with Archive.open(tmp_path / "archive", create=True, embedder=embedder) as archive:
        archive.ingest([tmp_path])
        found = archive.search("Мост закрыли", limit=12)
    assert len(found) > 6
    model = Scripted(("NO ANSWER",))
    list(reader(model, prompt_tokens=3_000).read("Мост?", found))
    assert estimate_tokens(model.asked[0].system + model.asked[0].user) <= 3_000


def test_the_record_names_the_prompt(hits: list[Hit]) -> None:
    """Its id, version and hash: an answer can be traced to the words that asked for it."""
    first = drafts(Scripted(("NO ANSWER",)), hits)[0]
    assert first == Record(prompt=load_prompt("answer").label)


# -- the drafts ---------------------------------------------------------------------------------


def test_a_number_leads_to_its_sentence(hits: list[Hit], shared_archive: Archive) -> None:
    model = Scripted(("It is so. [1] ", "That as well. [2][3]"))
    first, second = claims(drafts(model, hits))
    lines = dict(re.findall(r"^\[(\d+)\] (.*)$", model.asked[0].user, re.M))
    for draft, numbers in ((first, "1"), (second, "23")):
        for evidence, number in zip(draft.evidence, numbers, strict=True):
            text = shared_archive.article(evidence.article.id).text[slice(*evidence.span)]
            assert " ".join(text.split()) == lines[number]


def test_numbers_that_the_prompt_had_not_are_dropped_and_recorded(hits: list[Hit]) -> None:
    found = drafts(Scripted(("It is so. [999][1] Or so. [0][77777]",)), hits)
    first, second = claims(found)
    assert len(first.evidence) == 1
    assert second.evidence == ()
    unknown = [number for d in found if isinstance(d, Record) for number in d.unknown_markers]
    assert unknown == [999, 0, 77777]


def test_of_endless_unknown_numbers_a_hundred_are_recorded(hits: list[Hit]) -> None:
    """A record of them all could be larger than the answer."""
    found = drafts(Scripted(("It is so. [900-920][930-950] " * 600,)), hits)
    assert sum(len(d.unknown_markers) for d in found if isinstance(d, Record)) == 100


@pytest.mark.parametrize(
    ("reply", "stands"),
    [
        *[("YES", True), ("<think>No?</think> Yes.", True)],
        *[("NO", False), ("", False), ("<think>Yes", False), ("Hm. " * 20_000, False)],
    ],
)
def test_a_judge_says_yes_or_it_is_no(reply: str, stands: bool) -> None:
    """What goes on for ever is read no further."""
    model = Scripted(tuple(reply[at : at + 100] for at in range(0, len(reply), 100)))
    assert ModelJudge(model, seconds=5)("It is so.", ["It is so."]).stands == stands
    assert model.closed


@pytest.mark.parametrize("reply", ["NO ANSWER", "**No answer.**", "<think>[1]?</think>NO ANSWER"])
def test_no_answer(reply: str, hits: list[Hit]) -> None:
    assert drafts(Scripted((reply,)), hits)[-1] == NoAnswer(Reason.MENTIONED_NOT_ANSWERED)


def test_no_answer_beside_claims_is_no_claim(hits: list[Hit]) -> None:
    found = drafts(Scripted(("It is so. [1]\nNO ANSWER",)), hits)
    assert [claim.text for claim in claims(found)] == ["It is so."]
    assert not any(isinstance(draft, NoAnswer) for draft in found)


def test_a_failure_before_any_claim_is_raised(hits: list[Hit]) -> None:
    """After its record, which says what it took."""
    found: list[Draft] = []
    with pytest.raises(ModelReplyError, match="gone"):
        for draft in reader(Scripted(("It",), ModelReplyError("gone"))).read(QUESTION, hits):
            found.append(draft)
    assert any(isinstance(draft, Record) and draft.usage for draft in found)


def test_a_failure_after_a_claim_leaves_a_broken_off_answer(hits: list[Hit]) -> None:
    """Of the last sentence only a whole one counts."""
    model = Scripted(("It is so. [1] He will not", " resign"), ModelReplyError("gone"))
    found = drafts(model, hits)
    assert [claim.text for claim in claims(found)] == ["It is so."]
    last = found[-1]
    assert isinstance(last, Record)
    assert last.broke_off
    assert last.notices == ("the model's answer broke off: gone",)


def test_a_reply_without_end_is_read_no_further(hits: list[Hit]) -> None:
    model = Scripted(("It is so. [1] " * 100,) * 100)
    found = drafts(model, hits)
    assert model.closed
    assert sum(len(claim.text or "") for claim in claims(found)) < 20_000


def test_closing_the_reader_closes_the_model(hits: list[Hit]) -> None:
    model = Scripted(("It is so, and has been for as long as anybody knows. [1] " * 20,))
    reading = reader(model).read(QUESTION, hits)
    next(draft for draft in reading if isinstance(draft, DraftClaim))
    assert not model.closed
    reading.close()
    assert model.closed


# -- when they are shown --------------------------------------------------------------------------


class Pauses:
    """Says the first half, and the second only when it is let go on."""

    def __init__(self, first: str, second: str) -> None:
        self._first, self._second = first, second
        self.go_on = threading.Event()
        self.ended = False

    def answer(self, request: Request, connection: Connection) -> None:
        talk = Talk(Says(self._first + self._second), request, connection)
        talk.start()
        talk.say(*Says(self._first).pieces())
        while not self.go_on.is_set():
            connection.wait(0.02)  # ends when the server is stopped
        talk.say(*Says(self._second).pieces())
        talk.close()
        self.ended = True


def test_a_claim_is_shown_while_the_model_is_still_writing(archive_path: Path) -> None:
    """Its citation first. What comes after it may still be withheld."""
    pauses: list[Pauses] = []

    def reply(request: Request) -> Pauses:
        number = next(n for n, text in sentences_in(request).items() if text == TRUE)
        first = f"{TRUE} [{number}] The crack in it is ninety-nine metres long, [{number}] it was"
        pauses.append(Pauses(first + " said" * 40, f" by all. [{number}] {TRUE} [{number}]"))
        return pauses[-1]

    with (
        ModelServer(reply) as server,
        Bot.open(archive_path, base_url=server.base_url, reader="model") as bot,
    ):
        events = bot.stream(QUESTION)
        cited = next(event for event in events if isinstance(event, CitationEvent))
        shown = next(events)
        assert isinstance(shown, TextDelta)
        assert not pauses[0].ended
        assert (cited.citation.quote, shown.text) == (TRUE, f"{TRUE} [1]")
        pauses[0].go_on.set()
        rest = list(events)
    assert isinstance(rest[-1], Final)
    assert "ninety-nine" not in "".join(e.text for e in rest if isinstance(e, TextDelta))
    assert len(rest[-1].answer.rejected) == 1


def test_nothing_is_shown_before_its_markers_have_come(archive_path: Path) -> None:
    """The sentence alone is on its way for as long as it takes."""
    pauses: list[Pauses] = []

    def reply(request: Request) -> Pauses:
        number = next(n for n, text in sentences_in(request).items() if text == TRUE)
        pauses.append(Pauses(f"{TRUE} [", f"{number}]"))
        return pauses[-1]

    with (
        ModelServer(reply) as server,
        Bot.open(archive_path, base_url=server.base_url, reader="model") as bot,
    ):
        shown: list[TextDelta] = []

        def ask() -> None:
            shown.extend(event for event in bot.stream(QUESTION) if isinstance(event, TextDelta))

        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(1.5)
        assert asking.is_alive()
        assert shown == []
        pauses[0].go_on.set()
        asking.join(30)
    assert [delta.text for delta in shown] == [f"{TRUE} [1]"]
