"""Nothing leaves the machine that nobody asked to leave it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.testing import ModelServer, Quoting
from tests.bot.command import ROOT, environment, process

QUESTION = "How long will repairs of the Merrowby bridge take?"
TRUE = "Repairs will take eleven weeks, the county said."

TRACING = {"LANGCHAIN_TRACING_V2": "true", "LANGSMITH_API_KEY": "x"}

STRACE = shutil.which("strace")
strace = pytest.mark.skipif(STRACE is None, reason="strace is not here: apt-get install strace")

# connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16) = …
_ADDRESS = re.compile(r"\b(?:connect|sendto|sendmsg)\(.*?sa_family=(AF_\w+)(.*?)\}")
_LOOPBACK = re.compile(r'inet_addr\("127\.|inet_pton\(AF_INET6, "::1"')


def addressed(record: str) -> list[str]:
    """The addresses beyond this machine that a strace record shows being sent or connected to."""
    found = _ADDRESS.findall(record)
    local = {"AF_UNIX", "AF_NETLINK", "AF_UNSPEC"}
    return [rest for family, rest in found if family not in local and not _LOOPBACK.search(rest)]


def traced(folder: Path, *command: str, stdin: bytes = b"", **variables: str) -> tuple[bytes, str]:
    """Run Python under strace; its output, and the record of its network calls."""
    record = folder / "record"
    options = ["-f", "--seccomp-bpf", "-s", "64", "-e", "trace=network", "-o", str(record)]
    ran = subprocess.run(
        [str(STRACE), *options, sys.executable, *command],
        input=stdin,
        capture_output=True,
        env=environment(**variables),
        cwd=ROOT,
        timeout=240,
        check=False,
    )
    assert record.exists(), ran.stderr
    return ran.stdout, record.read_text()


@strace
def test_the_record_shows_what_goes_out(tmp_path: Path) -> None:
    """Otherwise the tests below would prove nothing."""
    code = """if 1:
        import socket
        with socket.socket(type=socket.SOCK_DGRAM) as udp:
            udp.connect(("192.0.2.1", 53))
        with socket.socket() as tcp:
            tcp.settimeout(0.2)
            tcp.connect_ex(("192.0.2.2", 443))
        with socket.socket() as near:
            near.connect_ex(("127.0.0.1", 9))
    """
    _, record = traced(tmp_path, "-c", code)
    found = addressed(record)
    assert len(found) == 2
    assert "192.0.2.1" in found[0]
    assert "192.0.2.2" in found[1]


@strace
@pytest.mark.parametrize(
    "tracing", [{}, {"LANGCHAIN_TRACING_V2": "true", "LANGSMITH_API_KEY": "x"}]
)
def test_without_configuration_asking_stays_on_this_machine(
    tracing: dict[str, str], archive_path: Path, tmp_path: Path
) -> None:
    """Also where LangSmith's variables ask for tracing, and nobody opted in here."""
    ask = ["-m", "bot", "ask", QUESTION, "--archive", str(archive_path)]
    out, record = traced(tmp_path, *ask, **tracing)
    assert b"eleven weeks" in out
    assert addressed(record) == []


@strace
def test_without_configuration_chatting_stays_on_this_machine(
    archive_path: Path, tmp_path: Path
) -> None:
    lines = f"{QUESTION}\nWho resigned over it?\n/why\n/sources\n/quit\n".encode()
    chat = ["-m", "bot", "chat", "--archive", str(archive_path)]
    out, record = traced(tmp_path, *chat, stdin=lines, **TRACING)
    assert b"eleven weeks" in out
    assert addressed(record) == []


@strace
def test_with_a_model_only_its_server_is_spoken_to(archive_path: Path, tmp_path: Path) -> None:
    """No telemetry of the libraries, no download of a tokenizer, no look-up of a name."""
    with ModelServer(Quoting(_true)) as server:
        ask = ["-m", "bot", "ask", QUESTION, "--archive", str(archive_path)]
        ask += ["--base-url", server.base_url, "--reader", "model"]
        out, record = traced(tmp_path, *ask, **TRACING)
        assert len(server.requests) == 1
    assert TRUE.encode() in out
    assert addressed(record) == []
    assert str(server.base_url.split(":")[2].removesuffix("/v1")) in record


class Collector:
    """A server that takes what LangSmith's client sends, and counts it."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.came = threading.Event()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def _take(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                collector.paths.append(self.path)
                collector.came.set()
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def do_GET(self) -> None:
                self._take()

            def do_POST(self) -> None:
                self._take()

            def do_PATCH(self) -> None:
                self._take()

            def log_message(self, format: str, *args: object) -> None:
                """Write nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A place for traces, and an environment that asks for them to be sent there."""
    running = Collector()
    for name in ("LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING"):
        monkeypatch.setenv(name, "true")
    for name in ("LANGSMITH_ENDPOINT", "LANGCHAIN_ENDPOINT"):
        monkeypatch.setenv(name, running.url)
    for name in ("LANGSMITH_API_KEY", "LANGCHAIN_API_KEY"):
        monkeypatch.setenv(name, "x")
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.mark.parametrize("command", ["ask", "chat"])
@pytest.mark.parametrize("opted_in", [False, True])
def test_traces_go_out_only_after_an_opt_in(
    command: str,
    opted_in: bool,
    archive_path: Path,
    collector: Collector,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is asked is nobody else's business, whatever LangSmith's variables say."""
    if opted_in:
        monkeypatch.setenv("DATELINE_TRACING", "1")
    with ModelServer(Quoting(_true)) as server:
        place = ["--archive", archive_path, "--base-url", server.base_url, "--reader", "model"]
        arguments = [command, QUESTION, *place] if command == "ask" else [command, *place]
        running = process(*arguments)
        out, err = running.communicate(f"{QUESTION}\nWho resigned over it?\n".encode(), timeout=120)
    assert running.returncode == 0, err
    assert TRUE.encode() in out
    assert bool(collector.paths) == opted_in


def test_the_library_traces_only_after_an_opt_in(archive_path: Path, collector: Collector) -> None:
    """Also where another program that traces its own work asks through Python."""
    code = f"""if 1:
        import sys
        from bot import Bot
        with Bot.open(sys.argv[1], base_url=sys.argv[2], reader="model") as bot:
            assert bot.ask({QUESTION!r}).claims
        from langchain_core.tracers.langchain import wait_for_all_tracers
        wait_for_all_tracers()
    """
    with ModelServer(Quoting(_true)) as server:
        command = [sys.executable, "-c", code, str(archive_path), server.base_url]
        subprocess.run(command, check=True, env=environment(), cwd=ROOT, timeout=120)
        assert server.requests
    assert collector.paths == []


def _true(sentences: dict[int, str]) -> str:
    return " ".join(f"{text} [{number}]" for number, text in sentences.items() if text == TRUE)
