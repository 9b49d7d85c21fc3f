"""YAML front matter: the block between two `---` lines at the head of a text or Markdown file.

YAML is only composed into its tree of nodes, never constructed: no tag can build an object, an
alias is a shared node instead of a copy, and a date stays the text that was written.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from retrieval.errors import SourceError
from retrieval.sources.canonical import one_line

_MAX_CHARS = 64_000
_OPENING = re.compile(r"---[ \t]*\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.M)
_KEY_LINE = re.compile(r"\s*[\w-]{1,40}\s*:(?:\s|$)|\s*(?:#|$)")
_NULLS = {"", "~", "null", "Null", "NULL"}


class FrontMatter(NamedTuple):
    """The fields of a front matter, and where in the text the body begins."""

    fields: dict[str, object]  # text, lists of text, or objects that have a `name`
    body: int


def split(text: str) -> FrontMatter:
    """The front matter at the head of canonical `text`.

    A text that merely starts with a `---` rule has none: what follows must look like `key: value`.

    Raises:
        SourceError: it is not closed, too long, or no valid YAML; the message names the line.
    """
    opening = _OPENING.match(text)
    if opening is None or not _KEY_LINE.match(text[opening.end() : opening.end() + 200]):
        return FrontMatter({}, 0)
    closing = _CLOSING.search(text, opening.end(), opening.end() + _MAX_CHARS)
    if closing is None:
        if not re.match(r"\s*[\w-]{1,40}\s*:(?:\s|$)", text[opening.end() :][:200]):
            return FrontMatter({}, 0)
        raise SourceError("has a front matter that is not closed: add a line `---` after it")
    return FrontMatter(_fields(text[opening.end() : closing.start()]), closing.end())


def _fields(block: str) -> dict[str, object]:
    import yaml

    try:
        root = yaml.compose(block, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 2 if mark else 2  # counted from 1, after the opening rule
        reason = one_line(error.problem or "no valid YAML", limit=120)
        raise SourceError(f"line {line}: broken front matter: {reason}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = one_line(str(error), limit=120)
        raise SourceError(f"broken front matter: {reason}") from error
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise SourceError("line 2: broken front matter: write it as `key: value` lines")
    return {
        key.value: value
        for key, node in root.value
        if isinstance(key, yaml.ScalarNode) and (value := _value(node)) is not None
    }


def _value(node: object) -> object:
    import yaml

    if isinstance(node, yaml.ScalarNode):
        return None if node.style is None and node.value in _NULLS else str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [found for item in node.value[:100] if (found := _scalar(item)) is not None]
    return _scalar(node)


def _scalar(node: object) -> object:
    """A plain value, or the `name` in a mapping such as `author: {name: …}`."""
    import yaml

    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if getattr(key, "value", None) == "name" and isinstance(value, yaml.ScalarNode):
                return str(value.value)
    return None
