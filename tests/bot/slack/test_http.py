"""Signed HTTP requests: only what Slack signed, lately, is taken; and that works."""

from __future__ import annotations

import asyncio
import http.client
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App, BoltRequest, BoltResponse

from bot.cli import exits
from bot.engine import Bot
from bot.slack.app import Options
from bot.slack.http import PATH, SignedRequests
from bot.slack.serve import http_mode
from bot.slack.testing import Delivery, SlackServer, people, sign, signed_headers
from bot.slack.testing.signing import body_of
from bot.slack.workspaces import OneWorkspace
from bot.testing.connection import unused_port
from retrieval.archive import Archive
from tests.bot.command import dateline, process
from tests.bot.slack.readers import EverySentence

MAYOR = "Who was elected mayor of Eastmarch?"
SECRET = SlackServer.signing_secret
SENT = 1_700_000_000


@dataclass(frozen=True)
class Served:
    """A bot behind HTTP, at this port of loopback."""

    port: int
    slack: SlackServer

    def post(self, body: bytes, headers: dict[str, str], path: str = PATH) -> tuple[int, str]:
        """Send a request; status and body of the response."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.putrequest("POST", path)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                connection.putheader(name, value.encode("latin-1"))
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def mention(self) -> tuple[bytes, str]:
        """The body of a mention, and the message's timestamp."""
        ts = self.slack.workspace.new_ts()
        return body_of(Delivery("events_api", people.mention(MAYOR, ts))), ts


@pytest.fixture
def served(slack: SlackServer, archive: Archive) -> Iterator[Served]:
    """The bot behind uvicorn."""
    bot = Bot(archive, EverySentence(most=1))
    serving = http_mode(
        bot, OneWorkspace(slack.bot_token, url=slack.url), secret=SECRET, options=Options()
    )
    with serving as port:
        yield Served(port, slack)


def test_signed_requests_are_answered(served: Served) -> None:
    """An event, a command with its immediate answer, a press, and Slack's own first request."""
    body, ts = served.mention()
    assert served.post(body, signed_headers(SECRET, body)) == (200, "")
    assert served.slack.wait_for_reply(ts)
    command = Delivery("slash_commands", people.command("help", served.slack.response_url()))
    body = body_of(command)
    status, text = served.post(body, signed_headers(SECRET, body, kind="slash_commands"))
    assert (status, "/news QUESTION" in text) == (200, True)
    press = Delivery("interactive", people.press("passages", "x", served.slack.response_url()))
    body = body_of(press)
    assert served.post(body, signed_headers(SECRET, body, kind="interactive"))[0] == 200
    body = b'{"type": "url_verification", "challenge": "abc"}'
    assert "abc" in served.post(body, signed_headers(SECRET, body))[1]


