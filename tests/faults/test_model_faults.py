"""Whatever goes wrong with the model, a person sees one plain line or a verified partial answer."""

from __future__ import annotations

import asyncio
import gc
import json
import re
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot import Bot
from bot.answer_json import load_answer
from bot.citations import verify_answer
from bot.errors import DeadlineError, ModelError, SpendCapError
from bot.testing import FAULTS, Connection, Fault, ModelServer, Request, Says, connection_refused
from bot.testing.prompts import sentences_in
from bot.types import Answer, Status, TextDelta
from retrieval.archive import Archive
from tests.bot.command import Ran, dateline, process

QUESTION = "How long will repairs of the Merrowby bridge take?"
UNANSWERED = "How many medals did the chess federation of Brazil award?"
TRUE = "Repairs will take eleven weeks, the county said."
FORGED = "The crack is 99 metres long."
KEY = "opaque-key-8461937"  # not in the form of OpenAI's, which messages would hide anyway
SLACK = 10.0  # seconds; the faults themselves last 30 or for ever

FAILS, BREAKS_OFF, FINE = "fails", "breaks off", "fine"


@dataclass(frozen=True)
class Row:
    """What is seen of a fault: how it ends with `--reader model`, and what the line says."""

    ends: str
    says: str = ""
    requests: int = 1
    deadline: float | None = None  # seconds; where the fault would last longer
    options: dict[str, Any] = field(default_factory=dict)


TABLE = {
    "unauthorized": Row(FAILS, r"refused the key \(401\): check OPENAI_API_KEY"),
    "forbidden": Row(FAILS, r"refused the key \(403\): check OPENAI_API_KEY"),
    "not_found": Row(FAILS, r"has no model 'tiny' \(404\): check --model and --base-url"),
    "context_length": Row(FAILS, r"prompt is too long for 'tiny': lower -k"),
    "bad_request_stream_options": Row(FINE, requests=2),
    "rate_limited": Row(FAILS, r"takes no more requests .*\(429\): ask again later", requests=3),
    "rate_limited_retry_after": Row(
        FAILS, r"\(429\): ask again later", deadline=20, options={"seconds": 30}
    ),
    "insufficient_quota": Row(FAILS, r"quota .* is used up \(429\): see the account"),
    "server_error": Row(FAILS, r"failed \(500\): ask again later", requests=3),
    "server_error_then": Row(FINE, requests=2),
    "overloaded": Row(FAILS, r"failed \(503\): ask again later", requests=3),
    "bad_gateway_html": Row(FAILS, r"failed \(502\): ask again later", requests=3),
    "html_200": Row(FAILS, r"sent what is no reply .*: check --base-url"),
    "slow_headers": Row(FAILS, r"had not finished after 1.5 seconds", deadline=1.5),
    "stall": Row(BREAKS_OFF, r"had not finished after 2 seconds", deadline=2),
    "slow_drip": Row(
        BREAKS_OFF, r"had not finished after 3 seconds", deadline=3, options={"delay": 0.005}
    ),
    "hang_up": Row(BREAKS_OFF, r"the connection to .* broke off: ask again"),
    "hang_up_headers": Row(FAILS, r"cannot be reached: is it running\?", requests=3),
    "reset": Row(BREAKS_OFF, r"the connection to .* broke off: ask again"),
    "no_finish": Row(BREAKS_OFF, r"the reply of .* has no end: ask again"),
    "no_done": Row(BREAKS_OFF, r"the reply of .* has no end: ask again"),
    "half_event": Row(BREAKS_OFF, r"the reply of .* has no end: ask again"),
    "bad_sse_json": Row(BREAKS_OFF, r"sent what is no reply .*: ask again"),
    "non_utf8": Row(BREAKS_OFF, r"sent what is no reply .*: ask again"),
    "deep_json": Row(BREAKS_OFF, r"sent what is no reply .*: ask again"),
    "midstream_error": Row(BREAKS_OFF, r"failed while it wrote .*: ask again"),
    "length": Row(BREAKS_OFF, r"was cut at 1000 tokens \(DATELINE_ANSWER_TOKENS\)"),
    "content_filter": Row(BREAKS_OFF, r"a content filter at .*: ask in other words"),
    "refusal": Row(FAILS, r"sent an empty reply, .*refuse: ask in other words"),
    "empty_choices": Row(FAILS, r"the reply of .* has no end: ask again"),
    "empty": Row(FAILS, r"sent an empty reply, .*refuse: ask in other words"),
    "null_content": Row(FINE),
    "duplicate_finish": Row(FINE),
    "after_finish": Row(FINE),
    "think": Row(FINE),
    "reasoning": Row(FINE),
    "fenced": Row(FINE),
    "huge": Row(BREAKS_OFF, r"longer than 20,000 characters"),
    "tool_call": Row(BREAKS_OFF, r"ended with 'tool_calls': ask again"),
    "comments": Row(FINE),
    "azure_preamble": Row(FINE),
}
each_fault = pytest.mark.parametrize("name", TABLE)


