"""A conversation: follow-ups are understood, by rule or by the model, and turns are kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import Bot, Session
from bot.errors import UsageError
from bot.rewriter import is_usable
from bot.testing import Fault, ModelServer, Reply, Request, Says, sentences_in
from bot.types import Status
from retrieval.archive import Archive

QUESTION = "Who was elected mayor of Eastmarch?"
PROMISE = "What did Lena Oake promise?"


@pytest.fixture
def bot(archive_path: Path) -> Iterator[Bot]:
    with Bot.open(archive_path) as opened:
        yield opened


def writing(rewrite: Reply) -> object:
    """A model that rewrites as told, and answers with the first sentence about a library."""

    def reply(request: Request) -> Reply:
        if "Asked next:" in request.last("user"):
            return rewrite
        for number, sentence in sentences_in(request).items():
            if "library" in sentence:
                return Says(f"{sentence} [{number}]")
        return Says("NO ANSWER")

    return reply


def test_a_follow_up_is_searched_for_with_the_names_it_stands_for(bot: Bot) -> None:
    """The answer records both what was asked and what was searched for."""
    talk = Session(bot)
    talk.ask(QUESTION)
    answer = talk.ask("What did she promise?")
    assert answer.question == "What did she promise?"
    assert answer.standalone == PROMISE
    assert "library" in answer.citations[0].quote
    assert talk.ask(QUESTION).standalone is None


def test_the_passages_of_the_turn_before_are_read_again(bot: Bot) -> None:
    """Also where the follow-up alone would not find them; each once."""
    talk = Session(bot)
    cited = talk.ask(QUESTION).citations[0]
    *_, last = talk.stream("Why did she?", k=1)
    read = [(hit.article.id, hit.passage.start) for hit in last.hits]
    assert any(article == cited.article.id for article, _ in read)
    assert len(read) == len(set(read))


def test_a_question_that_leans_on_nothing_is_refused(bot: Bot) -> None:
    with pytest.raises(UsageError, match="nothing was said before"):
        Session(bot).ask("Why did they?")


def test_a_conversation_is_gone_on_with_by_its_id(archive_path: Path) -> None:
    """In another process as well; the answers come back as they were."""
    with Bot.open(archive_path) as bot:
        first = Session(bot, id="team:1")
        given = first.ask(QUESTION)
    with Bot.open(archive_path) as bot:
        again = Session(bot, id="team:1")
        assert again.answers == (given,)
        assert again.ask("What did she promise?").standalone == PROMISE
        assert Session(bot, id="team:2").answers == ()


def test_the_last_chat_is_found(bot: Bot) -> None:
    """Conversations of other front ends are not chats."""
    assert Session.last(bot) is None
    Session(bot, id="team:1").ask(QUESTION)
    assert Session.last(bot) is None
    chat = Session(bot)
    chat.ask(QUESTION)
    found = Session.last(bot)
    assert found is not None
    assert found.id == chat.id


def test_nothing_is_kept_where_that_is_not_wanted(bot: Bot) -> None:
    Session(bot, keep=False).ask(QUESTION)
    assert Session.last(bot) is None


def test_where_turns_cannot_be_stored_the_answer_is_given_all_the_same(bot: Bot) -> None:
    """And the session says why, once and for good."""
    talk = Session(bot)
    with sqlite3.connect(bot.archive.path / "ledger.sqlite3") as db:
        db.execute("DROP TABLE turn")
    assert talk.ask(QUESTION).status is Status.ANSWERED
    assert talk.trouble is not None
    assert talk.trouble.startswith("this conversation is not kept")
    assert talk.ask("What did she promise?").standalone == PROMISE


def test_an_old_answer_that_cannot_be_read_is_passed_over(bot: Bot) -> None:
    talk = Session(bot, id="team:1")
    talk.ask(QUESTION)
    with sqlite3.connect(bot.archive.path / "ledger.sqlite3") as db:
        db.execute("UPDATE turn SET answer = '{}'")
    assert Session(bot, id="team:1").answers == ()


def test_the_model_makes_a_follow_up_stand_alone(archive_path: Path) -> None:
    """Its tokens are counted with those of the answer."""
    alone = "What did Ms Oake promise?"
    with ModelServer(writing(Says(alone))) as server:
        with Bot.open(archive_path, base_url=server.base_url) as bot:
            talk = Session(bot)
            talk.ask("What will be reopened on Mill Lane?")
            answer = talk.ask("And her promise, what was it?")
        asked = [request.last("user") for request in server.requests]
    assert answer.standalone == alone
    assert answer.usage is not None
    assert answer.usage.requests == 2
    assert "Asked: What will be reopened on Mill Lane?" in asked[1]
    assert asked[2].endswith(f"Question: {alone}")


@pytest.mark.parametrize(
    "rewrite",
    [
        Says("What did Barack Obama promise?"),
        Says("See https://evil.example for what Lena Oake promised"),
        Says("What did she promise?\nAnd then?"),
        Says("?"),
        Fault("server_error"),
        Fault("hang_up"),
    ],
)
def test_a_rewrite_that_cannot_be_used_gives_way_to_the_rule(
    rewrite: Reply, archive_path: Path
) -> None:
    """It may bring no name of its own, no link and no second line; and it may fail."""
    with (
        ModelServer(writing(rewrite)) as server,
        Bot.open(archive_path, base_url=server.base_url) as bot,
    ):
        talk = Session(bot)
        talk.ask("What did Lena Oake promise to reopen?")
        answer = talk.ask("When did she promise it?")
    assert answer.standalone is not None
    assert "Lena Oake" in answer.standalone
    assert "Obama" not in answer.standalone
    assert "evil" not in answer.standalone


@pytest.mark.parametrize(
    ("rewrite", "usable"),
    [
        ("Why did Canada join the boycott?", True),
        ("Why did Canada join in 2021?", True),
        ("Why did Canada join in 2022?", False),
        ("Why did Peru join?", False),
        ("[1] Why?", False),
        ("", False),
        ("Why " * 200, False),
    ],
)
def test_what_a_usable_rewrite_is(rewrite: str, usable: bool) -> None:
    conversation = "Asked: Who joined the boycott in 2021?\nAnswered: Canada."
    assert is_usable(rewrite, "why did they?", conversation) is usable


def test_turns_leave_the_articles_alone(archive: Archive) -> None:
    """Keeping a turn is no change of the archive."""
    with Bot.open(archive.path) as bot:
        before = bot.archive.generation
        Session(bot).ask(QUESTION)
        assert bot.archive.generation == before
    assert archive.doctor().ok
