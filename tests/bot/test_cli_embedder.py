"""An archive's embedder on the command line: `--embedder`, its key, and exit codes 3 and 12."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import Bot
from bot.testing import Fault, ModelServer, Says
from tests import newsroom
from tests.bot.command import dateline

NAME = "openai:scripted"
OPENAIS = "openai:text-embedding-3-small"
QUESTION = "Who was elected mayor of Eastmarch?"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A server of embeddings that the environment names."""
    with ModelServer(Says("")) as running:
        monkeypatch.setenv("DATELINE_EMBEDDING_BASE_URL", running.base_url)
        yield running


@pytest.fixture
def wide(tmp_path: Path, articles: Path, server: ModelServer) -> Path:
    """An archive made with `--embedder`."""
    ran = dateline("ingest", articles, "--embedder", NAME, "--archive", tmp_path / "wide")
    assert (ran.code, ran.err) == (0, "")
    return tmp_path / "wide"


def test_a_new_archive_is_made_with_the_embedder_named_and_asked_without(
    wide: Path, server: ModelServer
) -> None:
    """The name is given once; questions, further articles and repairs go by the archive."""
    assert {request.model for request in server.requests} == {"scripted"}
    ran = dateline("ask", QUESTION, "--archive", wide)
    assert ran.code == 0
    assert "Lena Oake" in ran.out
    assert server.requests[-1].body["input"] == [QUESTION]
    assert dateline("search", "ferry", "--archive", wide).code == 0
    assert dateline("doctor", "--archive", wide).code == 0
    with Bot.open(wide) as bot:
        assert bot.ask(QUESTION).claims


def test_the_settings_name_the_embedder_of_new_archives_only(
    archive_path: Path, tmp_path: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive that is there keeps its own."""
    monkeypatch.setenv("DATELINE_EMBEDDER", NAME)
    assert dateline("ask", QUESTION, "--archive", archive_path).code == 0
    assert server.requests == []
    articles = newsroom.write(tmp_path / "new")
    assert dateline("ingest", articles, "--archive", tmp_path / "archive-2").code == 0
    assert server.requests


def test_another_embedder_is_12_with_the_command_that_mends_it(
    archive_path: Path, articles: Path, server: ModelServer
) -> None:
    """And that command does."""
    ran = dateline("ingest", articles, "--embedder", NAME, "--archive", archive_path)
    assert ran.code == 12
    mend = f"dateline reindex --archive {archive_path} --embedder {NAME}"
    assert f"`{mend}`" in ran.err
    assert ran.err.count("\n") == 1
    assert server.requests == []
    mended = dateline(*mend.split()[1:])
    assert mended == (0, f"reindexed {len(newsroom.FILES)} articles\n", "")
    assert dateline("ingest", articles, "--embedder", NAME, "--archive", archive_path).code == 0
    assert dateline("ask", QUESTION, "--archive", archive_path).code == 0
    back = dateline("reindex", "--embedder", "minilm-l6-v2", "--archive", archive_path)
    assert back.code == 0
    sent = len(server.requests)
    assert dateline("ask", QUESTION, "--archive", archive_path).code == 0
    assert len(server.requests) == sent


def test_a_key_that_is_not_there_is_3_and_only_where_it_is_needed(
    tmp_path: Path, articles: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenAI's own embedder wants one for questions, not for lists and checks."""
    place = tmp_path / "hosted"
    made = dateline("ingest", articles, "--embedder", OPENAIS, "--archive", place)
    assert made.code == 0
    monkeypatch.delenv("DATELINE_EMBEDDING_BASE_URL")
    for command in (["ask", QUESTION], ["search", "ferry"], ["ingest", str(articles)]):
        ran = dateline(*command, "--archive", place)
        assert ran.code == 3, command
        assert "openai:text-embedding-3-small needs a key" in ran.err
        assert "OPENAI_API_KEY" in ran.err
        assert ran.err.count("\n") == 1
    assert dateline("list", "--archive", place).code == 0
    assert dateline("doctor", "--archive", place).code == 0
    nowhere = dateline("ingest", articles, "--embedder", OPENAIS, "--archive", tmp_path / "none")
    assert nowhere.code == 3
    assert not (tmp_path / "none").exists()


def test_the_same_name_at_another_kind_of_server_is_12(
    tmp_path: Path, articles: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Indexed by a server of one's own, asked at OpenAI: refused before anything is sent."""
    place = tmp_path / "own"
    assert dateline("ingest", articles, "--embedder", OPENAIS, "--archive", place).code == 0
    monkeypatch.delenv("DATELINE_EMBEDDING_BASE_URL")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    ran = dateline("ask", QUESTION, "--archive", place)
    assert ran.code == 12
    assert "dateline reindex" in ran.err
    assert ran.err.count("\n") == 1


def test_an_unknown_embedder_is_wrong_usage(
    archive_path: Path, articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lists what exists, and makes no archive."""
    place = tmp_path / "none"
    for command in (
        ["ingest", articles, "--archive", place],
        ["reindex", "--archive", archive_path],
    ):
        ran = dateline(*command, "--embedder", "word2vec")
        assert ran.code == 2
        assert "no embedder 'word2vec': choose minilm-l6-v2, or openai:MODEL" in ran.err
    assert not place.exists()
    monkeypatch.setenv("DATELINE_EMBEDDER", "word2vec")
    ran = dateline("ingest", articles, "--archive", place)
    assert ran.code == 2
    assert "DATELINE_EMBEDDER" in ran.err


def test_a_failing_server_is_one_line_and_keeps_what_was_stored(
    tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is not shown, also where the server repeats it."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-SECRET")
    with ModelServer(Says(""), embeddings=Fault("unauthorized")) as server:
        monkeypatch.setenv("DATELINE_BASE_URL", server.base_url)
        ran = dateline("ingest", articles, "--embedder", NAME, "--archive", tmp_path / "a")
    assert ran.code == 1
    assert "refused the key: check OPENAI_API_KEY" in ran.err
    assert "SECRET" not in ran.err + ran.out
    assert ran.err.count("\n") == 1
