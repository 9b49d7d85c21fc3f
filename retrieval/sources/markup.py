"""HTML -> its words, a block element a paragraph. Knows nothing of pages and articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from retrieval.errors import SourceError

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

_BLOCKS = frozenset(
    "p h1 h2 h3 h4 h5 h6 li blockquote pre tr div section article dd dt figcaption ul ol table "
    "td th header main body html".split()
)
LEFT_OUT = frozenset(
    "script style noscript nav footer aside form template svg iframe button select head".split()
)
_SPACES = re.compile(r"[ \t\n\r\f]+")  # HTML's own; a no-break space is a character


def paragraphs(markup: str) -> str:
    """The words of an HTML fragment, such as a feed's summary, a blank line between blocks."""
    if "<" not in markup and "&" not in markup:
        return markup
    tree = parse(f"<div>{markup}</div>".encode("utf-8", "replace"))
    return "\n\n".join(blocks(tree))


def parse(data: bytes) -> HtmlElement:
    """The tree of a UTF-8 page, however broken. No DTD is loaded, no entity of it expanded."""
    from lxml import etree  # type: ignore[import-untyped]
    from lxml import html as lxml_html

    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        return lxml_html.document_fromstring(data, parser=parser)
    except etree.ParserError as error:
        raise SourceError("is empty: there is no text in it") from error
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise SourceError("is no HTML that can be read: save the page again") from error


def blocks(tree: HtmlElement) -> Iterator[str]:
    """The words of each block element in reading order, without scripts and menus."""
    from lxml import etree

    words: list[str] = []
    hidden = 0

    def block() -> Iterator[str]:
        joined = "".join(words)
        words.clear()
        lines = (_SPACES.sub(" ", line).strip() for line in joined.split("\v"))
        if text := "\n".join(filter(None, lines)):
            yield text

    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            hidden += tag in LEFT_OUT
            if tag in _BLOCKS:
                yield from block()
            if not hidden and element.text:
                words.append(element.text)
            if tag == "br":
                words.append("\v")
            continue
        if event == "end":
            if tag in _BLOCKS:
                yield from block()
            hidden -= tag in LEFT_OUT
        if not hidden and element.tail and element is not tree:
            words.append(element.tail)
    yield from block()
