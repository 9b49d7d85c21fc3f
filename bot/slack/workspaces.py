"""The workspaces that the bot is installed in: one, by its token; or any that install it (OAuth).

Tokens of many workspaces are kept in a file beside the archive's ledger that only its owner can
read. https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Protocol

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk import WebClient
from slack_sdk.oauth.installation_store.sqlite3 import SQLite3InstallationStore
from slack_sdk.oauth.state_store.sqlite3 import SQLite3OAuthStateStore

from bot.errors import SlackApiRefusedError
from bot.slack.client import SLACK_URL, make_client, translated
from bot.slack.manifest import scopes

INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"
FILE = "slack-workspaces.sqlite3"

_STATE_SECONDS = 600  # that somebody may take to install


class Workspaces(Protocol):
    """Where the bot is installed."""

    def client(self, team: str) -> WebClient:
        """The Web API of a workspace.

        Raises:
            SlackApiRefusedError: the bot is not installed there.
        """
        ...

    def for_bolt(self) -> dict[str, Any]:
        """The arguments that tell a Bolt app whom it acts for."""
        ...


class OneWorkspace:
    """The one that a token is of.

    Raises:
        SlackError: the token is not valid, or Slack cannot be reached.
    """

    def __init__(self, token: str, *, url: str = SLACK_URL) -> None:
        self._client = make_client(token, url=url)
        self._url = url
        with translated():
            me = self._client.auth_test()
        self._known = AuthorizeResult(
            enterprise_id=me.get("enterprise_id"),
            team_id=me["team_id"],
            bot_user_id=str(me["user_id"]),
            bot_id=me.get("bot_id"),
            bot_token=token,
        )

    def client(self, team: str) -> WebClient:  # noqa: ARG002  (the port)
        """See `Workspaces.client`."""
        return self._client

    def for_bolt(self) -> dict[str, Any]:
        """See `Workspaces.for_bolt`."""
        return {"client": make_client(None, url=self._url), "authorize": lambda: self._known}


class ManyWorkspaces:
    """All that have installed the app, whose tokens are kept in `folder`."""

    def __init__(
        self, folder: Path, *, client_id: str, client_secret: str, url: str = SLACK_URL
    ) -> None:
        file = folder / FILE
        file.touch(mode=0o600)
        self._url = url
        log = logging.getLogger("dateline.slack.oauth")
        self._store = SQLite3InstallationStore(database=str(file), client_id=client_id, logger=log)
        self._settings = OAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=sorted(scopes()),
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            installation_store=self._store,
            installation_store_bot_only=True,
            state_store=SQLite3OAuthStateStore(
                expiration_seconds=_STATE_SECONDS, database=str(file), logger=log
            ),
            logger=log,
        )

    def client(self, team: str) -> WebClient:
        """See `Workspaces.client`."""
        installed = self._store.find_bot(enterprise_id=None, team_id=team)
        if installed is None:
            raise SlackApiRefusedError(f"the app is not installed in {team}", "not_installed")
        return make_client(installed.bot_token, url=self._url)

    def for_bolt(self) -> dict[str, Any]:
        """See `Workspaces.for_bolt`."""
        return {"client": make_client(None, url=self._url), "oauth_settings": self._settings}
