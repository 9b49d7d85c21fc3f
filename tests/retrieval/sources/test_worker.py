"""The parser process: one for many documents, replaced when it dies, and held to its limits."""

from __future__ import annotations

import os
import threading

import pytest

from retrieval.errors import SourceError
from retrieval.sources import worker
from tests.retrieval.sources.samples import FEED, PAGE, article, outcomes, pdf

LIMITS = {"seconds": 30.0, "memory": 2**30}


def current_pid() -> int:
    """The parser process's id, started by reading a small page."""
    article(PAGE.encode(), "html")
    assert worker._current is not None
    return worker._current[0].pid


def test_one_process_serves_many_formats() -> None:
    """Page, feed and PDF are parsed by the same process, and not by this one."""
    pid = current_pid()
    assert len(outcomes(FEED.encode(), "feed")) == 2
    assert article(pdf(["The ferry sails at noon."]), "pdf")
    assert current_pid() == pid != os.getpid()


def test_a_dead_process_is_replaced() -> None:
    """When it was killed between two documents, the next one is read all the same."""
    pid = current_pid()
    os.kill(pid, 9)
    assert current_pid() != pid
    worker.close()
    assert current_pid() != pid


def test_time_limit() -> None:
    """A document that takes too long is given up, and the next one is read."""
    slow = b"<p>" + b"<a href=x>word</a> " * 100_000
    with pytest.raises(SourceError, match=r"took longer than 0\.2 s"):
        worker.extract("html", slow, seconds=0.2, memory=2**30)
    assert article(PAGE.encode(), "html")


def test_memory_limit() -> None:
    """A document that needs too much memory is refused, and the next one is read."""
    big = b"<p>" + b"<b>w</b>" * 500_000
    with pytest.raises(SourceError, match=r"memory|crash"):
        worker.extract("html", big, seconds=60, memory=100 * 2**20)
    assert article(PAGE.encode(), "html")


def test_a_fault_in_a_parser_is_a_reason_and_no_exception() -> None:
    """Whatever a parser raises comes back as one line that names its kind."""
    with pytest.raises(SourceError, match="stopped with TypeError"):
        worker.extract("html", b"<p>x", **LIMITS, no_such_option=1)  # type: ignore[arg-type]


def test_threads_take_turns() -> None:
    """Several threads may read at once; each gets its own answer."""
    got: dict[int, str] = {}

    def parse(number: int) -> None:
        got[number] = article(pdf([f"The ferry number {number} sails."]), "pdf").text

    threads = [threading.Thread(target=parse, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {number: f"The ferry number {number} sails." for number in range(8)}
