"""Foreign formats are parsed in a process of their own, with limits on memory and time.

A PDF that asks for 40 GB, a page that sends a C parser astray or a document that never ends costs
that process, not the ingest. One process serves many documents, so that its start is paid once;
it is replaced when it dies or overruns, and leaves by itself when it has idled for a minute.

This file is both ends: imported, it is the caller's (`extract`); run as a script, the process's.
Messages are a length of 8 bytes, big-endian, and as many bytes. A request is two messages: the
JSON of its options and the document's bytes. The answer is one message of JSON: `{"ok": …}` or
`{"error": "reason"}`.
"""

from __future__ import annotations

import atexit
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

_LENGTH = struct.Struct(">Q")
_IDLE_SECONDS = 60
_MAX_ANSWER = 512 * 2**20
# What may be asked for: the module whose function `extract(data, options)` does the work.
_EXTRACTORS = {
    "html": "retrieval.sources.html",
    "pdf": "retrieval.sources.pdf",
    "docx": "retrieval.sources.docx",
    "feed": "retrieval.sources.feed",
}


def extract(format: str, data: bytes, *, seconds: float, memory: int, **options: object) -> Any:
    """What the format's `extract` makes of `data`, in the parser process.

    Args:
        format: one of html, pdf, docx, feed.
        data: the document.
        seconds: the wall-clock time after which the process is killed.
        memory: the address space in bytes that the process may use.
        options: passed on; must be JSON.

    Raises:
        SourceError: the extractor refused the document, or died of it.
    """
    from retrieval.errors import SourceError

    request = json.dumps({"format": format, "options": options}).encode()
    with _LOCK:
        used = _current is not None
        answer = _ask(_process(memory), request, data, seconds)
        if answer is None and used:  # it may have died before this document came: once more
            answer = _ask(_process(memory), request, data, seconds)
    if answer is None:
        raise SourceError("made its parser crash: it is damaged or hostile")
    reply = json.loads(answer)
    if "error" in reply:
        raise SourceError(reply["error"])
    return reply["ok"]


def close() -> None:
    """End the parser process, if there is one. The next `extract` starts another."""
    with _LOCK:
        _end()


_LOCK = threading.Lock()
_current: tuple[subprocess.Popen[bytes], int, int] | None = None  # with memory, and owner's pid


def _process(memory: int) -> subprocess.Popen[bytes]:
    global _current  # noqa: PLW0603 (one parser process serves the whole program)
    if _current is not None:
        process, limit, owner = _current
        if owner == os.getpid() and limit == memory and process.poll() is None:
            return process
        if owner == os.getpid():
            _end()
    process = subprocess.Popen(  # noqa: S603 (our own file, no shell)
        [sys.executable, "-I", __file__, str(memory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is the caller's to answer
    )
    _current = (process, memory, os.getpid())
    return process


def _ask(
    process: subprocess.Popen[bytes], request: bytes, data: bytes, seconds: float
) -> bytes | None:
    """The process's answer; None if it died without one. It is ended unless it answered."""
    from retrieval.errors import SourceError

    overrun = threading.Event()

    def stop() -> None:
        overrun.set()
        process.kill()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    answer = None
    try:
        if process.stdin is None or process.stdout is None:
            raise AssertionError("the parser process was started without pipes")
        _send(process.stdin, request)
        _send(process.stdin, data)
        answer = _receive(process.stdout)
    except (BrokenPipeError, EOFError):
        pass
    finally:
        timer.cancel()
        if answer is None or overrun.is_set():
            _end()
    if answer is None and overrun.is_set():
        raise SourceError(f"took longer than {seconds:g} s to read, and was given up")
    return answer


def _end() -> None:
    global _current  # noqa: PLW0603
    if _current is not None and _current[2] == os.getpid():
        process = _current[0]
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
    _current = None


atexit.register(close)


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(_LENGTH.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    if length > _MAX_ANSWER:
        raise EOFError
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _serve() -> None:
    """The process's end: answer requests until the caller closes the pipe or forgets it."""
    import select

    _limit(int(sys.argv[1]))
    sys.dont_write_bytecode = True
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a parser that prints must not print into the answers
    while select.select([requests], [], [], _IDLE_SECONDS)[0]:
        try:
            request = json.loads(_receive(requests))
            data = _receive(requests)
        except EOFError:
            return
        _send(answers, json.dumps(_answer(request, data)).encode())


def _answer(request: Mapping[str, Any], data: bytes) -> dict[str, object]:
    import importlib

    from retrieval.errors import SourceError

    try:
        module = importlib.import_module(_EXTRACTORS[request["format"]])
        return {"ok": module.extract(data, **request["options"])}
    except SourceError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": "needs more memory to read than is allowed for one document"}
    except RecursionError:
        return {"error": "is nested too deeply to be read"}
    except Exception as error:  # foreign parsers raise anything on hostile input
        return {"error": f"is damaged: its parser stopped with {type(error).__name__}"}


def _limit(memory: int) -> None:
    import logging
    import resource

    for name, value in (("RLIMIT_AS", memory), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0)):
        try:
            resource.setrlimit(getattr(resource, name), (value, value))
        except (ValueError, OSError):
            continue  # macOS has no limit on address space; time and input size still hold
    logging.disable(logging.CRITICAL)


if __name__ == "__main__":
    _serve()
