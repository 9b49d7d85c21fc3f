"""Step 1: files, pages, feeds and streams -> articles. Stores nothing, and knows no passages.

Read in this order: `inputs` (what is read, and its limits), `discover` (folders -> inputs),
`reading` (an input -> its reader), the readers, one a format — `text`, `markdown`, `html` with
`page` and `markup`, `pdf`, `docx`, `feed`, `jsonl`, and `url` with `connection` and `addresses` —
and what they share: `files`, `sniff`, `decode` (bytes -> text), `front_matter`, `fields`, `wire`,
`dates`, `canonical`, `identity`, `repeats`, `article` (draft -> article), and `worker` (the
process that foreign formats are parsed in).
"""

from __future__ import annotations

from retrieval.sources.discover import discover
from retrieval.sources.inputs import DEFAULT_LIMITS, FORMATS, Input, Limits
from retrieval.sources.reading import read

__all__ = ["DEFAULT_LIMITS", "FORMATS", "Input", "Limits", "discover", "read"]
