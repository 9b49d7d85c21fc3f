"""What a model's server or client library says when something fails -> our errors, once.

The openai library's errors are told apart by class and code; langchain lets others through bare
(ValueError, JSONDecodeError, IndexError, TypeError), and other providers have their own: what is
not known here is a reply that could not be used.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from bot.errors import (
    ModelError,
    ModelRefusedError,
    ModelReplyError,
    ModelUnreachableError,
)
from bot.render.sanitise import clean_line

if TYPE_CHECKING:
    import openai

_LONGEST_DETAIL = 160  # characters of a foreign message that ours repeats
_SECRET = re.compile(r"\b(?:sk|xox[a-z])-[\w*.-]{4,}")


@dataclass(frozen=True, slots=True)
class Fault:
    """Our error, whether the same request may succeed later, and after how many seconds."""

    error: ModelError
    again: bool = False
    after: float | None = None


def translate(error: Exception, *, where: str, model: str, midway: bool = False) -> Fault:
    """Our error for a foreign one.

    Args:
        where: names the server, for messages.
        model: names the model, for messages.
        midway: whether a part of the reply had come.
    """
    import openai

    known: ModelError
    again = False
    match error:
        case ModelError():
            known = error
        case openai.APIStatusError():
            return _status(error, where=where, model=model)
        case openai.APIConnectionError() if midway:
            known = ModelReplyError(f"the connection to {where} broke off: ask again")
        case openai.APITimeoutError():
            known, again = ModelUnreachableError(f"{where} did not answer: ask again later"), True
        case openai.APIConnectionError():
            known, again = ModelUnreachableError(f"{where} cannot be reached: is it running?"), True
        case openai.APIError():
            known = ModelReplyError(f"{where} failed while it wrote ({detail(error)}): ask again")
        case _:
            do = "ask again" if midway else "check --base-url"
            known = ModelReplyError(f"{where} sent what is no reply ({detail(error)}): {do}")
    return Fault(known, again)


def _status(error: openai.APIStatusError, *, where: str, model: str) -> Fault:
    """What an HTTP status means, and whether it may pass."""
    status, code = error.status_code, error.code
    if status in (408, 409) or status >= 500:
        said = f"{where} failed ({status}): ask again later"
        return Fault(ModelUnreachableError(said), again=True, after=_retry_after(error))
    if status == 429 and code != "insufficient_quota":
        said = f"{where} takes no more requests for now (429): ask again later"
        return Fault(ModelUnreachableError(said), again=True, after=_retry_after(error))
    if status < 400:  # not followed: the prompt would go to a server that nobody named
        to = error.response.headers.get("location", "elsewhere")
        said = f"{where} redirects to {clean_line(to)}: give that address, if it is right"
        return Fault(ModelRefusedError(said))
    lasting = {
        401: f"{where} refused the key (401): check OPENAI_API_KEY",
        403: f"{where} refused the key (403): check OPENAI_API_KEY",
        404: f"{where} has no model {model!r} (404): check --model and --base-url",
        429: f"the quota at {where} is used up (429): see the account there",
    }
    said = lasting.get(status, f"{where} refused ({status}): {detail(error)}")
    if code == "context_length_exceeded":
        said = f"the prompt is too long for {model!r}: lower -k or DATELINE_PROMPT_TOKENS"
    return Fault(ModelRefusedError(said))


def is_free(error: Exception) -> bool:
    """Whether a request that ended so has certainly cost nothing: it was refused, or never came."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return False
    return isinstance(error, openai.APIStatusError | openai.APIConnectionError)


def rejects_stream_options(error: Exception) -> bool:
    """Whether a server refused the request because it does not know `stream_options`."""
    import openai

    return isinstance(error, openai.BadRequestError) and (
        error.param == "stream_options" or "stream_options" in str(error)
    )


def detail(error: object) -> str:
    """A foreign error's message on one line, short, without keys."""
    text = clean_line(_hide(str(error), None)) or type(error).__name__
    return text if len(text) <= _LONGEST_DETAIL else text[: _LONGEST_DETAIL - 1] + "…"


def without_keys(error: BaseException, key: str | None) -> None:
    """Take keys out of what an error and those behind it say: servers repeat them.

    A traceback prints all of it, and may end up in a log.
    """
    seen: set[int] = set()
    queue: list[BaseException | None] = [error]
    while queue:
        one = queue.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            one.args = tuple(
                _hide(said, key) if isinstance(said, str) else said for said in one.args
            )
            queue += [one.__cause__, one.__context__]


def _hide(text: str, key: str | None) -> str:
    return _SECRET.sub("…", text.replace(key, "…") if key else text)


def _retry_after(error: openai.APIStatusError) -> float | None:
    """Seconds to wait: `Retry-After` is a number of them or a date (RFC 9110, section 10.2.3)."""
    said = error.response.headers.get("retry-after", "")
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
        except (ValueError, OverflowError):
            return None
    return seconds if 0 <= seconds < 1e6 else None
