"""Slack tells what the command line tells: the same claims, from the same spans."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from bot.engine import Bot
from bot.settings import Settings
from bot.slack.app import Options
from bot.slack.fmt import markdown
from bot.slack.serve import socket_mode
from bot.slack.testing import SlackServer
from bot.testing import ModelServer, Quoting, connection_refused
from bot.types import Answer
from retrieval.archive import Archive
from tests.bot.command import dateline
from tests.bot.slack.conftest import Connect
from tests.bot.slack.test_harmless import _lives, _markdown_lives

QUESTIONS = (
    "Who was elected mayor of Eastmarch?",
    "How long is the crack in the Merrowby bridge?",
    "Why was the ferry strike called?",
    "What did the note on the cello say?",
    "How old is Lena Oake?",
    "Who won the Nobel prize for chemistry?",
)


def _said(answer: Answer) -> dict[str, object]:
    """What of an answer is not about when it was given."""
    return {
        "status": answer.status,
        "claims": [(claim.text, claim.citations, claim.short) for claim in answer.claims],
        "spans": [
            (c.number, c.article.id, c.article.revision, c.start, c.end, c.quote)
            for c in answer.citations
        ],
        "why": answer.abstention,
        "nearest": [(near.article.id, near.start, near.end) for near in answer.nearest],
    }


def _kept(archive: Path) -> dict[str, Answer]:
    """The answers that the bot gave in Slack, by question."""
    with sqlite3.connect(archive / "ledger.sqlite3") as db:
        rows = db.execute("SELECT answer FROM kept_answer").fetchall()
    db.close()
    answers = [Answer.from_json(row[0]) for row in rows]
    return {answer.question: answer for answer in answers}


def test_extractive_answers_are_those_of_the_command_line(
    slack: SlackServer, connect: Connect, archive: Archive
) -> None:
    """For every question, answered or not; and all of it can be read in the message."""
    connect()
    for question in QUESTIONS:
        shown = slack.wait_for_reply(slack.mention(question).ts).shown
        ran = dateline("ask", question, "--archive", archive.path, "--format", "json")
        asked = Answer.from_json(ran.out)
        assert _said(_kept(archive.path)[question]) == _said(asked)
        for citation in asked.citations:
            assert citation.article.title in shown
            assert f"[{citation.number}]" in shown
        for claim in asked.claims:
            assert markdown(claim.text) in shown
    assert {answer.status for answer in _kept(archive.path).values()} == {"answered", "abstained"}


def test_a_models_answers_are_those_of_the_command_line(
    slack: SlackServer, archive_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same model on the same archive, with a claim that is borne out and one that is not."""
    reply = Quoting(lambda said: f"{said[1]} [1]\n\nThe moon is made of cheese [1].")
    question = "Who was elected mayor of Eastmarch?"
    with ModelServer(reply) as model:
        monkeypatch.setenv("DATELINE_BASE_URL", model.base_url)
        monkeypatch.setenv("DATELINE_READER", "model")
        with (
            Bot.open(archive_path, create=False, settings=Settings.load()) as bot,
            socket_mode(
                bot,
                bot_token=slack.bot_token,
                app_token=slack.app_token,
                url=slack.url,
                options=Options(),
            ),
        ):
            slack.wait_for_socket()
            shown = slack.wait_for_reply(slack.mention(question).ts).shown
        ran = dateline("ask", question, "--archive", archive_path, "--format", "json")
    asked = Answer.from_json(ran.out)
    assert asked.claims
    assert asked.rejected
    assert _said(_kept(archive_path)[question]) == _said(asked)
    assert "cheese" not in shown
    assert "1 statement was withheld" in shown


def test_a_model_that_cannot_be_reached_is_told_with_a_reference(
    slack: SlackServer, archive_path: Path
) -> None:
    """In the error's own words, which name what to do."""
    settings = Settings.load(
        {"DATELINE_READER": "model", "DATELINE_BASE_URL": connection_refused()}
    )
    with (
        Bot.open(archive_path, create=False, settings=settings) as bot,
        socket_mode(
            bot,
            bot_token=slack.bot_token,
            app_token=slack.app_token,
            url=slack.url,
            options=Options(),
        ),
    ):
        slack.wait_for_socket()
        asked = slack.mention(QUESTIONS[0])
        slack.wait_until(lambda: "Reference" in _thread(slack, asked.ts), "an error")
    assert "Traceback" not in _thread(slack, asked.ts)


def test_a_hostile_article_is_quoted_and_nothing_in_it_lives(
    slack: SlackServer, connect: Connect, archive: Archive, tmp_path: Path
) -> None:
    """Through the whole way: ingested, quoted, streamed, in a window, shared."""
    file = tmp_path / "hostile.md"
    file.write_text(
        "---\ntitle: '<!channel> [win](https://evil.example/t)'\nsource: '<@U0000ADA>'\n"
        "url: https://news.example/comet?a=1&b=2\n---\n"
        "The comet Zarvox was discovered by \\<!here\\> Ida \\[Quill\\](https\\://evil.example/q) "
        "and www.evil.example on Friday.\n"
    )
    assert archive.ingest([file]).added
    connect()
    asked = slack.mention("Who discovered the comet Zarvox?")
    answer = slack.wait_for_reply(asked.ts)
    assert "Zarvox" in answer.markdown
    slack.press("passages", answer.value_of("passages"))
    slack.wait_until(lambda: slack.workspace.views)
    slack.command("Who discovered the comet Zarvox?")
    slack.wait_until(slack.workspace.asides)
    slack.press("share", slack.workspace.asides()[0].value_of("share"))
    slack.wait_until(lambda: slack.called("response_url")[1:])
    allowed = {"https://news.example/comet?a=1&b=2"}
    for call in slack.calls:
        view = call.payload.get("view") or {}
        assert _lives([*(call.payload.get("blocks") or []), view], allowed) == [], call.method
        for chunk in call.payload.get("chunks") or []:
            assert _markdown_lives(chunk.get("text", "")) == [], call.method
    assert "evil.example/t" not in json.dumps([e["url"] for e in answer.elements("link")])


def _thread(slack: SlackServer, ts: str) -> str:
    return "\n".join(message.shown for message in slack.workspace.replies(ts))
