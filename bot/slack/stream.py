"""A reply in a thread that is written while it is made.

It is a stream (`chat.startStream`) as long as Slack takes one. Where it does not, and when a stream
expires, which it does after some five minutes even while it is fed, the same message is written
with `chat.update`. A message that grows too long is ended and another begun. Whatever happens, a
reply that was begun ends with its last text, or `SlackError` says that Slack took nothing.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.slack import limits
from bot.slack.blocks import Block, markdown_block, text_in
from bot.slack.client import best_effort, translated
from bot.slack.fmt import cut, mrkdwn, task_title
from bot.slack.routing import Ask

Mode = Literal["stream", "update"]

_TASK = "reading"
_MARKUP = re.compile(r"\\(?=[^\w\s])|[*`]")
_FORMS: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}


@dataclass(slots=True)
class _Message:
    """One message of the reply: its text as far as Slack has it."""

    ts: str
    mode: Mode
    text: str = ""


class ThreadReply:
    """A reply to `ask` in its thread.

    Args:
        on_message: told the `ts` of every message that the reply has, before anything is in it.
    """

    def __init__(
        self,
        client: WebClient,
        ask: Ask,
        *,
        on_message: Callable[[list[str]], None] = lambda _: None,
    ) -> None:
        self._client = client
        self._ask = ask
        self._on_message = on_message
        self._sent: list[str] = []
        self._streams = True  # until Slack says that it takes none here
        self._message: _Message | None = None
        self._pending = ""
        self._stage = ""
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None  # sends what is pending

    @property
    def shown(self) -> bool:
        """Whether any of the text can be seen already."""
        return len(self._sent) > 1 or bool(self._message and self._message.text)

    def stage(self, title: str) -> None:
        """Show what is being done, if nothing of the text is shown yet."""
        with self._lock:
            self._stage = task_title(title)
            if self._message is None:
                self._message = self._begin()
            elif not self._message.text and self._message.mode == "stream":
                self._append(self._message, [self._task("in_progress")])

    def write(self, text: str) -> None:
        """Add Markdown that is harmless already. It is sent within a second."""
        with self._lock:
            for part in _parts(text, limits.MESSAGE):
                self._add(part)
            if self._timer is None:
                streams = self._current().mode == "stream"
                self._timer = threading.Timer(
                    limits.FLUSH if streams else limits.UPDATE, self._flush
                )
                self._timer.daemon = True
                self._timer.start()

    def rewrite(self, text: str) -> bool:
        """Put other text in place of all that was written, unless some of it is shown already.

        Returns whether it was put there.
        """
        with self._lock:
            if self.shown:
                return False
            self._pending = ""
            for part in _parts(text, limits.MESSAGE):
                self._add(part)
            return True

    def finish(self, blocks: Sequence[Block] = ()) -> None:
        """Send what is left, and `blocks` at the end.

        Raises:
            SlackError: Slack took neither a stream nor a message.
        """
        with self._lock:
            self._unset_timer()
            message = self._current()
            length = len(message.text) + len(self._pending)
            if blocks and length + text_in(blocks) > limits.MESSAGE:
                self._end(message, ())
                self._post(blocks)
            else:
                self._end(message, blocks)

    def _current(self) -> _Message:
        if self._message is None:
            self._message = self._begin()
        return self._message

    def _add(self, part: str) -> None:
        """A part of the text; where it does not fit, the message ends and the next one begins."""
        message = self._current()
        if len(message.text) + len(self._pending) + len(part) > limits.MESSAGE:
            self._end(message, ())
            self._message = self._begin()
            part = part.lstrip("\n")
        self._pending += part

    # -- what is sent ---------------------------------------------------------------------------

    def _begin(self) -> _Message:
        if self._streams:
            try:
                answered = self._client.chat_startStream(
                    channel=self._ask.channel,
                    thread_ts=self._ask.thread,
                    recipient_team_id=self._ask.team,
                    recipient_user_id=self._ask.user,
                    chunks=[self._task("in_progress")] if not self._sent else None,
                )
                return self._known(_Message(str(answered["ts"]), "stream"))
            except (SlackClientError, OSError):  # the workspace or the channel takes no streams
                self._streams = False
        return self._post((), text=self._stage or "…")

    def _post(self, blocks: Sequence[Block], *, text: str = "Sources") -> _Message:
        with translated():
            answered = self._client.chat_postMessage(
                channel=self._ask.channel,
                thread_ts=self._ask.thread,
                text=mrkdwn(text),
                blocks=list(blocks) or None,
                **_FORMS,
            )
        return self._known(_Message(str(answered["ts"]), "update"))

    def _known(self, message: _Message) -> _Message:
        self._sent.append(message.ts)
        self._on_message(list(self._sent))
        return message

    def _unset_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _flush(self) -> None:
        """Send what is pending. On the timer's thread."""
        with self._lock:
            if self._timer is None:  # ended meanwhile
                return
            self._timer = None
            if self._pending and self._message is not None:
                self._send(self._message)

    def _send(self, message: _Message) -> None:
        chunks = [{"type": "markdown_text", "text": self._pending}]
        if not message.text and message.mode == "stream" and self._sent[0] == message.ts:
            chunks.insert(0, self._task("complete"))
        message.text += self._pending
        self._pending = ""
        if message.mode == "stream":
            self._append(message, chunks)
        else:
            with best_effort("a part of an answer"):  # the next part carries this one too
                self._update(message, ())

    def _append(self, message: _Message, chunks: list[dict[str, Any]]) -> None:
        try:
            self._client.chat_appendStream(channel=self._ask.channel, ts=message.ts, chunks=chunks)
        except (SlackClientError, OSError):
            self._fall_back(message)

    def _fall_back(self, message: _Message) -> None:
        """The stream is over for Slack, and its message goes on by updates."""
        message.mode = "update"
        with best_effort("ending a stream"):  # an expired one has ended
            self._client.chat_stopStream(channel=self._ask.channel, ts=message.ts)
        if message.text:
            with best_effort("a part of an answer"):
                self._update(message, ())

    def _end(self, message: _Message, blocks: Sequence[Block]) -> None:
        chunks: list[dict[str, Any]] = []
        if self._pending:
            chunks.append({"type": "markdown_text", "text": self._pending})
        if not message.text and self._sent[0] == message.ts:
            chunks.insert(0, self._task("complete"))
        message.text += self._pending
        self._pending = ""
        if message.mode == "stream":
            try:
                self._client.chat_stopStream(
                    channel=self._ask.channel,
                    ts=message.ts,
                    chunks=chunks or None,
                    blocks=list(blocks) or None,
                )
                return
            except (SlackClientError, OSError):
                message.mode = "update"
        try:
            self._update(message, blocks)
        except (SlackApiError, SlackClientError, OSError):
            with translated():  # the message is gone: a new one is better than silence
                self._client.chat_postMessage(
                    channel=self._ask.channel,
                    thread_ts=self._ask.thread,
                    **_content(message.text, blocks),
                    **_FORMS,
                )

    def _update(self, message: _Message, blocks: Sequence[Block]) -> None:
        self._client.chat_update(
            channel=self._ask.channel, ts=message.ts, **_content(message.text, blocks)
        )

    def _task(self, status: str) -> dict[str, Any]:
        title = self._stage or "Reading the archive"
        return {"type": "task_update", "id": _TASK, "title": title, "status": status}


def _content(text: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """Text and blocks of a whole message; `text` is what notifications show."""
    whole = [*([markdown_block(text)] if text else []), *blocks]
    fallback = cut(mrkdwn(_MARKUP.sub("", _plain(text))) or "Answer", limits.UPDATE_TEXT - 200)
    return {"text": fallback, "blocks": whole or None}


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _parts(text: str, limit: int) -> list[str]:
    """`text`, in parts that fit into a message, divided at white space."""
    parts = []
    while len(text) > limit:
        at = text.rfind(" ", limit // 2, limit)
        at = at if at > 0 else limit
        parts.append(text[:at])
        text = text[at:]
    return [*parts, text]


def remove_unfinished(client: WebClient, ask: Ask, sent: Sequence[str]) -> None:
    """Take back the messages of an answer that broke off with its process."""
    for ts in sent:
        with best_effort("ending a stream that broke off"):
            client.chat_stopStream(channel=ask.channel, ts=ts)
        with best_effort("deleting an answer that broke off"):
            client.chat_delete(channel=ask.channel, ts=ts)
