"""Step 9. How an article is headed: outlet, day, place, carrier, title.

The model reads these headings over the passages, and the support check lets a claim draw on them.
"""

from __future__ import annotations

from bot.render.sanitise import clean_line
from retrieval.types import ArticleRef

_MONTHS = (
    "January February March April May June July August September October November December"
).split()


def heading(article: ArticleRef) -> str:
    """`TASS | Thursday, 30 December 2021 | MOSCOW | Title`, without what is not known."""
    published = article.published
    day = (
        f"{published:%A}, {published.day} {_MONTHS[published.month - 1]} {published.year}"
        if published
        else None
    )
    parts = (article.source, article.carrier, day, article.dateline, article.title)
    return " | ".join(dict.fromkeys(text for part in parts if (text := clean_line(part or ""))))
