"""Which article is this? The key that stays the same when the article is read again.

In this order:

1. its canonical URL, normalised (`url_key`);
2. the id that the input states, within that input: `id:<input>#<id>`;
3. for an article that is a whole file, the file: `file:///…`; for one that is a page, its URL;
4. the SHA-256 of its text: `sha256:<64 hex digits>` from standard input, and
   `id:<input>#sha256:…` for one of many in a file.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from retrieval.sources.inputs import Input

_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ocid|cmpid", re.I)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_URL = 2_000


def url_key(address: str) -> str | None:
    """`address` normalised, or None if it is no absolute http or https URL.

    Scheme and host in lower case, no default port, no fragment, no tracking parameters, no user
    name or password. The path and the other parameters stay as they are: they may matter.
    """
    address = address.strip()
    if len(address) > _MAX_URL or any(c.isspace() or not c.isprintable() for c in address):
        return None
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not host:
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[scheme]:
        netloc += f":{port}"
    query = parts.query
    if query and _TRACKING.search(query):
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode([(name, value) for name, value in pairs if not _TRACKING.fullmatch(name)])
    return urlunsplit((scheme, netloc, parts.path or "/", query, ""))


def same_site(one: str, other: str) -> bool:
    """Whether two URLs have the same host, but for a leading `www.`, `m.` or `amp.`."""
    return _site(one) == _site(other)


def input_key(item: Input) -> str:
    """The key of an input itself."""
    if item.kind == "file":
        return Path(item.origin).as_uri()
    if item.kind == "url":
        return url_key(item.origin) or item.origin
    return "stdin"


def article_key(item: Input, *, url: str | None, stated: str | None, text: str, many: bool) -> str:
    """The key of an article read from `item`.

    Args:
        url: its canonical URL, normalised.
        stated: the id that the input gives it.
        text: its canonical text.
        many: whether the input may hold several articles.
    """
    if url is not None:
        return url
    if stated is not None:
        return f"id:{input_key(item)}#{stated}"
    if not many and item.kind != "stdin":
        return input_key(item)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"id:{input_key(item)}#sha256:{digest}" if many else f"sha256:{digest}"


def _site(address: str) -> str:
    host = (urlsplit(address).hostname or "").lower()
    return re.sub(r"^(?:www|m|amp|mobile)\.", "", host)
