"""The stand-in, put together: what tests drive."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from bot.slack.testing import people
from bot.slack.testing.delivery import Delivery
from bot.slack.testing.methods import Methods
from bot.slack.testing.socket import Sockets
from bot.slack.testing.web import Call, Fault, WebApi
from bot.slack.testing.workspace import CHANNEL, PERSON, Message, Workspace

Payload = dict[str, Any]

_SECONDS = 20.0  # that a test waits for something to happen


class SlackServer:
    """A workspace with one app, for the length of one `with` block.

    Attributes:
        url: of the Web API, with the slash that slack_sdk's `base_url` must end with.
        workspace: what it holds.
        methods: what it answers; `stream_seconds` is how long a stream lives.
    """

    bot_token = "xoxb-test"  # noqa: S105  (of a stand-in)
    app_token = "xapp-test"  # noqa: S105
    signing_secret = "0123456789abcdef"  # noqa: S105

    def __init__(self) -> None:
        self.workspace = Workspace()
        self.methods = Methods(self.workspace)

    def __enter__(self) -> Self:
        tokens = frozenset({self.bot_token, self.app_token, "xoxe-config"})
        self._web = WebApi(self.workspace, self.methods, tokens)
        self.sockets = Sockets()
        self.methods.socket_url = self.sockets.url
        self.url = f"{self._web.base}/api/"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.sockets.stop()
        self._web.stop()

    # -- what people do -------------------------------------------------------------------------

    def mention(self, text: str, **extra: Any) -> Delivery:
        """Somebody mentions the app in a channel."""
        return self.deliver(people.mention(text, self.workspace.new_ts(), **extra))

    def direct_message(self, text: str, **extra: Any) -> Delivery:
        """Somebody writes to the app alone."""
        return self.deliver(people.direct_message(text, self.workspace.new_ts(), **extra))

    def message(self, text: str, **extra: Any) -> Delivery:
        """Somebody writes in a channel."""
        return self.deliver(people.message(text, self.workspace.new_ts(), **extra))

    def event(self, inner: Payload) -> Delivery:
        """Something else happens."""
        return self.deliver(people.event(inner))

    def stop(self, asked: Delivery) -> Delivery:
        """Somebody presses Stop: Slack ends the streams in the thread, and says so."""
        event = asked.payload["event"]
        thread = event.get("thread_ts") or event["ts"]
        with self.workspace.changed:
            open_ = [m for m in self.workspace.replies(thread) if m.streaming]
            for message in open_:
                message.streaming = False
        pressed = {"type": "agent_session_stopped", "channel": event["channel"], "user": PERSON}
        streams = {"thread_ts": thread, "streaming_message_ts": [m.ts for m in open_]}
        return self.event({**pressed, **streams, "event_ts": self.workspace.new_ts()})

    def command(self, text: str, **extra: str) -> Delivery:
        """Somebody writes /news."""
        payload = people.command(text, self.response_url(), **extra)
        return self.deliver(payload, kind="slash_commands")

    def press(self, action: str, value: str, **extra: Any) -> Delivery:
        """Somebody presses a button."""
        payload = people.press(action, value, self.response_url(), **extra)
        return self.deliver(payload, kind="interactive")

    def shortcut(self, text: str, ts: str) -> Delivery:
        """Somebody uses the shortcut on a message."""
        payload = people.shortcut(text, ts, self.response_url())
        return self.deliver(payload, kind="interactive")

    def submit(self, view: Payload, **values: Payload) -> Delivery:
        """Somebody sends a window."""
        return self.deliver(people.submission(view, values), kind="interactive")

    def deliver(self, payload: Payload, *, kind: str = "events_api") -> Delivery:
        """Deliver a payload, again if it is not acknowledged."""
        ts = (payload.get("event") or {}).get("ts", "")
        return self.sockets.deliver(Delivery(kind, payload, ts))

    def redeliver(self, delivery: Delivery, *, times: int = 1) -> None:
        """Deliver the very same again, as Slack does when an acknowledgement was lost."""
        for attempt in range(1, times + 1):
            again = Delivery(delivery.kind, delivery.payload, delivery.ts)
            self.sockets.send(again, attempt)
            again.acknowledged.wait(self.sockets.ack_seconds)

    def response_url(self) -> str:
        """A new address for replies."""
        name = f"r{len(self._web.responses) + 1}"
        self._web.responses[name] = (CHANNEL, PERSON, "")
        return f"{self._web.base}/response/{name}"

    # -- what goes wrong ------------------------------------------------------------------------

    def fail(self, method: str, fault: Fault) -> None:
        """Let a method go wrong."""
        self._web.faults[method] = fault

    def end_streams(self) -> None:
        """Let every stream expire now."""
        with self.workspace.changed:
            for message in self.workspace.messages:
                message.streaming = False

    def grant(self, scopes: str) -> None:
        """What the token may do, with commas."""
        self._web.scopes = scopes

    # -- what is seen ---------------------------------------------------------------------------

    @property
    def calls(self) -> list[Call]:
        """All calls so far. A copy."""
        return list(self._web.calls)

    def called(self, method: str) -> list[Call]:
        """All calls of one method so far."""
        return [call for call in self.calls if call.method == method]

    def wait_for_socket(self, count: int = 1) -> None:
        """Wait until so many sockets are open."""
        _require(self.sockets.wait(count), "no app has connected")

    def wait_for_reply(self, thread: str, *, count: int = 1) -> Message:
        """The `count`-th answer in a thread, once it is complete; complete answers can be rated."""

        def complete() -> list[Message]:
            replies = self.workspace.replies(thread)
            return [m for m in replies if not m.streaming and m.elements("feedback_buttons")]

        ended = self.workspace.wait(lambda: len(complete()) >= count, _SECONDS)
        replies = [m.shown for m in self.workspace.replies(thread)]
        _require(ended, f"no complete reply {count} in {thread}: {replies}")
        return complete()[count - 1]

    def wait_until(self, condition: Any, what: str = "it") -> None:
        """Wait until a condition of the workspace holds."""
        _require(self.workspace.wait(condition, _SECONDS), f"{what} did not happen")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)
