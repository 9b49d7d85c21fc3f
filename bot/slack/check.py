"""Whether everything is set up: tokens, scopes, the socket, event subscriptions, the archive."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient

from bot.errors import SlackError
from bot.settings import Settings
from bot.slack.client import SLACK_URL, make_client, translated
from bot.slack.manifest import required
from retrieval.errors import DatelineError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. `ok` is None where it could not be."""

    what: str
    ok: bool | None
    detail: str


def examine(settings: Settings) -> list[Finding]:
    """Everything that `dateline slack run` needs. No message is sent anywhere."""
    url = settings.slack_url or SLACK_URL
    return [*_bot(settings, url), *_connection(settings, url), _archive(settings)]


def _bot(settings: Settings, url: str) -> Iterator[Finding]:
    token = settings.slack_bot_token
    if settings.slack_client_id and settings.slack_client_secret and not token:
        yield Finding("client id and secret", None, "are set; only an installation can tell")
        return
    if not token or not token.startswith("xoxb-"):
        yield Finding("bot token", False, "SLACK_BOT_TOKEN is not set to a token xoxb-…")
        return
    client = make_client(token, url=url)
    try:
        with translated():
            me = client.auth_test()
    except SlackError as error:
        yield Finding("bot token", False, str(error))
        return
    yield Finding("bot token", True, f"{me.get('user')} in {me.get('team')}")
    yield _scopes(str(me.headers.get("x-oauth-scopes", "")))
    yield _events(settings, client, str(me.get("bot_id") or ""), url)


def _scopes(stated: str) -> Finding:
    if not stated:
        return Finding("scopes", None, "Slack did not say which the token has")
    missing = required()[0] - {scope.strip() for scope in stated.split(",")}
    if missing:
        lacks = f"missing: {', '.join(sorted(missing))}; add them and install the app again"
        return Finding("scopes", False, lacks)
    return Finding("scopes", True, "all that are needed")


def _events(settings: Settings, client: WebClient, bot_id: str, url: str) -> Finding:
    what = "event subscriptions"
    if not settings.slack_config_token:
        return Finding(what, None, "set SLACK_CONFIG_TOKEN to have them checked")
    try:
        with translated():
            app_id = client.bots_info(bot=bot_id)["bot"]["app_id"]
            known = make_client(settings.slack_config_token, url=url)
            exported: Any = known.apps_manifest_export(app_id=app_id)["manifest"]
    except SlackError as error:
        return Finding(what, None, str(error))
    manifest = json.loads(exported) if isinstance(exported, str) else exported
    subscribed = manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events", [])
    if missing := required()[1] - set(subscribed):
        return Finding(what, False, f"missing: {', '.join(sorted(missing))}")
    return Finding(what, True, "all that are needed")


def _connection(settings: Settings, url: str) -> Iterator[Finding]:
    token = settings.slack_app_token
    if token:
        yield _tried("app token", lambda: _open(token, url))
    if settings.slack_signing_secret:
        yield Finding("signing secret", None, "is set; only Slack can tell whether it is right")
    elif not token:
        lacks = "SLACK_APP_TOKEN is not set, nor SLACK_SIGNING_SECRET for --http"
        yield Finding("app token", False, lacks)


def _open(token: str, url: str) -> str:
    with translated():
        make_client(None, url=url).apps_connections_open(app_token=token)
    return "a socket can be opened"


def _archive(settings: Settings) -> Finding:
    def covered() -> str:
        from retrieval.archive import Archive

        with Archive.open(settings.archive) as archive:
            stats = archive.stats()
        return f"{stats.articles} articles at {settings.archive}"

    return _tried("archive", covered)


def _tried(what: str, find: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, find())
    except DatelineError as error:
        return Finding(what, False, str(error))
