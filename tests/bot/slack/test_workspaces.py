"""Several workspaces install one app (OAuth), and each is answered in its own name."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine import Bot
from bot.errors import SlackApiRefusedError
from bot.slack.app import Options
from bot.slack.http import PATH
from bot.slack.serve import http_mode
from bot.slack.testing import Delivery, SlackServer, people, signed_headers
from bot.slack.testing.signing import body_of
from bot.slack.workspaces import FILE, INSTALL_PATH, REDIRECT_PATH, ManyWorkspaces
from retrieval.archive import Archive
from tests.bot.slack.readers import EverySentence

SECRET = SlackServer.signing_secret
TEAMS = ("T0000ONE", "T0000TWO")


@pytest.fixture
def workspaces(slack: SlackServer, tmp_path: Path) -> ManyWorkspaces:
    """None has installed the app yet."""
    return ManyWorkspaces(tmp_path, client_id="1.2", client_secret="hidden", url=slack.url)


@pytest.fixture
def port(archive: Archive, workspaces: ManyWorkspaces) -> Iterator[int]:
    """Where the bot is served."""
    bot = Bot(archive, EverySentence(most=1))
    with http_mode(bot, workspaces, secret=SECRET, options=Options()) as serving:
        yield serving


def visit(port: int, path: str, **headers: str) -> tuple[int, str, str]:
    """Open a page: its status, its text, and the cookie it sets."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    text, cookie = response.read().decode(), response.headers.get("set-cookie", "")
    connection.close()
    return response.status, text, cookie.partition(";")[0]


def install(port: int, team: str) -> int:
    """Go through an installation as a browser does."""
    status, page, cookie = visit(port, INSTALL_PATH)
    state = re.search(r"state=([\w-]+)", page)
    assert (status, state is not None) == (200, True)
    path = f"{REDIRECT_PATH}?code=code-of-{team}&state={state[1] if state else ''}"
    return visit(port, path, Cookie=cookie)[0]


def tell(port: int, team: str, inner: dict[str, object]) -> int:
    """An event in a workspace."""
    payload = {**people.event(inner), "team_id": team}
    payload["authorizations"] = [{"team_id": team, "user_id": "U0000BOT", "is_bot": True}]
    body = body_of(Delivery("events_api", payload))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", PATH, body, signed_headers(SECRET, body))
    status = connection.getresponse().status
    connection.close()
    return status


def mention(ts: str) -> dict[str, object]:
    event: dict[str, object] = people.mention("Who was elected mayor of Eastmarch?", ts)["event"]
    return event


def test_each_workspace_is_answered_with_its_own_token(
    slack: SlackServer, port: int, workspaces: ManyWorkspaces, tmp_path: Path
) -> None:
    """After installing; the tokens lie in a file that only its owner can read."""
    for team in TEAMS:
        assert install(port, team) == 200
        assert workspaces.client(team).token == f"xoxb-of-{team}"
        ts = slack.workspace.new_ts()
        assert tell(port, team, mention(ts)) == 200
        slack.wait_for_reply(ts)
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_an_installation_that_nobody_here_began_is_refused(
    port: int, workspaces: ManyWorkspaces
) -> None:
    """Without the state, or with another browser's, no token is taken."""
    _, page, _ = visit(port, INSTALL_PATH)
    state = re.search(r"state=([\w-]+)", page)
    assert state is not None
    for query in (
        "code=code-of-T1",
        f"code=code-of-T1&state={state[1]}",
        "state=x&code=code-of-T1",
    ):
        assert visit(port, f"{REDIRECT_PATH}?{query}")[0] >= 400
    with pytest.raises(SlackApiRefusedError, match="not installed"):
        workspaces.client("T1")


def test_a_workspace_that_is_not_installed_or_no_longer_is_not_answered(
    slack: SlackServer, port: int, workspaces: ManyWorkspaces
) -> None:
    """Its events are acknowledged with nothing, and its token is forgotten when Slack says so."""
    ts = slack.workspace.new_ts()
    tell(port, TEAMS[0], mention(ts))
    assert install(port, TEAMS[0]) == 200
    assert tell(port, TEAMS[0], {"type": "app_uninstalled"}) == 200
    with pytest.raises(SlackApiRefusedError):
        workspaces.client(TEAMS[0])
    assert slack.workspace.messages == []
