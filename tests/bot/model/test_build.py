"""Settings become a model's client, and a request holds what its server can take."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ModelUnreachableError, NotConfiguredError
from bot.model import Deadline, Messages, Tally
from bot.model.build import build_model, open_model
from bot.settings import Settings
from bot.testing import Fault, ModelServer, Request, Says
from tests.bot.command import dateline

ASKED = Messages("Answer.", "What was closed?")

# What only OpenAI's own servers know, or what a person did not ask for.
NEVER = {"parallel_tool_calls", "strict", "store", "verbosity", "temperature", "top_p", "tools"}


def settings(**environment: str) -> Settings:
    return Settings.load(environment)


def asked(chosen: Settings, server: ModelServer) -> Request:
    """The request that the model of these settings makes."""
    model = build_model(chosen)
    assert list(model.stream(ASKED, deadline=Deadline(30), tally=Tally()))
    return server.requests[0]


def test_a_server_that_speaks_the_protocol_gets_what_all_of_them_know() -> None:
    with ModelServer(Says("The bridge.")) as server:
        request = asked(
            settings(DATELINE_BASE_URL=server.base_url, DATELINE_MODEL="llama3:8b"), server
        )
    body = request.body
    assert set(body) == {"model", "messages", "stream", "stream_options", "max_tokens"}
    assert (body["model"], body["max_tokens"], body["stream"]) == ("llama3:8b", 1_000, True)
    assert body["messages"] == [
        {"role": "system", "content": "Answer."},
        {"role": "user", "content": "What was closed?"},
    ]
    assert request.headers["authorization"] == "Bearer not-needed"


def test_openai_gets_its_own_limit_and_no_reasoning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its models refuse `max_tokens`, and think at length unless told not to."""
    with ModelServer(Says("The bridge.")) as server:
        monkeypatch.setattr("bot.model.build.OPENAI_URL", server.base_url)
        request = asked(settings(OPENAI_API_KEY="sk-test-0000"), server)
    body: Any = request.body
    assert body["max_completion_tokens"] == 1_000
    assert body["reasoning_effort"] == "none"
    assert "max_tokens" not in body
    assert NEVER.isdisjoint(body)
    assert request.headers["authorization"] == "Bearer sk-test-0000"


@pytest.mark.parametrize(
    "variable", ["OPENAI_BASE_URL", "OPENAI_API_BASE", "LANGSMITH_GATEWAY", "OPENAI_ORG_ID"]
)
def test_variables_of_libraries_do_not_lead_elsewhere(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address is the one that our own settings have."""
    with ModelServer(Says("Elsewhere.")) as other, ModelServer(Says("The bridge.")) as server:
        monkeypatch.setenv(variable, "true" if "GATEWAY" in variable else other.base_url)
        asked(settings(DATELINE_BASE_URL=server.base_url), server)
        assert other.requests == []
        assert len(server.requests) == 1


def test_the_limit_of_an_answer_can_be_set() -> None:
    with ModelServer(Says("The bridge.")) as server:
        chosen = settings(DATELINE_BASE_URL=server.base_url, DATELINE_ANSWER_TOKENS="250")
        assert asked(chosen, server).body["max_tokens"] == 250


def test_openai_without_a_key_is_not_configured() -> None:
    with pytest.raises(NotConfiguredError, match=r"set OPENAI_API_KEY, .*--base-url"):
        build_model(settings(DATELINE_READER="model"))


@pytest.mark.parametrize(
    ("model", "package"),
    [
        ("ollama:llama3", "langchain-ollama"),
        ("anthropic:claude-x", "langchain-anthropic"),
        ("google_genai:gemini-x", "langchain-google-genai"),
        ("bedrock:some.model-v1:0", "langchain-aws"),
    ],
)
def test_a_missing_package_is_named_with_its_pip_line(
    model: str, package: str, archive_path: Path
) -> None:
    """One line, and 3."""
    with pytest.raises(NotConfiguredError, match=f"pip install {package}$"):
        build_model(settings(DATELINE_MODEL=model))
    place = ["--archive", archive_path, "--model", model]
    ran = dateline("ask", "What was closed?", *place)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == f"dateline: the model {model} needs the package {package}: pip install " + (
        f"{package}\n"
    )


@pytest.mark.parametrize("model", ["nobody:gpt", "llama3:8b", ":x", "openai:", "x:"])
def test_a_provider_that_there_is_not(model: str, archive_path: Path) -> None:
    """One line that repeats the name, and 3."""
    ran = dateline("ask", "What was closed?", "--archive", archive_path, "--model", model)
    assert (ran.code, ran.out, ran.err.count("\n")) == (3, "", 1)
    assert model in ran.err


def test_a_provider_without_its_key_is_not_configured(archive_path: Path) -> None:
    ran = dateline("ask", "Who?", "--archive", archive_path, "--model", "openai:gpt-x")
    assert (ran.code, ran.out, ran.err.count("\n")) == (3, "", 1)
    assert "OPENAI_API_KEY" in ran.err


def test_a_provider_retries_no_more_than_we_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its library's own retries, with waits that know no deadline, are off."""
    with ModelServer(Fault("server_error")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0000")
        model = build_model(settings(DATELINE_MODEL="openai:gpt-x"))
        with pytest.raises(ModelUnreachableError, match="openai failed"):
            list(model.stream(ASKED, deadline=Deadline(30), tally=Tally()))
        assert len(server.requests) == 3


def test_a_server_is_named_without_what_opens_it() -> None:
    model = build_model(settings(DATELINE_BASE_URL="http://user:hunter2@127.0.0.1:9/v1"))
    assert model.where == "127.0.0.1:9"
    assert "hunter2" not in repr(model.where)


def test_the_key_is_not_in_the_models_text() -> None:
    model = build_model(
        settings(DATELINE_BASE_URL="http://127.0.0.1:9/v1", OPENAI_API_KEY="opaque-key-1")
    )
    assert "opaque-key-1" not in repr(model)


def test_opening_a_model_loads_no_library() -> None:
    """A chat opens at once, and loads it with the first question. What lacks is told at once."""
    code = (
        "import sys; from bot.model.build import open_model; from bot.settings import Settings; "
        "open_model(Settings.load({'DATELINE_BASE_URL': 'http://127.0.0.1:9/v1'})); "
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"openai", "langchain_openai", "langchain_core", "langchain"}
    with pytest.raises(NotConfiguredError, match="OPENAI_API_KEY"):
        open_model(settings(DATELINE_READER="model"))
    with pytest.raises(NotConfiguredError, match="a spend cap needs prices"):
        open_model(settings(OPENAI_API_KEY="sk-x", DATELINE_SPEND_CAP="1"))