def drafted(sentences: dict[int, str]) -> str:
    """A true claim, then one that its sentence does not state."""
    number = next(n for n, sentence in sentences.items() if sentence == TRUE)
    return f"{TRUE} [{number}] {FORGED} [{number}]"


def forged(sentences: dict[int, str]) -> str:
    """Nothing that holds, as long as it is."""
    return f"{FORGED} [1] {FORGED} [999] {FORGED}"


def faulty(name: str, write: Any = drafted, **options: Any) -> ModelServer:
    """A server that goes wrong in this way while it says what `write` makes of the prompt."""
    return ModelServer(lambda request: Fault(name, write(sentences_in(request)), **options))


@pytest.fixture(autouse=True)
def _configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("DATELINE_MODEL", "tiny")


@pytest.fixture(scope="module", autouse=True)
def _warm(built_archive: tuple[Path, Path]) -> None:
    """The libraries are loaded before anything has a deadline."""
    with ModelServer(Says("NO ANSWER")) as server:
        dateline(*asked(built_archive[0], server, reader="model"))


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    """The thread that reads a reply ends with the answer, not when its server feels like it."""
    yield
    until = time.monotonic() + 5
    while any("_pump" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < until, "a reading thread is left"
        time.sleep(0.02)


def asked(path: Path, server: ModelServer, *, reader: str, question: str = QUESTION) -> list[Any]:
    place = ["--archive", path, "--base-url", server.base_url]
    return ["ask", question, *place, "--reader", reader, "--quotes", "full"]


def opened(path: Path, server: ModelServer) -> Bot:
    return Bot.open(path, base_url=server.base_url, reader="model")


def check_ran(ran: Ran, archive: Archive) -> None:
    """What holds for every run: plain lines on stderr, no key, nothing forged, true quotations."""
    seen = ran.out + ran.err
    assert KEY not in seen
    assert "Traceback" not in seen
    assert "unexpected" not in ran.err
    assert all(re.fullmatch(r"dateline: \S.*", line) for line in ran.err.splitlines())
    assert FORGED not in ran.out or '"rejected"' in ran.out
    cited = re.compile(r'^ *\[\d+\] "(.*)" — .* ([0-9a-f]{12}):(\d+)-(\d+)$', re.M)
    for quote, article, start, end in cited.findall(ran.out):
        assert quote == " ".join(archive.article(article).text[int(start) : int(end)].split())


def check_answer(answer: Answer, archive: Archive) -> None:
    """No claim without citations that hold, and nothing that was forged."""
    assert all(check.ok for check in verify_answer(answer, archive.article))
    assert all(claim.citations for claim in answer.claims)
    assert FORGED not in " ".join(claim.text for claim in answer.claims)


def test_every_fault_has_a_row() -> None:
    assert list(TABLE) == list(FAULTS)


@each_fault
def test_on_the_terminal(
    name: str, archive_path: Path, shared_archive: Archive, limit: Any
) -> None:
    """One line and 1, or what was verified and 0, with a line if the model broke off."""
    row = TABLE[name]
    with faulty(name, **row.options) as server, limit(row):
        ran = dateline(*asked(archive_path, server, reader="model"))
        assert len(server.requests) == row.requests
    check_ran(ran, shared_archive)
    if row.ends == FAILS:
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    else:
        assert ran.code == 0
        assert TRUE in ran.out
        assert ran.err.count("\n") == (row.ends == BREAKS_OFF)
    assert re.search(row.says, ran.err)


@each_fault
def test_on_the_terminal_with_a_stand_in(
    name: str, archive_path: Path, shared_archive: Archive, limit: Any
) -> None:
    """With `--reader auto` the passages answer by themselves where the model does not."""
    row = TABLE[name]
    with faulty(name, **row.options) as server, limit(row):
        ran = dateline(*asked(archive_path, server, reader="auto"))
    check_ran(ran, shared_archive)
    assert ran.code == 0
    assert TRUE in ran.out
    assert re.search(row.says, ran.err)
    assert ("this answer was made without it" in ran.err) == (row.ends == FAILS)


@each_fault
def test_in_python(name: str, archive_path: Path, shared_archive: Archive, limit: Any) -> None:
    """A `ModelError` of one line, or an answer that says what is missing."""
    row = TABLE[name]
    with faulty(name, **row.options) as server, limit(row), opened(archive_path, server) as bot:
        if row.ends == FAILS:
            with pytest.raises(ModelError, match=row.says) as raised:
                bot.ask(QUESTION)
            assert "\n" not in str(raised.value)
            assert KEY not in str(raised.value)
            return
        answer = bot.ask(QUESTION)
    check_answer(answer, shared_archive)
    assert answer.claims[0].text == TRUE
    assert answer.status is Status.PARTIAL
    assert answer.reader == "model/tiny"
    assert re.search(row.says, " ".join(answer.notices))
    assert len(answer.notices) == (row.ends == BREAKS_OFF)
    assert answer.usage is not None
    assert answer.usage.requests == row.requests
    assert answer.usage.input_tokens > 100


@each_fault
def test_as_json(name: str, archive_path: Path, shared_archive: Archive, limit: Any) -> None:
    """A saved answer in which who read, what was withheld and why is written down."""
    row = TABLE[name]
    with faulty(name, **row.options) as server, limit(row):
        ran = dateline(*asked(archive_path, server, reader="auto"), "--format", "json")
    check_ran(ran, shared_archive)
    answer = load_answer(ran.out)
    check_answer(answer, shared_archive)
    assert ran.code == 0
    assert answer.reader.startswith("extractive" if row.ends == FAILS else "model/tiny")
    assert re.search(row.says, " ".join(answer.notices))
    assert answer.rejected or row.ends == FAILS or name == "slow_drip"


@each_fault
def test_as_events(name: str, archive_path: Path, shared_archive: Archive, limit: Any) -> None:
    """Text comes after the citations it rests on; an error leaves no last event."""
    row = TABLE[name]
    with faulty(name, **row.options) as server, limit(row):
        ran = dateline(*asked(archive_path, server, reader="model"), "--format", "ndjson")
    check_ran(ran, shared_archive)
    events = [json.loads(line) for line in ran.out.splitlines()]
    names = [event["event"] for event in events]
    if row.ends == FAILS:
        assert (ran.code, set(names), ran.err.count("\n")) == (1, {"status"}, 1)
        return
    assert ran.code == 0
    assert names.index("citation") < names.index("text")
    assert not any(FORGED in event.get("text", "") for event in events)
    check_answer(load_answer(json.dumps(events[-1]["answer"])), shared_archive)


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the deadline of a row, and holds the answer to it."""

    class Limit:
        def __init__(self, row: Row) -> None:
            self._deadline = row.deadline

        def __enter__(self) -> None:
            self._began = time.monotonic()
            if self._deadline is not None:
                monkeypatch.setenv("DATELINE_DEADLINE", str(self._deadline))

        def __exit__(self, *_: object) -> None:
            assert time.monotonic() - self._began < (self._deadline or 10) + SLACK

    return Limit


# -- what no single fault shows -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["hang_up", "length", "think", "tool_call", "huge"])
def test_where_nothing_of_the_model_holds_the_passages_answer(
    name: str, archive_path: Path, shared_archive: Archive
) -> None:
    with faulty(name, forged) as server:
        ran = dateline(*asked(archive_path, server, reader="auto"), "--format", "json")
        plain = dateline(*asked(archive_path, server, reader="model"))
    answer = load_answer(ran.out)
    check_answer(answer, shared_archive)
    assert answer.reader.startswith("extractive")
    assert answer.claims[0].text == TRUE
    assert "nothing that the model wrote is borne out" in answer.notices[-1]
    assert (ran.code, plain.code) == (0, 10)
    assert FORGED not in plain.out


def test_a_model_that_says_no_answer_is_believed(archive_path: Path) -> None:
    """Nothing failed: the stand-in is for failures."""
    with ModelServer(Says("NO ANSWER")) as server:
        ran = dateline(*asked(archive_path, server, reader="auto"))
    assert (ran.code, ran.err) == (10, "")


def test_the_stand_in_may_abstain(archive_path: Path) -> None:
    with ModelServer(Fault("server_error")) as server:
        ran = dateline(*asked(archive_path, server, reader="auto", question=UNANSWERED))
    assert ran.code == 10
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("reader", ["model", "auto"])
def test_a_server_that_is_not_there(reader: str, archive_path: Path) -> None:
    """In a process of its own: one line, and 1, or the passages' answer."""
    where = ["--base-url", connection_refused(), "--reader", reader]
    running = process("ask", QUESTION, "--archive", archive_path, *where)
    out, err = running.communicate(timeout=60)
    assert re.fullmatch(rb"dateline: 127\.0\.0\.1:\d+ cannot be reached: is it running\?.*\n", err)
    assert running.returncode == (1 if reader == "model" else 0)
    assert (b"eleven weeks" in out) == (reader == "auto")


def test_a_model_without_a_key_is_3(archive_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    ran = dateline("ask", QUESTION, "--archive", archive_path, "--reader", "model")
    assert (ran.code, ran.out, ran.err.count("\n")) == (3, "", 1)
    assert "OPENAI_API_KEY" in ran.err
    assert "--base-url" in ran.err


@pytest.mark.parametrize("name", ["slow_headers", "slow_drip"])
@pytest.mark.parametrize("reader", ["model", "auto"])
def test_bytes_that_say_nothing_do_not_hold_up_an_answer(
    name: str, reader: str, archive_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Comments keep the read timeout from ever passing; the deadline passes."""
    monkeypatch.setenv("DATELINE_DEADLINE", "1.5")
    began = time.monotonic()
    with ModelServer(Fault(name, kind="comments")) as server:
        ran = dateline(*asked(archive_path, server, reader=reader))
        assert server.wait_until_dropped()
    assert time.monotonic() - began < 1.5 + SLACK
    assert "had not finished after 1.5 seconds" in ran.err
    assert ran.code == (1 if reader == "model" else 0)


class Flood:
    """Thoughts without end and without a pause."""

    def answer(self, request: Request, connection: Connection) -> None:
        connection.start()
        delta = {"index": 0, "delta": {"content": None, "reasoning_content": "hm"}}
        event = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "tiny"}
        while True:
            connection.event(event | {"choices": [delta | {"finish_reason": None}]})


def test_a_server_that_never_pauses_ends_by_the_deadline(
    archive_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_DEADLINE", "1.5")
    began = time.monotonic()
    with ModelServer(Flood()) as server:
        ran = dateline(*asked(archive_path, server, reader="model"))
        assert server.wait_until_dropped()
    assert time.monotonic() - began < 1.5 + SLACK
    assert (ran.code, ran.err.count("\n")) == (1, 1)


def test_a_wait_that_would_pass_the_deadline_is_not_begun(
    archive_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Retry-After within the deadline is waited for; beyond it, the error comes at once."""
    monkeypatch.setenv("DATELINE_DEADLINE", "60")
    then = Says("NO ANSWER")
    with ModelServer(Fault("rate_limited_retry_after", seconds=0.5, times=1, then=then)) as server:
        assert dateline(*asked(archive_path, server, reader="model")).code == 10
        assert len(server.requests) == 2
    began = time.monotonic()
    with ModelServer(Fault("rate_limited_retry_after", seconds=61)) as server:
        assert dateline(*asked(archive_path, server, reader="model")).code == 1
        assert len(server.requests) == 1
    assert time.monotonic() - began < 30


def test_that_stream_options_are_refused_is_remembered(archive_path: Path) -> None:
    with faulty("bad_request_stream_options") as server:
        with opened(archive_path, server) as bot:
            answers = [bot.ask(QUESTION) for _ in range(3)]
        assert ["stream_options" in request.body for request in server.requests] == [
            *[True, False, False, False]
        ]
    assert all(answer.claims[0].text == TRUE for answer in answers)
    assert all(answer.usage and answer.usage.output_tokens for answer in answers)  # estimated


# -- what must not get out ----------------------------------------------------------------------


class Repeats:
    """Refuses with a message that repeats the key, in a status that has no line of its own."""

    def answer(self, request: Request, connection: Connection) -> None:
        said = f"bad header Authorization: {request.headers['authorization']}"
        connection.respond_json(422, {"error": {"message": said, "code": None}})


@pytest.mark.parametrize("reply", [Fault("unauthorized"), Repeats()], ids=["401", "422"])
@pytest.mark.parametrize("reader", ["model", "auto"])
def test_the_key_is_in_no_output(
    reply: Any, reader: str, archive_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in messages, and not in the tracebacks of DATELINE_DEBUG, which print foreign errors."""
    with ModelServer(reply) as server:
        for debug in ("", "1"):
            monkeypatch.setenv("DATELINE_DEBUG", debug)
            for kind in ("text", "json", "ndjson"):
                command = asked(archive_path, server, reader=reader)
                ran = dateline(*command, "--trace", "--format", kind)
                assert KEY not in ran.out + ran.err
                assert ("Traceback" in ran.err) == bool(debug and reader == "model")
        assert KEY in server.requests[0].headers["authorization"]


def test_a_password_in_the_address_is_in_no_message(archive_path: Path) -> None:
    with ModelServer(Fault("server_error")) as server:
        url = server.base_url.replace("//", "//user:hunter2@")
        where = ["--base-url", url, "--reader", "model"]
        ran = dateline("ask", QUESTION, "--archive", archive_path, *where)
    assert ran.code == 1
    assert "hunter2" not in ran.out + ran.err


class Redirects:
    """Sends the client on to another server."""

    def __init__(self, to: str) -> None:
        self._to = to

    def answer(self, request: Request, connection: Connection) -> None:
        connection.respond(307, b"", "text/plain", Location=f"{self._to}/chat/completions")


def test_a_redirect_does_not_take_the_prompt_to_another_server(archive_path: Path) -> None:
    with ModelServer(Says("NO ANSWER")) as other, ModelServer(Redirects(other.base_url)) as server:
        ran = dateline(*asked(archive_path, server, reader="model"))
        assert (other.requests, len(server.requests)) == ([], 1)
    assert ran.code == 1
    assert f"redirects to {other.base_url}" in ran.err


# -- stopping -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["slow_headers", "stall", "slow_drip"])
def test_closing_an_answer_drops_the_connection(name: str, archive_path: Path) -> None:
    """Also while the server is silent: it may be busy, or paid by the token."""
    long = "And so on. " * 40
    with (
        faulty(name, lambda found: f"{drafted(found)} {long}") as server,
        opened(archive_path, server) as bot,
    ):
        events = bot.stream(QUESTION)
        if name == "stall":
            next(event for event in events if isinstance(event, TextDelta))
            events.close()
        else:
            us = threading.main_thread().ident
            threading.Timer(0.5, signal.pthread_kill, [us, signal.SIGINT]).start()
            with pytest.raises(KeyboardInterrupt):
                list(events)
        assert server.wait_until_dropped()


def test_ctrl_c_ends_the_command_and_the_call(archive_path: Path) -> None:
    with ModelServer(Fault("slow_headers")) as server:
        running = process(
            *asked(archive_path, server, reader="model"),
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        until = time.monotonic() + 60
        while not server.requests:
            assert time.monotonic() < until
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
        assert server.wait_until_dropped()
    assert (running.returncode, out, err) == (130, b"", b"dateline: interrupted\n")


def test_a_cancelled_answer_leaves_nothing_to_report(
    archive_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither a call that goes on, nor an error that asyncio logs because nobody looked at it."""

    async def cancel() -> None:
        with Bot.open(archive_path, base_url=server.base_url, reader="model") as bot:
            asking = asyncio.create_task(bot.aask(QUESTION))
            while not server.requests:
                await asyncio.sleep(0.01)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            del asking
            gc.collect()

    with ModelServer(Fault("slow_headers")) as server:
        asyncio.run(cancel())
        assert server.wait_until_dropped()
    assert caplog.records == []


# -- money --------------------------------------------------------------------------------------


@pytest.fixture
def _priced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_PRICE_IN", "1")
    monkeypatch.setenv("DATELINE_PRICE_OUT", "10")


@pytest.mark.usefixtures("_priced")
def test_a_call_that_could_pass_the_cap_is_not_made(
    archive_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_SPEND_CAP", "0.001")
    with faulty("comments") as server:
        match = "DATELINE_SPEND_CAP"
        with opened(archive_path, server) as bot, pytest.raises(SpendCapError, match=match):
            bot.ask(QUESTION)
        ran = dateline(*asked(archive_path, server, reader="auto"))
        assert server.requests == []
    assert ran.code == 0
    assert "DATELINE_SPEND_CAP" in ran.err


@pytest.mark.usefixtures("_priced")
def test_what_was_begun_is_paid(archive_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that broke off, or was given up, has a cost; one that was refused has none."""
    costs = {}
    for name in ("hang_up", "server_error", "stall"):
        if name == "stall":
            monkeypatch.setenv("DATELINE_DEADLINE", "1.5")
        with faulty(name, **TABLE[name].options) as server:
            ran = dateline(*asked(archive_path, server, reader="auto"), "--format", "json")
        usage = load_answer(ran.out).usage
        assert name == "server_error" or usage is not None
        costs[name] = usage.cost if usage else None
    assert costs["hang_up"]
    assert costs["stall"]
    assert not costs["server_error"]


def test_deadlines_hold_for_judging_too(
    archive_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judge is asked about each claim, and all of it is one answer."""
    monkeypatch.setenv("DATELINE_DEADLINE", "2")
    monkeypatch.setenv("DATELINE_JUDGE", "1")

    def reply(request: Request) -> Any:
        if "Statement:" in request.last("user"):
            return Fault("slow_headers")
        return Says(" ".join(f"{s} [{n}]" for n, s in sentences_in(request).items()))

    began = time.monotonic()
    with ModelServer(reply) as server:
        ran = dateline(*asked(archive_path, server, reader="model"))
    assert time.monotonic() - began < 2 + SLACK
    assert ran.code == 10
    assert str(DeadlineError.__name__) not in ran.err


def test_a_process_of_its_own_shows_no_traceback(archive_path: Path) -> None:
    """What threads and libraries write to stderr would show here."""
    with faulty("bad_sse_json") as server:
        running = process(*asked(archive_path, server, reader="model"))
        out, err = running.communicate(timeout=60)
    assert running.returncode == 0
    assert TRUE.encode() in out
    assert re.fullmatch(rb"dateline: the model's answer broke off: .*: ask again\n", err)
    assert KEY.encode() not in out + err


class Misshapen:
    """A chunk that is no chunk, about which pydantic warns from within a thread."""

    def answer(self, request: Request, connection: Connection) -> None:
        connection.start()
        connection.event({"id": "1", "object": "chat.completion.chunk", "choices": 3})
        connection.end()


def test_what_libraries_warn_of_is_not_shown(archive_path: Path) -> None:
    with ModelServer(Misshapen()) as server:
        running = process(*asked(archive_path, server, reader="model"))
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (1, b"")
    assert re.fullmatch(rb"dateline: 127\.0\.0\.1:\d+ sent what is no reply .*\n", err)
