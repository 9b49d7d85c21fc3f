"""`dateline slack` and `dateline feedback` on the command line."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import exits
from bot.slack.logs import log_to_stderr, redacted
from bot.slack.manifest import FOLDER, manifest, required
from bot.slack.testing import Fault, SlackServer
from tests.bot.command import ROOT, dateline, environment
from tests.volumes import remount


@pytest.fixture
def _set_up(slack: SlackServer, archive_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_CONFIG_TOKEN": "xoxe-config",
        "DATELINE_SLACK_URL": slack.url,
        "DATELINE_ARCHIVE": str(archive_path),
    }.items():
        monkeypatch.setenv(name, value)
    slack.methods.manifest = json.loads(manifest())


@pytest.mark.usefixtures("_set_up")
def test_check_finds_everything_in_order() -> None:
    """Tokens, scopes, subscriptions, the socket and the archive, a line each, and no secret."""
    ran = dateline("slack", "check")
    assert ran.code == 0, ran.out
    lines = [line.split(":")[0].split(None, 1) for line in ran.out.splitlines()]
    assert lines == [
        ["ok", what]
        for what in ("bot token", "scopes", "event subscriptions", "app token", "archive")
    ]
    assert "xoxb" not in ran.out + ran.err


@pytest.mark.usefixtures("_set_up")
def test_check_names_what_is_wrong(
    slack: SlackServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each fault on its own line, with what to do; the exit code is 3."""
    slack.grant("chat:write,commands")
    slack.methods.manifest["settings"]["event_subscriptions"]["bot_events"].remove("app_mention")
    slack.fail("apps.connections.open", Fault(error="not_allowed_token_type"))
    ran = dateline("slack", "check", "--archive", tmp_path / "none", "--json")
    assert ran.code == exits.NOT_CONFIGURED
    found = {each["what"]: each for each in json.loads(ran.out)["findings"]}
    wrong = {what for what, each in found.items() if each["ok"] is False}
    assert wrong == {"scopes", "event subscriptions", "app token", "archive"}
    assert "app_mentions:read" in found["scopes"]["detail"]
    assert "app_mention" in found["event subscriptions"]["detail"]
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-wrong")
    ran = dateline("slack", "check")
    assert "WRONG    bot token: Slack refused: invalid_auth" in ran.out
    assert "xoxb-wrong" not in ran.out + ran.err


def test_without_tokens_run_says_what_to_set(archive_path: Path) -> None:
    """Before anything is connected to; also a token in the wrong variable."""
    ran = dateline("slack", "run", "--archive", archive_path)
    assert ran.code == exits.NOT_CONFIGURED
    assert "SLACK_BOT_TOKEN is not set" in ran.err
    ran = dateline("slack", "run", "--http", "--archive", archive_path)
    assert ran.code == exits.NOT_CONFIGURED
    ran = dateline("slack", "check", "--archive", archive_path)
    assert ran.code == exits.NOT_CONFIGURED


@pytest.mark.parametrize(
    ("variable", "said"),
    [("SLACK_BOT_TOKEN", "invalid_auth"), ("SLACK_APP_TOKEN", "invalid_auth")],
)
@pytest.mark.usefixtures("_set_up")
def test_a_token_that_slack_refuses_ends_run_in_one_line(
    monkeypatch: pytest.MonkeyPatch, variable: str, said: str
) -> None:
    """Without a traceback, and without the token."""
    token = {"SLACK_BOT_TOKEN": "xoxb-hidden", "SLACK_APP_TOKEN": "xapp-hidden"}[variable]
    monkeypatch.setenv(variable, token)
    ran = dateline("slack", "run")
    assert ran.code == exits.FAILED
    assert said in ran.err
    assert "hidden" not in ran.out + ran.err
    assert "Traceback" not in ran.err


