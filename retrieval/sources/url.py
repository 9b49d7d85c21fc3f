"""http(s) URL -> document. One GET, at most five redirects, and limits on time and size.

Each address is vetted and pinned (`addresses`), again after each redirect. No cookies, no
credentials, and no proxy, not even one that the environment names: a proxy would resolve names
itself, past our judgement. httpcore is used below httpx because it lets us open the sockets.
"""

from __future__ import annotations

import http
import io
import re
import ssl
import time
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import quote, urljoin, urlsplit

import httpcore

from retrieval.errors import SourceError
from retrieval.sources.canonical import one_line
from retrieval.sources.connection import OutOfTimeError, VettedBackend
from retrieval.sources.inputs import Document, Input, Limits, megabytes
from retrieval.sources.sniff import by_content, by_name

_REDIRECTS = {301, 302, 303, 307, 308}
# None: the type says too little, and the content decides.
_TYPES = {
    **{"text/html": "html", "application/xhtml+xml": "html"},
    **{
        "application/rss+xml": "feed",
        "application/atom+xml": "feed",
        "application/rdf+xml": "feed",
    },
    **{"text/plain": None, "text/markdown": "md", "application/pdf": "pdf"},
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    **{"application/json": "jsonl", "application/x-ndjson": "jsonl", "application/jsonl": "jsonl"},
    **{"text/xml": None, "application/xml": None, "application/octet-stream": None, "": None},
    **{"application/gzip": None, "application/x-gzip": None, "binary/octet-stream": None},
}
_ACCEPT = (
    "text/html, application/rss+xml, application/atom+xml, application/pdf, text/plain, */*;q=0.5"
)
_CHUNK = 65_536


def fetch(item: Input, *, limits: Limits, allow_private: bool) -> Document:
    """Fetch a URL, following its redirects, with the format that its content type says.

    Raises:
        SourceError: it cannot be fetched, is too large or too slow, is of a type that is no
            article, or leads to a private address while `allow_private` is False.
    """
    deadline = time.monotonic() + limits.fetch_seconds
    address = _ascii(item.origin)
    backend = VettedBackend(deadline, limits.connect_seconds, allow_private=allow_private)
    context = httpcore.default_ssl_context()
    context.load_default_certs()
    with httpcore.ConnectionPool(ssl_context=context, network_backend=backend) as pool:
        for _ in range(limits.redirects + 1):
            try:
                found = _get(pool, address, item, limits)
            except (httpcore.TimeoutException, OutOfTimeError) as error:
                raise SourceError(_late(error, limits)) from error
            except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as error:
                raise SourceError(_broken(error)) from error
            if isinstance(found, Document):
                return found
            address = _ascii(urljoin(address, found))
    raise SourceError(f"redirects more than {limits.redirects} times")


def _get(
    pool: httpcore.ConnectionPool, address: str, item: Input, limits: Limits
) -> Document | str:
    """The document at `address`, or where it redirects to."""
    headers = [
        ("Host", urlsplit(address).netloc),
        ("User-Agent", user_agent()),
        ("Accept", _ACCEPT),
        ("Accept-Encoding", "gzip"),
    ]
    wait = dict.fromkeys(("read", "write", "pool"), limits.fetch_seconds)
    wait["connect"] = limits.connect_seconds
    with pool.stream("GET", address, headers=headers, extensions={"timeout": wait}) as response:
        stated = {
            name.decode("latin-1").lower(): value.decode("latin-1").strip()
            for name, value in response.headers
        }
        if response.status in _REDIRECTS and stated.get("location"):
            return stated["location"]
        if response.status != 200:
            raise SourceError(_refusal(response.status))
        body = b"".join(
            _unpacked(response.iter_stream(), stated.get("content-encoding", ""), limits)
        )
    kind, _, parameters = stated.get("content-type", "").partition(";")
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", parameters, re.I)
    format = item.format if item.format != "auto" else _format(kind.strip().lower(), address, body)
    return Document(
        replace(item, format=format),
        io.BytesIO(body),
        limits,
        charset=charset[1] if charset else None,
        url=address,
    )


def user_agent() -> str:
    """How Dateline names itself: `dateline/VERSION`."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"dateline/{version('dateline')}"
    except PackageNotFoundError:
        return "dateline"


def _ascii(address: str) -> str:
    """`address` as it goes over the wire: IDNA host, percent-encoded path, no fragment."""
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").encode("idna").decode() if "." in address else parts.hostname
        port = parts.port
    except (ValueError, UnicodeError) as error:
        raise SourceError(f"is no valid address: {one_line(address, limit=80)}") from error
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise SourceError(f"leads to {one_line(address, limit=80)}, which is no http address")
    if "@" in parts.netloc:
        raise SourceError("holds a user name or password: leave them out")
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    path = quote(parts.path or "/", safe="/%:=&?~#+!$,;'@()*[]-._")
    query = quote(parts.query, safe="/%:=&?~+!$,;'@()*[]-._")
    return f"{parts.scheme.lower()}://{netloc}{path}" + (f"?{query}" if query else "")


def _format(kind: str, address: str, body: bytes) -> str:
    if kind not in _TYPES:
        raise SourceError(f"is of the type {one_line(kind, limit=60)}, which is no article")
    known = _TYPES[kind]
    if known in ("html", None):
        seen = by_content(body[:2_048])
        if known is None and seen == "txt":
            return by_name(urlsplit(address).path) or seen
        return seen if seen == "feed" or known is None else "html"
    return known or "txt"


def _unpacked(chunks: Iterable[bytes], encoding: str, limits: Limits) -> Iterator[bytes]:
    """The body, gunzipped if it is gzip, counted before it is kept."""
    if encoding.lower() not in ("", "identity", "gzip", "x-gzip"):
        raise SourceError(f"is sent in the encoding {one_line(encoding, limit=40)}, not asked for")
    gunzip = zlib.decompressobj(31) if "gzip" in encoding.lower() else None
    sent = size = 0
    for chunk in chunks:
        sent += len(chunk)
        rest = chunk
        while rest:
            piece = gunzip.decompress(rest, _CHUNK) if gunzip else rest
            rest = gunzip.unconsumed_tail if gunzip else b""
            size += len(piece)
            if max(sent, size) > limits.fetch_bytes:
                raise SourceError(f"is larger than {megabytes(limits.fetch_bytes)}")
            yield piece
    if gunzip is not None and not gunzip.eof:
        raise SourceError("is cut off: its gzip data has no end")


def _refusal(status: int) -> str:
    try:
        phrase = http.HTTPStatus(status).phrase.lower()
    except ValueError:
        phrase = "unknown status"
    hint = ": it may need a login" if status in (401, 402, 403) else ""
    return f"the server answers {status} ({phrase}){hint}"


def _late(error: Exception, limits: Limits) -> str:
    if isinstance(error, httpcore.ConnectTimeout):
        return f"does not answer: no connection within {limits.connect_seconds:g} s"
    return f"took longer than {limits.fetch_seconds:g} s to fetch"


def _broken(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError | OSError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its TLS certificate is not valid: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return f"TLS failed: {cause.reason or cause}"
    if isinstance(error, httpcore.ConnectError):
        return f"cannot be reached: {one_line(str(error).partition('] ')[2] or str(error))}"
    return f"broke off or answered no proper HTTP: {one_line(str(error), limit=120)}"
