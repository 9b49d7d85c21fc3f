"""What a model's server or client library says when something fails -> our errors, once.

The openai library's errors are told apart by class and code; langchain lets others through bare
(ValueError, JSONDecodeError, IndexError, TypeError), and other providers have their own: what is
not known here is a reply that could not be used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.errors import (
    ModelError,
    ModelRefusedError,
    ModelReplyError,
    ModelUnreachableError,
)
from bot.render.sanitise import clean_line

_LONGEST_DETAIL = 160  # characters of a foreign message that ours repeats
_SECRET = re.compile(r"\b(?:sk|xox[a-z])-[\w*.-]{4,}")


@dataclass(frozen=True, slots=True)
class Fault:
    """Our error, whether the same request may succeed later, and after how many seconds."""

    error: ModelError
    again: bool = False
    after: float | None = None


def translate(error: Exception, *, where: str, model: str) -> Fault:
    """`where` names the server and `model` the model, for messages."""
    import openai

    match error:
        case ModelError():
            return Fault(error)
        case openai.APITimeoutError():
            return Fault(ModelUnreachableError(f"{where} did not answer in time"), again=True)
        case openai.APIConnectionError():
            return Fault(
                ModelUnreachableError(f"{where} cannot be reached: is it running?"), again=True
            )
        case openai.APIStatusError():
            return _status(error, where=where, model=model)
        case openai.APIError():
            return Fault(ModelReplyError(f"{where} broke off: {detail(error)}"))
        case _:
            return Fault(ModelReplyError(f"{where} sent what is no reply: {detail(error)}"))


def _status(error: object, *, where: str, model: str) -> Fault:
    """What an HTTP status means, and whether it may pass."""
    status, code = getattr(error, "status_code", 0), getattr(error, "code", None)
    if status in (408, 409) or status >= 500:
        said = f"{where} failed ({status}): ask again later"
        return Fault(ModelUnreachableError(said), again=True, after=_retry_after(error))
    if status == 429 and code != "insufficient_quota":
        said = f"{where} takes no more requests for now (429): ask again later"
        return Fault(ModelUnreachableError(said), again=True, after=_retry_after(error))
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


def rejects_stream_options(error: Exception) -> bool:
    """Whether a server refused the request because it does not know `stream_options`."""
    import openai

    return isinstance(error, openai.BadRequestError) and (
        error.param == "stream_options" or "stream_options" in str(error)
    )


def detail(error: object) -> str:
    """A foreign error's message on one line, short, without keys."""
    text = _SECRET.sub("…", clean_line(str(error))) or type(error).__name__
    return text if len(text) <= _LONGEST_DETAIL else text[: _LONGEST_DETAIL - 1] + "…"


def _retry_after(error: object) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", {})
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < 1e6 else None