@pytest.mark.usefixtures("_set_up")
def test_on_a_read_only_archive_run_ends_at_once(volume: Path, archive_path: Path) -> None:
    """No question could be claimed there: none must be met with silence."""
    shutil.copytree(archive_path, volume / "archive")
    remount(volume, "ro")
    ran = dateline("slack", "run", "--archive", volume / "archive")
    assert ran.code == exits.FAILED
    assert "cannot write to the archive" in ran.err


def test_the_manifest_is_the_one_in_the_repository() -> None:
    """Socket Mode by default; with --http every address is the server's."""
    assert json.loads(dateline("slack", "manifest").out) == json.loads(
        (FOLDER / "socket.json").read_text()
    )
    ran = dateline("slack", "manifest", "--http", "https://bot.news.example/")
    made = json.loads(ran.out)
    assert ran.out.count("https://bot.news.example/slack/events") == 3
    assert "your-server" not in ran.out
    assert made["settings"]["socket_mode_enabled"] is False
    assert dateline("slack", "manifest", "--http", "http://x").code == exits.USAGE


def test_both_manifests_ask_for_the_same_and_for_what_the_bot_uses() -> None:
    """`agent_view`, not the closed `assistant_view`; Stop needs its event; nothing is too long."""
    socket, http = (json.loads(manifest(url)) for url in (None, "https://x.example"))
    for made in (socket, http):
        assert "agent_view" in made["features"]
        assert "assistant_view" not in made["features"]
        assert made["features"]["slash_commands"][0]["command"] == "/news"
        assert made["features"]["shortcuts"][0]["callback_id"] == "ask_about"
        assert len(made["display_information"]["description"]) <= 140
        assert len(made["features"]["agent_view"]["agent_description"]) <= 300
    assert socket["oauth_config"]["scopes"] == http["oauth_config"]["scopes"]
    scopes, events = required()
    assert scopes == {
        "app_mentions:read", "assistant:write", "chat:write", "commands", "im:history"
    }  # fmt: skip
    assert events == {"agent_session_stopped", "app_home_opened", "app_mention", "message.im"}


def test_feedback_of_an_archive_without_any_is_empty(archive_path: Path) -> None:
    """Nothing is printed, and that is no error."""
    assert dateline("feedback", "export", "--archive", archive_path) == (0, "", "")


def test_without_the_packages_the_extra_is_named(archive_path: Path) -> None:
    """`pip install 'dateline[slack]'`, and not a traceback; the manifest needs none of them."""
    code = (
        "import sys; sys.modules['slack_bolt'] = None\n"
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'slack_bolt' else find(name, *a)\n"
        "from bot.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    for arguments, status in ((["slack", "run"], exits.NOT_CONFIGURED), (["slack", "manifest"], 0)):
        ran = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=environment(DATELINE_ARCHIVE=str(archive_path)),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == status, ran.stderr
    ran = subprocess.run(
        [sys.executable, "-c", code, "slack", "run"],
        env=environment(DATELINE_ARCHIVE=str(archive_path)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "pip install 'dateline[slack]'" in ran.stderr


def test_the_log_holds_no_secret_and_no_control_character(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens are blotted out wherever they stand; a record is one line; no traceback."""
    assert redacted("xoxb-1-2 and xapp-1-A-b\x1b[31m\nwss://x/?ticket=abc-d") == (
        "(secret) and (secret)[31m wss://x/?ticket=(secret)"
    )
    monkeypatch.delenv("DATELINE_DEBUG", raising=False)
    log = logging.getLogger("dateline.slack")
    before = log.handlers[:], log.propagate, log.level
    try:
        log_to_stderr()
        try:
            raise ValueError("xoxb-9")
        except ValueError as error:
            log.error("went wrong with %s", "xoxb-8\nnext", exc_info=error)
    finally:
        log.handlers[:], log.propagate = before[0], before[1]
        log.setLevel(before[2])
    (line,) = capfd.readouterr().err.splitlines()
    assert line.endswith("ERROR went wrong with (secret) next")
