"""The calls of the Web API that a reply in a thread is made of. Knows nothing of pace or size."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from slack_sdk import WebClient

from bot.slack import limits
from bot.slack.blocks import Block, markdown_block
from bot.slack.client import best_effort
from bot.slack.fmt import cut, mrkdwn
from bot.slack.routing import Ask

Chunk = dict[str, Any]

_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_MARKUP = re.compile(r"&(?:lt|gt|amp);|\\(?=[^\w\s])|[*`]")
_FORMS: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}


class Thread:
    """The thread that a question was asked in. What slack_sdk raises passes."""

    def __init__(self, client: WebClient, ask: Ask) -> None:
        self._client = client
        self._ask = ask

    def start(self, chunks: Sequence[Chunk]) -> str:
        """Begin a stream for who asked; return its message's `ts`."""
        answered = self._client.chat_startStream(
            channel=self._ask.channel,
            thread_ts=self._ask.thread,
            recipient_team_id=self._ask.team,
            recipient_user_id=self._ask.user,
            chunks=list(chunks) or None,
        )
        return str(answered["ts"])

    def append(self, ts: str, chunks: Sequence[Chunk]) -> None:
        """Add to a stream."""
        self._client.chat_appendStream(channel=self._ask.channel, ts=ts, chunks=list(chunks))

    def stop(self, ts: str, chunks: Sequence[Chunk] = (), blocks: Sequence[Block] = ()) -> None:
        """End a stream, with blocks below its text."""
        self._client.chat_stopStream(
            channel=self._ask.channel,
            ts=ts,
            chunks=list(chunks) or None,
            blocks=list(blocks) or None,
        )

    def say(self, text: str) -> str:
        """Send a plain text; return its `ts`."""
        return self._post({"text": mrkdwn(text)})

    def post(self, text: str, blocks: Sequence[Block]) -> str:
        """Send Markdown and blocks; return their `ts`."""
        return self._post(content(text, blocks))

    def update(self, ts: str, text: str, blocks: Sequence[Block]) -> None:
        """Put Markdown and blocks in place of a message."""
        self._client.chat_update(channel=self._ask.channel, ts=ts, **content(text, blocks))

    def remove(self, sent: Sequence[str]) -> None:
        """Take back the messages of an answer that broke off with its process."""
        for ts in sent:
            with best_effort("ending a stream that broke off"):
                self.stop(ts)
            with best_effort("deleting an answer that broke off"):
                self._client.chat_delete(channel=self._ask.channel, ts=ts)

    def status(self, *, working: bool) -> None:
        """Show that an answer is under way, with a button that stops it, where Slack has one."""
        channel, ts = self._ask.channel, self._ask.thread
        with best_effort("status"):
            try:
                self._client.agents_sessions_setStatus(
                    channel_id=channel,
                    thread_ts=ts,
                    status="processing" if working else "active",
                    initiator_user_id=self._ask.user,
                )
            except Exception:  # not an agent, or a workspace without sessions
                words = "is reading the archive…" if working else ""
                self._client.assistant_threads_setStatus(
                    channel_id=channel, thread_ts=ts, status=words
                )

    def _post(self, message: dict[str, Any]) -> str:
        answered = self._client.chat_postMessage(
            channel=self._ask.channel, thread_ts=self._ask.thread, **message, **_FORMS
        )
        return str(answered["ts"])


def content(text: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """Markdown and blocks as a whole message; its `text` is what notifications show."""
    whole = [*([markdown_block(text)] if text else []), *blocks]
    read = _MARKUP.sub(lambda found: _ENTITIES.get(found[0], ""), text)
    shown = cut(mrkdwn(cut(read, limits.UPDATE_TEXT // 2)), limits.UPDATE_TEXT)
    return {"text": shown or "Sources", "blocks": whole or None}
