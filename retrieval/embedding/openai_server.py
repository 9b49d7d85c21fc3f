"""A server that speaks OpenAI's embeddings protocol: texts -> the bytes of its reply, or one error.

The only module of this package that imports openai. Texts go to the server at `base_url`, and
nowhere else.
"""

from __future__ import annotations

import threading
import time
import weakref
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from retrieval.errors import EmbedderError

if TYPE_CHECKING:
    import openai

OPENAI_URL = "https://api.openai.com/v1"

_RETRIES = 2
# For a question, somebody waits: a minute in all, also where a local server first loads its model.
_HURRIED_TIMEOUT, _HURRIED_RETRIES = 25.0, 1  # seconds of silence
_LARGEST_REPLY = 64 * 2**20  # bytes; 512 vectors of 3,072 numbers in decimals are half of it
_SHOWN = 200  # characters of what a server says
_TOO_LONG = ("context length", "maximum input length", "too long", "too large to process")


class EmbeddingServer:
    """One address and key. Threads may share one; connecting is left to the first request.

    Args:
        read_timeout: seconds that the server may be silent.
        deadline: seconds that one reply may take to come in.

    Raises:
        EmbedderError: `base_url` is no address, or `key` cannot be one.
    """

    def __init__(self, base_url: str, key: str, *, read_timeout: float, deadline: float) -> None:
        self._base_url, self._key = base_url, key.strip()
        self._read_timeout, self._deadline = read_timeout, deadline
        self._lock = threading.Lock()
        self._opened: openai.OpenAI | None = None
        host, port = _host_and_port(base_url)
        self.place = host + (f":{port}" if port else "")  # fit to be shown: no password is in it
        self.hosted = host == "api.openai.com" or host.endswith(".api.openai.com")
        if not (self._key.isascii() and self._key.isprintable()):
            raise EmbedderError(f"the key for {self.place} has characters that no key has")

    def ask(
        self, texts: list[str], *, model: str, dimensions: int | None, hurried: bool = False
    ) -> bytes:
        """The reply's body. `hurried`: somebody waits for it, so that it is given up sooner.

        Raises:
            EmbedderError: there is none, after three tries where trying again may help, or two.
        """
        import openai

        client, retries = self._client(), _RETRIES
        if hurried:
            silence = min(self._read_timeout, _HURRIED_TIMEOUT)
            retries = _HURRIED_RETRIES
            client = client.with_options(
                timeout=openai.Timeout(silence, connect=5), max_retries=retries
            )
        for left in range(retries, -1, -1):
            try:
                return self._read(client, texts, model=model, dimensions=dimensions)
            except EmbedderError:
                raise
            except openai.OpenAIError as error:  # the client has tried again itself
                raise EmbedderError(self._translated(error, model)) from error
            except Exception as error:  # the HTTP library's own: the reply had begun
                if not left:
                    raise EmbedderError(
                        f"the reply of {self.place} broke off ({self._said(error)}): "
                        "try again later"
                    ) from error
        raise AssertionError("the last try returns or raises")

    def _read(
        self, client: openai.OpenAI, texts: list[str], *, model: str, dimensions: int | None
    ) -> bytes:
        # Read in pieces: the client's timeout is per piece, and a reply that drips has no end.
        shortened: dict[str, Any] = {"dimensions": dimensions} if dimensions else {}
        with client.embeddings.with_streaming_response.create(
            model=model, input=texts, encoding_format="base64", **shortened
        ) as reply:
            until = time.monotonic() + self._deadline
            body = bytearray()
            for piece in reply.iter_bytes():
                body += piece
                if len(body) > _LARGEST_REPLY:
                    raise EmbedderError(f"{self.place} sent more than {_LARGEST_REPLY:,} bytes")
                if time.monotonic() > until:
                    raise EmbedderError(
                        f"{self.place} was not done in {self._deadline:g} seconds: try again later"
                    )
        return bytes(body)

    def _client(self) -> openai.OpenAI:
        import openai

        with self._lock:
            if self._opened is None:
                try:
                    self._opened = openai.OpenAI(
                        base_url=self._base_url,
                        api_key=self._key or "not-needed",
                        timeout=openai.Timeout(self._read_timeout, connect=5),
                        max_retries=_RETRIES,
                        # A redirect would send the texts on to a server that nobody named.
                        http_client=openai.DefaultHttpxClient(follow_redirects=False),
                    )
                    weakref.finalize(self, self._opened.close)
                except Exception as error:  # of the HTTP library, which reads the address closer
                    raise EmbedderError(f"{self.place} is no address of an embedder") from error
            return self._opened

    def _translated(self, error: openai.OpenAIError, model: str) -> str:
        """One line: what was wrong, and what to do. What a server says of a key may quote it."""
        import openai

        place = self.place
        match error:
            case openai.AuthenticationError():
                what = f"{place} refused the key: check OPENAI_API_KEY"
            case openai.PermissionDeniedError():
                what = f"{place} does not let this key use {model}: check the key's permissions"
            case openai.NotFoundError():
                what = f"{place} has no embedding model {model!r}: check its name and the address"
            case openai.APITimeoutError():
                what = f"{place} did not answer in time: try again later"
            case openai.APIConnectionError():
                why = self._said(error.__cause__ or error)
                what = f"{place} cannot be reached ({why}): is the address right, does it run?"
            case openai.RateLimitError() if error.code == "insufficient_quota":
                what = f"the quota at {place} is used up: add credit, or use another embedder"
            case openai.RateLimitError():
                what = f"{place} gets too many requests: wait, then run the same command again"
            case openai.APIStatusError() if error.status_code >= 500:
                what = f"{place} failed (status {error.status_code}): try again later"
            case openai.APIStatusError() if error.status_code < 400:
                where = error.response.headers.get("location", "elsewhere")
                what = (
                    f"{place} redirects to {self._said(where)}: give that address, if it is right"
                )
            case openai.APIStatusError() if _is_too_long(error):
                what = f"a text is too long for {model} at {place}: choose another embedder"
            case openai.APIStatusError():
                said = self._said(error.message)
                what = f"{place} refused the request (status {error.status_code}): {said}"
            case _:
                what = f"asking {place} failed: {self._said(error)}"
        return what

    def _said(self, what: object) -> str:
        line = " ".join(str(what).split())
        line = line.replace(self._key, "…") if self._key else line
        return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


def _is_too_long(error: openai.APIStatusError) -> bool:
    """Whether a text exceeds what the model reads. Servers say it variously."""
    text = str(error).lower()
    return error.code == "context_length_exceeded" or any(words in text for words in _TOO_LONG)


def _host_and_port(base_url: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise EmbedderError("the embedder's address must be like http://localhost:11434/v1")
    return f"[{host}]" if ":" in host else host, port
