"""Text of any origin -> Slack's markups. Nothing in it comes alive: no ping, no link, no format.

Slack has three kinds of fields, each with its own escaping:

    mrkdwn and `text`        `&`, `<` and `>` are escaped, and nothing else can be
    `markdown`               Markdown, in which Slack still looks for `<!here>`: both rules
    rich_text, plain_text    no parser at all; text only passes the output door

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re

from bot.render.markdown import safe_url
from bot.render.sanitise import clean, clean_line

_ANGLES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MRKDWN = re.compile("[&<>]")
_MARKDOWN = re.compile(r"[&<>\\`*_~\[\]|]")
# Where a backslash keeps a paragraph from being a list, a heading or an underline.
_BLOCK_START = re.compile(r"^(?:\d+(?=[.)](?:\s|$))|(?=[-+#=]))")

# What clients turn into links by themselves, in a run of characters without white space: addresses
# with a scheme, hosts, e-mail addresses. A missing space between two sentences looks like a host.
_RUN = re.compile(r"[^\s`<>]+")
_LIVE = re.compile(
    r"[\w+.-]:/|\b(?:mailto|tel|slack|javascript|data):\S|www\.|[\w-]\.[^\W\d_]{2}|\S@\w",
    re.IGNORECASE,
)
_OPENING, _CLOSING = "([{\"'“‘«", ".,;:!?)]}'\"”’»…"
_LONGEST_URL = 3_000


def mrkdwn(text: str) -> str:
    """`text` for a mrkdwn or `text` field."""
    return _MRKDWN.sub(lambda found: _ANGLES[found[0]], clean(text))


def markdown(text: str) -> str:
    """`text` on one line for a `markdown` field; addresses in it become code, which never links."""
    line = clean_line(text)
    out, at = [], 0
    for run in _RUN.finditer(line):
        address = run[0].lstrip(_OPENING).rstrip(_CLOSING)
        if _LIVE.search(address):
            start = run.start() + len(run[0]) - len(run[0].lstrip(_OPENING))
            out += [_escaped(line[at:start]), f"`{address}`"]
            at = start + len(address)
    return _BLOCK_START.sub(r"\g<0>\\", "".join([*out, _escaped(line[at:])]))


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(lambda found: _ANGLES.get(found[0], "\\" + found[0]), text)


def plain(text: str, limit: int) -> str:
    """`text` on one line for a plain_text field or a rich_text element, visibly cut at `limit`."""
    return cut(clean_line(text), limit)


def task_title(text: str, limit: int = 200) -> str:
    """`text` for a task's title, where Slack parses angle brackets and has no escape for them."""
    return plain(text.replace("<", "‹").replace(">", "›"), limit)


def cut(text: str, limit: int) -> str:
    """The beginning of `text`, at most `limit` characters, cut visibly."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def link_target(url: str | None) -> str | None:
    """An article's http(s) address, fit for a link element; None if it is anything else."""
    safe = safe_url(url)
    if safe is None or len(safe) > _LONGEST_URL:
        return None
    scheme, rest = safe.replace("&amp;", "&").split(":", 1)
    return f"{scheme.lower()}:{rest}"


# -- what people write ---------------------------------------------------------------------------

_REFERENCE = re.compile(r"<([^<>]*)>")
_ENTITY = re.compile("&(amp|lt|gt);")
_CHARACTERS = {"amp": "&", "lt": "<", "gt": ">"}


def as_said(text: str, *, bot_user: str = "") -> str:
    """What a person wrote, from the form in which Slack delivers it; without mentions of the bot.

    References read as they look: `<@U1|ida>` is @ida, `<https://a.example|this>` is "this".
    """
    without = text.replace(f"<@{bot_user}>", " ") if bot_user else text
    spelt = _REFERENCE.sub(_reference, without)
    return clean_line(_ENTITY.sub(lambda found: _CHARACTERS[found[1]], spelt))


def _reference(found: re.Match[str]) -> str:
    target, _, label = found[1].partition("|")
    sign, name = target[:1], label or target[1:]
    if sign in {"@", "#"}:
        return sign + name.lstrip(sign)
    if sign == "!":
        return "@" + name.partition("^")[0].lstrip("@")
    return label or target
