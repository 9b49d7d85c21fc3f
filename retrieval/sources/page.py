"""What a web page states of itself, and its bare paragraphs. Below `html`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retrieval.sources import fields
from retrieval.sources.canonical import one_line
from retrieval.sources.markup import LEFT_OUT, blocks

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

_DATE_META = (
    *("article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date"),
    *("sailthru.date", "dc.date.issued", "dcterms.created", "dc.date", "pubdate", "publishdate"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page and the JSON-LD objects in it."""

    tree: HtmlElement
    linked: tuple[dict[str, Any], ...]

    def meta(self, *names: str) -> str | None:
        """The content of the first `<meta>` element that has one of these names."""
        for name in names:
            for element in self.tree.iter("meta"):
                stated = element.get("property") or element.get("name") or element.get("itemprop")
                if stated and stated.lower() == name and (content := element.get("content")):
                    return one_line(content, limit=3_000)
        return None

    def stated(self, *names: str) -> Any:
        """The first of these fields that a JSON-LD article object has."""
        return next((item[name] for item in self.linked for name in names if item.get(name)), None)

    def title(self) -> str | None:
        """The headline, which unlike `<title>` carries no site name."""
        return fields.word(self.stated("headline")) or self.meta("og:title", "twitter:title")

    def published(self) -> str | None:
        """When it says it was published, with the time if it says so."""
        stated = fields.word(self.stated("datePublished")) or self.meta(*_DATE_META)
        if stated:
            return stated
        for element in self.tree.iter("time"):
            if element.get("datetime") and any(
                (element.get(mark) or "").lower() in ("datepublished", "pubdate", "published")
                for mark in ("itemprop", "pubdate", "class")
            ):
                return str(element.get("datetime"))
        times = [time.get("datetime") for time in self.tree.iter("time") if time.get("datetime")]
        return times[0] if len(times) == 1 else None

    def source(self) -> str | None:
        """The outlet's name."""
        return self.meta("og:site_name") or fields.word(self.stated("publisher"))

    def authors(self) -> list[str]:
        """The authors' names; addresses, which some sites give as authors, are no names."""
        stated = self.stated("author", "creator")
        found = fields.names(stated if isinstance(stated, list) else [stated])
        if not found:
            one = self.meta("author", "article:author", "byl", "parsely-author")
            found = fields.names(one)
        return [name for name in found if "/" not in name]

    def address(self) -> str | None:
        """The canonical URL."""
        for element in self.tree.iter("link"):
            if (element.get("rel") or "").lower() == "canonical" and element.get("href"):
                return str(element.get("href")).strip()
        return self.meta("og:url")

    def paragraphs(self) -> list[str]:
        """The blocks of `<article>`, else those of the page that are paragraphs."""
        articles = list(self.tree.iter("article"))
        best = max(articles, key=lambda article: len(article.text_content()), default=None)
        if best is not None and (found := list(blocks(best))):
            return found
        whole = [
            block
            for element in self.tree.iter("p")
            if not any(above.tag in LEFT_OUT for above in element.iterancestors())
            for block in blocks(element)
        ]
        return whole or list(blocks(self.tree))


def linked_data(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """The objects in JSON-LD scripts whose type is an article's."""
    for script in tree.iter("script"):
        if (script.get("type") or "").lower() != "application/ld+json" or not script.text:
            continue
        try:
            stack: list[Any] = [json.loads(script.text)]
        except (ValueError, RecursionError):
            continue
        while stack:
            item = stack.pop()
            if isinstance(item, list):
                stack.extend(reversed(item[:200]))
            elif isinstance(item, dict):
                stack.append(item.get("@graph"))
                if re.search("Article|Posting|Report", str(item.get("@type"))):
                    yield item
