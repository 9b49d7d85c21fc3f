"""The stand-in for Slack is as strict as Slack: it refuses, expires and delivers again like it."""

from __future__ import annotations

import ast
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from websockets.sync.client import connect

import bot.slack.testing
from bot.slack.testing import Delivery, Fault, SlackServer, people
from bot.slack.testing.rules import problems
from bot.slack.testing.workspace import CHANNEL, PERSON

LONG = "x" * 3_001


@pytest.fixture
def client() -> Any:
    """A bare client of a workspace, whose calls may be wrong."""
    with SlackServer() as server:
        yield server, WebClient(server.bot_token, base_url=server.url)


def refused(call: Any) -> str:
    """The error that Slack names for a call."""
    with pytest.raises(SlackApiError) as raised:
        call()
    return str(raised.value.response["error"])


def test_tokens_are_checked(client: Any) -> None:
    """Every method but with a known token is refused; an unknown method is unknown."""
    server, api = client
    assert api.auth_test()["ok"]
    other = WebClient("xoxb-other", base_url=server.url)
    assert refused(other.auth_test) == "invalid_auth"
    assert refused(lambda: api.api_call("chat.burnDown")) == "unknown_method"


def test_a_stream_is_begun_fed_and_ended_once(client: Any) -> None:
    """In a thread, for somebody; after its end, or its time, it takes nothing."""
    server, api = client
    where = {"channel": CHANNEL, "thread_ts": "1.0"}
    assert refused(lambda: api.chat_startStream(**where)) == "missing_recipient_user_id"
    ts = api.chat_startStream(**where, recipient_user_id=PERSON, recipient_team_id="T")["ts"]
    place = {"channel": CHANNEL, "ts": ts}
    api.chat_appendStream(**place, markdown_text="One.")
    assert refused(lambda: api.chat_update(**place, text="x")) == "streaming_state_conflict"
    too_long = [{"type": "markdown_text", "text": "y" * 11_999}]
    assert refused(lambda: api.chat_appendStream(**place, chunks=too_long)) == "msg_too_long"
    api.chat_stopStream(**place)
    ended = "message_not_in_streaming_state"
    assert refused(lambda: api.chat_appendStream(**place, markdown_text="x")) == ended
    assert refused(lambda: api.chat_stopStream(**place)) == ended
    assert server.workspace.find(CHANNEL, ts).markdown == "One."
    server.methods.stream_seconds = 0.0
    ts = api.chat_startStream(**where, recipient_user_id=PERSON, recipient_team_id="T")["ts"]
    time.sleep(0.01)
    late = {"channel": CHANNEL, "ts": ts, "markdown_text": "x"}
    assert refused(lambda: api.chat_appendStream(**late)) == ended


def _button(**extra: Any) -> dict[str, Any]:
    label = {"type": "plain_text", "text": extra.pop("label", "b")}
    return {"type": "actions", "elements": [{"type": "button", "text": label, **extra}]}


@pytest.mark.parametrize(
    "payload",
    [
        {"blocks": [{"type": "divider"}] * 51},
        {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": LONG}}]},
        {"blocks": [{"type": "markdown", "text": "x" * 6_001}] * 2},
        {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]},
        {"blocks": [_button(label="x" * 76)]},
        {"blocks": [_button(value="x" * 2_001)]},
        {"blocks": [_button(action_id="x" * 256)]},
        {"blocks": [_button(url="x" * 3_001)]},
        {"blocks": [{"type": "context", "elements": [{"type": "plain_text", "text": "x"}] * 11}]},
        {"blocks": [{"type": "actions", "elements": _button()["elements"] * 26}]},
        {"blocks": [{"type": "no_such_block"}]},
        {"blocks": [{"type": "context", "elements": [{"type": "plain_text", "text": ""}]}]},
        {"chunks": [{"type": "markdown_text", "text": "x" * 12_001}]},
        {"chunks": [{"type": "task_update", "id": "1", "title": "<!here>", "status": "complete"}]},
        {"view": {"type": "modal", "title": {"type": "plain_text", "text": "x" * 25}}},
        {"view": {"type": "modal", "private_metadata": LONG}},
        {"view": {"type": "modal", "blocks": [{"type": "divider"}] * 101}},
        {"text": ""},
    ],
)
def test_what_slack_would_refuse_is_a_problem(payload: dict[str, Any]) -> None:
    """Each limit that the bot must keep, overstepped by one."""
    assert problems("chat.postMessage", {"text": "x", **payload}) != []


def test_the_text_of_an_update_is_bounded() -> None:
    """4,000 characters; in a new message it may be longer."""
    assert problems("chat.update", {"text": "x" * 4_001}) != []
    assert problems("chat.postMessage", {"text": "x" * 4_001}) == []


def test_what_is_not_acknowledged_is_delivered_again(client: Any) -> None:
    """With the number of the retry, three times; the time to an acknowledgement is taken."""
    server, _ = client
    server.sockets.ack_seconds = 0.1
    url = WebClient(base_url=server.url).apps_connections_open(app_token=server.app_token)["url"]
    with connect(url, compression=None) as socket:
        assert json.loads(socket.recv(5))["type"] == "hello"
        lost = server.deliver(people.mention("?", "1.0"))
        assert (lost.acknowledged.is_set(), lost.attempts) == (False, 4)
        seen = [json.loads(socket.recv(5)) for _ in range(4)]
        assert [envelope["retry_attempt"] for envelope in seen] == [0, 1, 2, 3]
        assert len({envelope["payload"]["event_id"] for envelope in seen}) == 1
        server.sockets.ack_seconds = 5  # a busy machine must not count as silent
        taken = Delivery("slash_commands", people.command("?", "http://x"))
        server.sockets.send(taken)
        envelope = json.loads(socket.recv(5))
        time.sleep(0.05)
        socket.send(json.dumps({"envelope_id": envelope["envelope_id"], "payload": {"text": "y"}}))
        assert taken.acknowledged.wait(5)
        assert taken.answer == {"text": "y"}
        assert 0.05 <= (taken.seconds or 0) < 2


def test_faults_pass(client: Any) -> None:
    """A method fails as often as it was told to, and then works."""
    server, api = client
    server.fail("auth.test", Fault(error="fatal_error", times=2))
    assert [refused(api.auth_test) for _ in range(2)] == ["fatal_error"] * 2
    assert api.auth_test()["ok"]
    server.fail("auth.test", Fault(status=429, retry_after=7))
    with pytest.raises(SlackApiError) as raised:
        api.auth_test()
    assert raised.value.response.headers["retry-after"] == "7"


def test_an_address_for_replies_takes_five(client: Any) -> None:
    """As Slack's own."""
    from slack_sdk.webhook import WebhookClient

    server, _ = client
    hook = WebhookClient(server.response_url())
    assert [hook.send(text="x").status_code for _ in range(6)] == [200] * 5 + [404]


def test_public_names_are_those_listed() -> None:
    """`__all__` is what the package imports for others."""
    source = Path(bot.slack.testing.__file__).read_text()
    imports = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]
    assert set(bot.slack.testing.__all__) == {a.name for node in imports for a in node.names}
    listed = re.search(r"In reading order: (.*?)\.", source, re.DOTALL)
    assert listed is not None
    names = {name.strip() for name in listed[1].split(",")}
    here = Path(bot.slack.testing.__file__).parent
    assert names == {file.stem for file in here.glob("*.py")} - {"__init__"}
