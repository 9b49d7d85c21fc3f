"""A stand-in for Slack, and the bot connected to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from bot.engine import Bot
from bot.readers import Reader
from bot.readers.extractive import ExtractiveReader
from bot.slack.app import Options, SlackBot
from bot.slack.serve import socket_mode
from bot.slack.testing import SlackServer

if TYPE_CHECKING:
    from retrieval.archive import Archive

Connect = Callable[..., SlackBot]


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    """A workspace. Whatever a test is about, Slack would take everything that was sent."""
    with SlackServer() as server:
        yield server
        assert [(call.method, call.problems) for call in server.calls if call.problems] == []


@pytest.fixture
def connect(slack: SlackServer, archive: Archive) -> Iterator[Connect]:
    """Connects a bot with this reader to the workspace."""
    with ExitStack() as stack:

        def connected(reader: Reader | None = None, **options: object) -> SlackBot:
            bot = Bot(archive, reader or ExtractiveReader())
            opened = socket_mode(
                bot,
                bot_token=slack.bot_token,
                app_token=slack.app_token,
                url=slack.url,
                ping_seconds=0.3,
                options=Options(**options),  # type: ignore[arg-type]
            )
            made = stack.enter_context(opened)
            slack.wait_for_socket()
            return made

        yield connected
