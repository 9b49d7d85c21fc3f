"""A reply that one person sees: to /news, through the address that Slack sent with the command.

Slack takes five of them, within half an hour. So it is written once, when it is complete.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slack_sdk.webhook import WebhookClient

from bot.errors import SlackApiRefusedError
from bot.slack import limits
from bot.slack.blocks import Block, markdown_block, text_in
from bot.slack.client import translated
from bot.slack.fmt import cut
from bot.slack.routing import Ask

_TIMEOUT = 15  # seconds


class EphemeralReply:
    """A reply to `ask` that only who asked sees. Its beginning was the acknowledgement."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._text = ""

    @property
    def shown(self) -> bool:
        """Nothing can be seen before the end."""
        return False

    def stage(self, title: str) -> None:
        """Not shown."""

    def write(self, text: str) -> None:
        """Add Markdown that is harmless already."""
        self._text += text

    def rewrite(self, text: str) -> bool:
        """Put other text in place of all that was written."""
        self._text = text
        return True

    def finish(self, blocks: Sequence[Block] = ()) -> None:
        """Send it.

        Raises:
            SlackError: Slack did not take it.
        """
        room = max(0, limits.MESSAGE - text_in(blocks))
        whole = [*([markdown_block(cut(self._text, room))] if self._text else []), *blocks]
        respond(self._ask.response_url, text="Answer", blocks=whole, replace_original=True)


def respond(url: str, **message: Any) -> None:
    """Send a message to an address that Slack gave.

    Raises:
        SlackError: Slack did not take it.
    """
    with translated():
        answered = WebhookClient(url, timeout=_TIMEOUT).send(**message)
    if answered.status_code != 200:
        raise SlackApiRefusedError(f"Slack refused the reply: status {answered.status_code}")
