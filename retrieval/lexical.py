"""Step 5. The query side of the lexical index: question -> FTS5 expression -> ranked passages.

Stop-words are dropped (they cost 15 times the work and add nothing) and every token is quoted,
so that nothing in a question is read as FTS5 syntax. The index itself lives in the ledger.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.ledger import Ledger
    from retrieval.types import Filters

_TOKEN = re.compile(r"[^\W_]+")
_MOST_TOKENS = 40  # of a very long question, the first that are not stop-words

STOP_WORDS = frozenset(
    "a about above after again all also am an and any are as at be because been before being "
    "below between both but by can could d did do does doing done during each either else ever "
    "every few for from further get got had has have having he her here hers him his how i if "
    "in into is it its itself just ll many may me might more most much must my no nor not of off "
    "on once one only or other our out over own re s said same say says shall she should so some "
    "such t tell than that the their them then there these they this those through to too under "
    "until up upon us ve very was we were what when where whether which while who whom whose why "
    "will with would you your".split()
)


def content_tokens(text: str) -> list[str]:
    """Lower-case tokens of `text` that are not stop-words, in order, each once."""
    tokens = dict.fromkeys(token.lower() for token in _TOKEN.findall(text))
    return [token for token in tokens if token not in STOP_WORDS]


def fts_expression(question: str) -> str | None:
    """The FTS5 expression for a question, None if it holds no word to search for."""
    tokens = content_tokens(question) or [t.lower() for t in _TOKEN.findall(question)]
    if not tokens:
        return None
    return " OR ".join(f'"{token}"' for token in tokens[:_MOST_TOKENS])


def search_lexical(
    ledger: Ledger, question: str, filters: Filters, limit: int
) -> list[tuple[int, float]]:
    """Up to `limit` `(passage id, bm25)`, best first. Lower bm25 is better (SQLite's sign)."""
    expression = fts_expression(question)
    return ledger.match(expression, filters, limit) if expression else []
