"""Connects the bot to Slack, by a socket or by HTTP, and runs it until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.engine import Bot
from bot.errors import NotConfiguredError
from bot.settings import Settings
from bot.slack.app import Options, SlackBot
from bot.slack.client import SLACK_URL, translated
from bot.slack.logs import log_to_stderr
from bot.slack.workspaces import ManyWorkspaces, OneWorkspace, Workspaces


def options_from(settings: Settings) -> Options:
    """The bot's options, as the settings have them."""
    return Options(
        channels=frozenset(settings.slack_channels or ()),
        workers=settings.slack_workers,
        person_rate=settings.slack_person_rate,
        channel_rate=settings.slack_channel_rate,
    )


@contextmanager
def socket_mode(
    bot: Bot,
    *,
    bot_token: str,
    app_token: str,
    url: str = SLACK_URL,
    options: Options,
    ping_seconds: float = 2.0,
) -> Iterator[SlackBot]:
    """The bot, connected by Socket Mode, for the length of a `with` block.

    `ping_seconds` is between two pings; slack_sdk notices a lost connection after five.

    Raises:
        SlackError: a token is not valid, or Slack cannot be reached.
    """
    slack = SlackBot(bot, OneWorkspace(bot_token, url=url), options=options)
    try:
        log = logging.getLogger("dateline.slack.socket")
        log.setLevel(logging.WARNING)
        handler = SocketModeHandler(slack.app, app_token, log, ping_interval=ping_seconds)
        with translated():
            handler.connect()  # type: ignore[no-untyped-call]
        try:
            yield slack
        finally:
            # Closing ends the socket at once, then waits three seconds for threads, of which one
            # may complain that its socket is gone.
            log.setLevel(logging.CRITICAL)
            threading.Thread(target=handler.close, name="closing", daemon=True).start()
    finally:
        slack.close()


def run_socket(bot: Bot, settings: Settings, on_ready: Callable[[], None]) -> None:
    """Serve by Socket Mode until SIGINT or SIGTERM. `on_ready` is called when questions come in."""
    bot_token = _required(settings.slack_bot_token, "SLACK_BOT_TOKEN", "xoxb-")
    app_token = _required(settings.slack_app_token, "SLACK_APP_TOKEN", "xapp-")
    url, options = settings.slack_url or SLACK_URL, options_from(settings)
    log_to_stderr()
    with socket_mode(bot, bot_token=bot_token, app_token=app_token, url=url, options=options):
        on_ready()
        wait_for_signal()


@contextmanager
def http_mode(
    bot: Bot,
    workspaces: Workspaces,
    *,
    secret: str,
    host: str = "127.0.0.1",
    port: int = 0,
    options: Options,
) -> Iterator[int]:
    """The bot behind signed HTTP requests, for the length of a `with` block; yields its port.

    Raises:
        NotConfiguredError: the address is not ours, or is taken.
    """
    import uvicorn

    from bot.slack.http import SignedRequests

    slack = SlackBot(bot, workspaces, signing_secret=secret, options=options)
    try:
        listening = _bound(host, port)
        config = uvicorn.Config(
            SignedRequests(slack.app, secret), log_config=None, server_header=False
        )
        server = uvicorn.Server(config)
        # Not uvicorn.run, which ends the process by the signal that ended it.
        thread = threading.Thread(target=server.run, args=([listening],), name="http")
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()
    finally:
        slack.close()


def _bound(host: str, port: int) -> Any:
    from socketserver import TCPServer

    class Listening(TCPServer):
        allow_reuse_address = True

    try:
        return Listening((host, port), None, bind_and_activate=True).socket  # type: ignore[arg-type]
    except OSError as error:
        raise NotConfiguredError(f"cannot listen on {host}:{port}: {error.strerror}") from error


def run_http(
    bot: Bot, settings: Settings, on_ready: Callable[[], None], *, host: str, port: int
) -> None:
    """Serve signed HTTP requests until SIGINT or SIGTERM. `on_ready` as in `run_socket`."""
    secret = _required(settings.slack_signing_secret, "SLACK_SIGNING_SECRET", "")
    log_to_stderr()
    workspaces, options = _workspaces(bot, settings), options_from(settings)
    with http_mode(bot, workspaces, secret=secret, host=host, port=port, options=options):
        on_ready()
        wait_for_signal()


def _workspaces(bot: Bot, settings: Settings) -> Workspaces:
    """All that install the app, where it has an id and a secret; else the token's own."""
    url = settings.slack_url or SLACK_URL
    if settings.slack_client_id and settings.slack_client_secret:
        return ManyWorkspaces(
            bot.archive.path,
            client_id=settings.slack_client_id,
            client_secret=settings.slack_client_secret,
            url=url,
        )
    token = _required(settings.slack_bot_token, "SLACK_BOT_TOKEN", "xoxb-")
    return OneWorkspace(token, url=url)


def wait_for_signal() -> None:
    """Return when the process is asked to end."""
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not ended.wait(0.5):  # a wait without an end would take no signal on some systems
            pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _required(value: str | None, variable: str, prefix: str) -> str:
    if not value:
        raise NotConfiguredError(
            f"{variable} is not set: make the app with `dateline slack manifest`, and see the "
            "README, “In Slack”"
        )
    if not value.startswith(prefix):
        raise NotConfiguredError(f"{variable} must begin with {prefix}")
    return value
