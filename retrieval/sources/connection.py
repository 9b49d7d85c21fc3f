"""Connections to vetted addresses, under one deadline for the whole fetch. Below `url`."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from retrieval.sources.addresses import resolve


class OutOfTimeError(Exception):
    """The whole fetch has used up its time."""


class VettedBackend(httpcore.NetworkBackend):
    """Opens connections to vetted addresses only, and none after the deadline."""

    def __init__(self, deadline: float, connect_seconds: float, *, allow_private: bool) -> None:
        self._deadline = deadline
        self._connect_seconds = connect_seconds
        self._allow_private = allow_private
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 (httpcore's signature, here and below)
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        seconds = min(self._connect_seconds, _left(self._deadline))
        addresses = resolve(host, port, seconds=seconds, allow_private=self._allow_private)
        for number, address in enumerate(addresses, 1):
            wait = min(timeout or seconds, seconds, _left(self._deadline))
            try:
                stream = self._backend.connect_tcp(address, port, timeout=wait)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
            else:
                return _TimedStream(stream, self._deadline)
        raise AssertionError("resolve returns one address at least")


class _TimedStream(httpcore.NetworkStream):
    """A connection on which no wait outlasts the deadline, however slowly bytes drip in."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, timeout=_left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, timeout=_left(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        wait = _left(self._deadline)
        stream = self._stream.start_tls(ssl_context, server_hostname, timeout=wait)
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise OutOfTimeError
    return left
