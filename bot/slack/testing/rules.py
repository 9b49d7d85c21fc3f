"""What Slack refuses in a payload, by the limits of its reference and slack_sdk's own models.

https://docs.slack.dev/reference/block-kit/blocks and the pages of the methods.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.messages.chunk import Chunk
from slack_sdk.models.views import View

from bot.slack.testing.workspace import objects

# type -> field -> most characters
_TEXTS: dict[str, dict[str, int]] = {
    "section": {"text": 3_000},
    "header": {"text": 150},
    "button": {"text": 75, "value": 2_000, "url": 3_000},
    "feedback_buttons": {},
    "link": {"url": 3_000},
}
_IDS = 255
_MOST = {"context": 10, "actions": 25, "context_actions": 5}
_MARKDOWN = 12_000
_TITLES = {"title": 24, "submit": 24, "close": 24}


def problems(method: str, payload: dict[str, Any]) -> list[str]:
    """Everything that is wrong with a call; empty if Slack would take it."""
    found: list[str] = []
    if view := payload.get("view"):
        found += _view(view)
    blocks = payload.get("blocks") or []
    if len(blocks) > 50:
        found.append(f"invalid_blocks: {len(blocks)} blocks")
    found += _blocks(blocks)
    if method == "chat.update" and len(payload.get("text") or "") > 4_000:
        found.append("msg_too_long: text of chat.update")
    if len(payload.get("text") or "") > 40_000:
        found.append("msg_too_long: text")
    for chunk in payload.get("chunks") or []:
        found += _chunk(chunk)
    posts = method in {"chat.postMessage", "chat.update", "chat.postEphemeral"}
    if posts and not payload.get("text") and not blocks:
        found.append("no_text")
    return found


def _view(view: dict[str, Any]) -> Iterator[str]:
    blocks = view.get("blocks") or []
    if len(blocks) > 100:
        yield f"invalid_arguments: {len(blocks)} blocks in a view"
    for name, most in _TITLES.items():
        if len((view.get(name) or {}).get("text", "")) > most:
            yield f"invalid_arguments: {name} over {most}"
    if len(view.get("private_metadata") or "") > 3_000:
        yield "invalid_arguments: private_metadata over 3000"
    if any(block["type"] == "input" for block in blocks) and "submit" not in view:
        yield "invalid_arguments: input without submit"
    yield from _blocks(blocks)
    try:
        View(**view).to_dict()
    except (SlackObjectFormationError, TypeError) as error:
        yield f"invalid_arguments: {error}"


def _blocks(blocks: list[dict[str, Any]]) -> Iterator[str]:
    markdown = sum(len(block.get("text", "")) for block in blocks if block["type"] == "markdown")
    if markdown > _MARKDOWN:
        yield f"msg_blocks_too_long: {markdown} characters of markdown"
    for block in blocks:
        parsed = Block.parse(block)
        if parsed is None:
            yield f"invalid_blocks: unknown type {block.get('type')}"
            continue
        try:
            parsed.to_dict()
        except SlackObjectFormationError as error:
            yield f"invalid_blocks: {error}"
        for item in objects(block):
            yield from _item(item)


def _item(item: dict[str, Any]) -> Iterator[str]:
    kind = str(item.get("type", ""))
    for name, most in _TEXTS.get(kind, {}).items():
        if len(_text(item.get(name))) > most:
            yield f"invalid_blocks: {kind}.{name} over {most}"
    if len(item.get("elements") or []) > _MOST.get(kind, 10_000):
        yield f"invalid_blocks: {kind} has too many elements"
    for name in ("action_id", "block_id", "callback_id"):
        if len(item.get(name) or "") > _IDS:
            yield f"invalid_blocks: {name} over {_IDS}"
    for name in ("positive_button", "negative_button"):
        if name in item and len(item[name]["value"]) > 2_000:
            yield f"invalid_blocks: {name} value"
    if kind in {"text", "plain_text", "mrkdwn"} and not item.get("text"):
        yield f"invalid_blocks: empty {kind}"
    if kind == "link" and not str(item.get("url")).startswith(("http://", "https://")):
        yield "invalid_blocks: link without an address"
    for option in item.get("options") or []:
        if len(_text(option["text"])) > 75 or len(option["value"]) > 150:
            yield "invalid_blocks: option too long"
    if kind == "plain_text_input" and len(item.get("initial_value", "")) > 3_000:
        yield "invalid_blocks: initial_value over 3000"


def _chunk(chunk: dict[str, Any]) -> Iterator[str]:
    if Chunk.parse(chunk) is None:
        yield f"invalid_chunks: unknown type {chunk.get('type')}"
    if chunk.get("type") == "markdown_text" and not 0 < len(chunk["text"]) <= _MARKDOWN:
        yield "invalid_chunks: length of markdown_text"
    if chunk.get("type") == "task_update" and set("<>") & set(chunk["title"]):
        yield "invalid_chunks: angle brackets in a title"


def _text(value: object) -> str:
    if isinstance(value, dict):
        return str(value.get("text", ""))
    return value if isinstance(value, str) else ""