def test_run_serves_until_it_is_told_to_end(
    slack: SlackServer, archive_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`dateline slack run --http` answers on its port, and ends in order at SIGTERM."""
    port = unused_port()
    arguments = ("slack", "run", "--http", "--port", str(port), "--archive", archive_path)
    monkeypatch.setenv("SLACK_BOT_TOKEN", slack.bot_token)
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    monkeypatch.setenv("DATELINE_SLACK_URL", slack.url)
    running = process(*arguments)
    try:
        served = Served(port, slack)
        body, ts = served.mention()
        deadline = time.monotonic() + 60
        while True:
            try:
                assert served.post(body, signed_headers(SECRET, body)) == (200, "")
                break
            except ConnectionRefusedError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        slack.wait_for_reply(ts)
        taken = dateline(*arguments)
        assert (taken.code, "cannot listen on" in taken.err) == (exits.NOT_CONFIGURED, True)
        running.terminate()
        _, errors = running.communicate(timeout=30)
        assert (running.returncode, b"Traceback" in errors) == (0, False)
    finally:
        running.kill()


def test_a_replay_inside_the_window_gets_one_reply(served: Served) -> None:
    """Its signature is right: the claim stops it."""
    body, ts = served.mention()
    headers = signed_headers(SECRET, body)
    assert [served.post(body, headers)[0] for _ in range(5)] == [200] * 5
    served.slack.wait_for_reply(ts)
    time.sleep(0.2)
    assert len(served.slack.workspace.replies(ts)) == 1


def test_what_slack_did_not_sign_lately_is_refused_and_not_answered(served: Served) -> None:
    """401, whatever is wrong with it, and no more work than a comparison."""
    body, _ = served.mention()
    good = signed_headers(SECRET, body)
    stamp, signature = "X-Slack-Request-Timestamp", "X-Slack-Signature"
    now = time.time()

    def without(name: str) -> dict[str, str]:
        return {key: value for key, value in good.items() if key != name}

    refused = {
        "wrong secret": (body, signed_headers("another", body)),
        "empty secret": (body, signed_headers("", body)),
        "altered body": (body.replace(b"mayor", b"mayer"), good),
        "longer body": (body + b" ", good),
        "too old": (body, signed_headers(SECRET, body, at=now - 302)),
        "too new": (body, signed_headers(SECRET, body, at=now + 302)),
        "another time": (body, {**good, stamp: str(int(now) - 1)}),
        "no time": (body, without(stamp)),
        "no signature": (body, without(signature)),
        "neither": (body, {"Content-Type": "application/json"}),
        "no number": (body, {**good, stamp: "yesterday"}),
        "a fraction": (body, {**good, stamp: f"{now:.3f}"}),
        "an endless number": (body, {**good, stamp: "9" * 5_000}),
        "another script's digits": (body, {**good, stamp: "\u00b2" * 10}),
        "not ASCII": (body, {**good, signature: "v0=\u00e9\u00ff"}),
        "empty": (body, {**good, signature: ""}),
        "upper case": (body, {**good, signature: good[signature].upper()}),
        "another version": (body, {**good, signature: "v1" + good[signature][2:]}),
    }
    statuses = {why: served.post(*request)[0] for why, request in refused.items()}
    assert statuses == dict.fromkeys(refused, 401)
    assert served.slack.workspace.messages == []


def test_other_paths_methods_and_sizes_are_refused(served: Served) -> None:
    """404, 405 and 413, before anything is read or checked."""
    body, _ = served.mention()
    assert served.post(body, signed_headers(SECRET, body), path="/slack/install")[0] == 404
    large = b" " * (2**20 + 1)
    assert served.post(large, signed_headers(SECRET, large))[0] == 413
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    connection.request("GET", PATH)
    assert connection.getresponse().status == 405
    connection.close()


def test_without_a_secret_nothing_is_served() -> None:
    """With an empty one, anybody could sign."""
    with pytest.raises(ValueError, match="secret"):
        SignedRequests(_Recorder(), "")


class _Recorder(App):
    """A Bolt app that only remembers what it was given."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self._oauth_flow = None

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        self.taken.append(req.raw_body)
        return BoltResponse(status=200, body="")


Headers = list[tuple[bytes, bytes]]


async def _status(asked: SignedRequests, headers: Headers, body: bytes) -> int:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": PATH, "headers": headers}
    await asked(scope, receive, send)
    return int(sent[0]["status"])


def _mutated(chance: random.Random, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """A signed request with something about its body, its time or its signature changed."""
    names = dict(headers)
    stamp, signature = names[b"x-slack-request-timestamp"], names[b"x-slack-signature"]
    match chance.randrange(8):
        case 0:
            body = _scratched(chance, body)
        case 1:
            signature = _scratched(chance, signature)
        case 2:
            stamp = _scratched(chance, stamp)
        case 3:
            stamp = str(SENT + chance.randrange(-10_000, 10_000)).encode()
        case 4:
            signature = sign(chance.randbytes(8).hex(), stamp.decode(), body).encode()
        case 5:
            del names[chance.choice([b"x-slack-request-timestamp", b"x-slack-signature"])]
            return list(names.items()), body
        case 6:
            signature = chance.choice([signature[:-1], signature + b"0", signature * 2, b"v0="])
        case _:
            at = chance.choice([-1, 1]) * chance.randrange(301, 10**6)
            stamp = str(SENT + at).encode()
            signature = sign(SECRET, stamp.decode(), body).encode()
    names[b"x-slack-request-timestamp"], names[b"x-slack-signature"] = stamp, signature
    return list(names.items()), body


def _scratched(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    match chance.randrange(3):
        case 0:
            return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
        case 1:
            return data[:at] + data[at + 1 :]
        case _:
            return data[:at] + chance.randbytes(1) + data[at:]


def test_of_10000_mutated_requests_none_is_accepted() -> None:
    """Every one gets 401 and none reaches Bolt; with 0 of 10,000 the 95 % upper bound is 3e-4."""
    app = _Recorder()
    asked = SignedRequests(app, SECRET, clock=lambda: float(SENT))
    chance = random.Random(4)
    body = body_of(Delivery("events_api", people.mention(MAYOR, "1.0")))
    signed = [
        (name.lower().encode(), value.encode())
        for name, value in signed_headers(SECRET, body, at=SENT).items()
    ]

    async def run() -> list[int]:
        statuses = []
        while len(statuses) < 10_000:
            headers, altered = _mutated(chance, signed, body)
            if (headers, altered) != (signed, body):
                statuses.append(await _status(asked, headers, altered))
        assert await _status(asked, signed, body) == 200
        return statuses

    statuses = asyncio.run(run())
    assert (len(statuses), set(statuses)) == (10_000, {401})
    assert app.taken == [body.decode()]
    print(f"\n{len(statuses):,} mutated requests, {statuses.count(200)} accepted")
