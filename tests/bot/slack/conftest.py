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
    """A workspace."""
    with SlackServer() as server:
        yield server


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
                options=Options(**options),  # type: ignore[arg-type]
            )
            made = stack.enter_context(opened)
            slack.wait_for_socket()
            return made

        yield connected


@pytest.fixture(autouse=True)
def _payloads_are_valid(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test is about, Slack would take everything that was sent."""
    yield
    if "slack" in request.fixturenames:
        server: SlackServer = request.getfixturevalue("slack")
        assert [(c.method, c.problems) for c in server.calls if c.problems] == []
