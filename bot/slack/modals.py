"""Windows: the passages of an answer, what is wrong with a citation, a question about a message."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bot.render.article import paragraphs_around
from bot.render.citation import provenance
from bot.slack import limits
from bot.slack.blocks import Block, context, linked, plain_text, quoted, rich_text, section, text
from bot.slack.fmt import cut, plain
from bot.types import Answer, Citation
from retrieval.errors import DatelineError
from retrieval.types import Article, Span

_SHOWN = 40  # citations in the window
_AROUND = 600  # characters of a paragraph before and after its quotation
_QUOTE = 1_500  # characters of a quotation

REASONS = {
    "not_said": "The quotation does not say this",
    "other_topic": "It is about something else",
    "outdated": "It is out of date",
    "other": "Something else",
}


def passages(answer: Answer, article: Callable[[str, int], Article]) -> Block:
    """The quoted sentences, each in its paragraph. `article` finds one by id and revision."""
    blocks: list[Block] = []
    for citation in answer.citations[:_SHOWN]:
        heading = section([text(f"[{citation.number}] "), linked(citation.article)])
        origin = plain(provenance(citation.article, titled=True), 200)
        blocks.append(rich_text([heading, quoted(_in_paragraph(citation, article))]))
        if origin:
            blocks.append(context(origin))
    if len(answer.citations) > _SHOWN:
        blocks.append(context(f"and {len(answer.citations) - _SHOWN} more"))
    return view("Passages", blocks or [context("This answer quotes nothing.")])


def _in_paragraph(citation: Citation, article: Callable[[str, int], Article]) -> list[Block]:
    try:
        whole = article(citation.article.id, citation.article.revision).text
    except DatelineError:  # it was removed since
        return [text(cut(plain(citation.quote, _QUOTE), _QUOTE), bold=True)]
    span = Span(citation.start, citation.end)
    around = paragraphs_around(whole, span)
    before = whole[max(around.start, span.start - _AROUND) : span.start]
    after = whole[span.end : min(around.end, span.end + _AROUND)]
    parts = [
        text(said, bold=bold)
        for said, bold in (
            (("…" if around.start < span.start - _AROUND else "") + _flat(before), False),
            (cut(_flat(whole[slice(*span)]), _QUOTE), True),
            (_flat(after) + ("…" if around.end > span.end + _AROUND else ""), False),
        )
        if said
    ]
    return parts or [text("…")]


def _flat(said: str) -> str:
    """Text on one line, with the spaces at its ends."""
    from bot.render.sanitise import flatten

    return flatten(said)


def wrong_citation(answer: Answer) -> Block:
    """Asks which citation is wrong, and why."""
    options = [
        _option(f"[{c.number}] {c.article.title}", str(c.number)) for c in answer.citations[:_SHOWN]
    ]
    blocks = [
        _input("citation", "Which citation?", {"type": "static_select", "options": options}),
        _input(
            "reason",
            "What is wrong?",
            {
                "type": "radio_buttons",
                "options": [_option(label, value) for value, label in REASONS.items()],
            },
        ),
        {**_input("note", "Anything to add?", _text_field()), "optional": True},
    ]
    return view(
        "Wrong citation", blocks, submit="Send", callback="wrong_citation", about={"id": answer.id}
    )


def ask_about(channel: str, thread: str, message: str) -> Block:
    """Asks for the question about a message."""
    field = {**_text_field(), "initial_value": cut(message, limits.INPUT)}
    if not message:
        del field["initial_value"]
    return view(
        "Ask Dateline",
        [
            context("The answer is given in the message's thread, where all can read it."),
            _input("question", "Question", field),
        ],
        submit="Ask",
        callback="ask_about",
        about={"channel": channel, "thread": thread},
    )


def notice(message: str) -> Block:
    """A window that only says something."""
    return view("Dateline", [context(message)])


def view(
    title: str,
    blocks: list[Block],
    *,
    submit: str | None = None,
    callback: str = "read",
    about: dict[str, str] | None = None,
) -> Block:
    """A window. `about` comes back when it is sent."""
    window: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": plain_text(title, limit=limits.TITLE),
        "close": plain_text("Close", limit=limits.TITLE),
        "blocks": blocks[: limits.VIEW_BLOCKS],
    }
    if submit:
        window["submit"] = plain_text(submit, limit=limits.TITLE)
    if about:
        window["private_metadata"] = json.dumps(about)[: limits.METADATA]
    return window


def values(submitted: dict[str, Any]) -> dict[str, str]:
    """What a person put into a window, by the names of its fields."""
    found = {}
    for name, field in (submitted.get("state", {}).get("values") or {}).items():
        value = field.get("value") or {}
        chosen = (value.get("selected_option") or {}).get("value")
        found[name] = str(chosen or value.get("value") or "")
    return found


def _input(name: str, label: str, element: Block) -> Block:
    return {
        "type": "input",
        "block_id": name,
        "label": plain_text(label),
        "element": {**element, "action_id": "value"},
    }


def _text_field() -> Block:
    return {"type": "plain_text_input", "multiline": True, "max_length": limits.INPUT}


def _option(label: str, value: str) -> Block:
    return {"text": plain_text(label), "value": value}
