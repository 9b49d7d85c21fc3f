"""A reply in a thread that is written while it is made.

It is a stream (`chat.startStream`) as long as Slack takes one. Where it does not, and when a stream
expires, which it does after some five minutes even while it is fed, the same message is written
with `chat.update`. A message that grows too long is ended and another begun. Whatever happens, a
reply that was begun ends with its last text, or `SlackError` says that Slack took nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from slack_sdk.errors import SlackClientError

from bot.slack import limits
from bot.slack.blocks import Block, text_in
from bot.slack.client import best_effort, translated
from bot.slack.fmt import task_title
from bot.slack.thread import Chunk, Thread

_TASK = "reading"
_TROUBLE = (SlackClientError, OSError)  # what a call of slack_sdk raises


@dataclass(slots=True)
class _Message:
    """One message of the reply: its text as far as Slack has it."""

    ts: str
    streams: bool
    text: str = ""


class ThreadReply:
    """A reply in `thread`. Safe to use from the thread that answers while its timer sends.

    Args:
        on_message: told the `ts` of every message that the reply has, before anything is in it.
    """

    def __init__(
        self, thread: Thread, *, on_message: Callable[[list[str]], None] = lambda _: None
    ) -> None:
        self._thread = thread
        self._on_message = on_message
        self._sent: list[str] = []
        self._streams = True  # until Slack says that it takes none here
        self._message: _Message | None = None
        self._pending = ""
        self._stage = "Reading the archive"
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
            elif not self._message.text and self._message.streams:
                self._append(self._message, [self._task("in_progress")])

    def write(self, text: str) -> None:
        """Add Markdown that is harmless already. It is sent within a second."""
        with self._lock:
            self._add(text)
            if self._timer is None:
                pace = limits.FLUSH if self._current().streams else limits.UPDATE
                self._timer = threading.Timer(pace, self._flush)
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
            self._add(text)
            return True

    def finish(self, blocks: Sequence[Block] = ()) -> None:
        """Send what is left, and `blocks` at the end.

        Raises:
            SlackError: Slack took neither a stream nor a message.
        """
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            message = self._current()
            length = len(message.text) + len(self._pending)
            if blocks and length + text_in(blocks) > limits.MESSAGE:
                self._end(message, ())
                with translated():
                    self._known(self._thread.post("", blocks))
            else:
                self._end(message, blocks)

    # -- what is written ------------------------------------------------------------------------

    def _current(self) -> _Message:
        if self._message is None:
            self._message = self._begin()
        return self._message

    def _add(self, text: str) -> None:
        """Where a part of the text does not fit, the message ends and the next one begins."""
        for part in _parts(text, limits.MESSAGE):
            message, more = self._current(), part
            if len(message.text) + len(self._pending) + len(part) > limits.MESSAGE:
                self._end(message, ())
                self._message = self._begin()
                more = part.lstrip("\n")
            self._pending += more

    def _taken(self, message: _Message) -> list[Chunk]:
        """What is pending, as chunks; it counts as the message's text now."""
        chunks: list[Chunk] = []
        if not message.text and self._sent[0] == message.ts:
            chunks.append(self._task("complete"))
        if self._pending:
            chunks.append({"type": "markdown_text", "text": self._pending})
        message.text += self._pending
        self._pending = ""
        return chunks

    def _task(self, status: str) -> Chunk:
        return {"type": "task_update", "id": _TASK, "title": self._stage, "status": status}

    # -- what is sent ---------------------------------------------------------------------------

    def _begin(self) -> _Message:
        if self._streams:
            first = [] if self._sent else [self._task("in_progress")]
            try:
                return _Message(self._known(self._thread.start(first)), streams=True)
            except _TROUBLE:  # the workspace or the channel takes no streams
                self._streams = False
        with translated():
            return _Message(self._known(self._thread.say(self._stage)), streams=False)

    def _known(self, ts: str) -> str:
        self._sent.append(ts)
        self._on_message(list(self._sent))
        return ts

    def _flush(self) -> None:
        """Send what is pending. On the timer's thread."""
        with self._lock:
            message = self._message
            if self._timer is None or message is None:  # the reply ended meanwhile
                return
            self._timer = None
            if not self._pending:
                return
            chunks = self._taken(message)
            if message.streams:
                self._append(message, chunks)
            else:
                self._update(message)

    def _append(self, message: _Message, chunks: Sequence[Chunk]) -> None:
        try:
            self._thread.append(message.ts, chunks)
        except _TROUBLE:  # the stream is over for Slack: its message goes on by updates
            message.streams = False
            with best_effort("ending a stream"):  # an expired one has ended
                self._thread.stop(message.ts)
            self._update(message)

    def _update(self, message: _Message) -> None:
        """Show the text so far. If Slack does not take it now, the next update carries it too."""
        if message.text:
            with best_effort("a part of an answer"):
                self._thread.update(message.ts, message.text, ())

    def _end(self, message: _Message, blocks: Sequence[Block]) -> None:
        chunks = self._taken(message)
        if message.streams:
            try:
                self._thread.stop(message.ts, chunks, blocks)
                return
            except _TROUBLE:
                message.streams = False
        try:
            self._thread.update(message.ts, message.text, blocks)
        except _TROUBLE:
            with translated():  # the message is gone: a new one is better than silence
                self._thread.post(message.text, blocks)


def _parts(text: str, limit: int) -> list[str]:
    """`text`, in parts that fit into a message, divided at white space."""
    parts = []
    while len(text) > limit:
        at = text.rfind(" ", limit // 2, limit)
        at = at if at > 0 else limit
        parts.append(text[:at])
        text = text[at:]
    return [*parts, text]
