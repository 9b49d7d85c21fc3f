"""Two articles of one input that have the same key."""

from __future__ import annotations

from retrieval.errors import SourceError
from retrieval.types import ParsedArticle


class Repeats:
    """Remembers the keys and texts that one input has given, as hashes."""

    def __init__(self) -> None:
        self._texts: dict[int, int] = {}

    def is_new(self, article: ParsedArticle) -> bool:
        """Whether no article with this key came before; False for an exact repetition.

        Raises:
            SourceError: an article with this key came before, with another text.
        """
        key, text = hash(article.key), hash(article.text)
        before = self._texts.get(key)
        if before is None:
            self._texts[key] = text
            return True
        if before != text:
            raise SourceError("has the same id or URL as an earlier article but another text")
        return False
