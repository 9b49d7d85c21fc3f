"""The names that inputs give to an article's fields, in front matter, headers and JSON alike."""

from __future__ import annotations

import re
from collections.abc import Mapping

from retrieval.sources.canonical import one_line

# Field -> names accepted for it, the first found wins. Compared without case, `_` or `-`.
FIELDS: dict[str, tuple[str, ...]] = {
    "id": ("id",),
    "url": ("url", "link"),
    "title": ("title", "headline"),
    "text": ("text", "body", "content"),
    "published": ("published", "date", "pubDate", "published_at"),
    "source": ("source", "outlet", "publisher"),
    "authors": ("authors", "author", "byline"),
    "dateline": ("dateline", "place"),
    "carrier": ("carrier", "agency"),
}
METADATA_NAMES = frozenset(
    name.lower().replace("_", "")
    for field, names in FIELDS.items()
    if field != "text"
    for name in names
)
_PLAIN = str.maketrans("", "", "_-")
_LOOKUP = {
    name.lower().translate(_PLAIN): (field, rank)
    for field, names in FIELDS.items()
    for rank, name in enumerate(names)
}
_AUTHOR_BREAK = re.compile(r"\s*(?:;|,|&|\band\b)\s*")
_BY = re.compile(r"^by\s+", re.I)
_MAX_AUTHORS = 50


def pick(record: Mapping[str, object]) -> dict[str, object]:
    """The fields of `FIELDS` that `record` has, under their own names; empty values left out."""
    found: dict[str, tuple[int, object]] = {}
    for name, value in record.items():
        known = _LOOKUP.get(name.lower().translate(_PLAIN))
        if known is None or value is None or value == "":
            continue
        field, rank = known
        if field not in found or rank < found[field][0]:
            found[field] = (rank, value)
    return {field: value for field, (_, value) in found.items()}


def word(value: object, *, limit: int = 300) -> str | None:
    """A field's value as one line: text, a whole number, or an object's `name`; else None."""
    if isinstance(value, Mapping):
        value = value.get("name")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    if isinstance(value, int) and abs(value) >= 10**18:
        return None
    return one_line(str(value), limit=limit) or None


def names(value: object) -> tuple[str, ...]:
    """Author names from one line of text or from a list of names, without a leading "By"."""
    if isinstance(value, str):
        parts = _AUTHOR_BREAK.split(_BY.sub("", one_line(value, limit=2_000)))
    elif isinstance(value, list | tuple):
        parts = [_BY.sub("", found) for part in value if (found := word(part))]
    else:
        parts = [found] if (found := word(value)) else []
    return tuple(dict.fromkeys(filter(None, map(one_line, parts))))[:_MAX_AUTHORS]
