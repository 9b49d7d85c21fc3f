"""No links, markup or hidden characters in a claim.

A domain or an e-mail address may stand where a cited sentence has the very same. Anything that a
front end could turn into a link or an image may not, even if it was copied.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from bot.render.sanitise import clean
from bot.support.problem import Problem, ProblemKind, shown

_SCHEME = re.compile(
    r"://|\b(?:https?|hxxps?|ftp|file|mailto|javascript|vbscript|data|tel|sms|ws|ssh|slack)\s?:\S"
    r"|\bwww\d?\.\S|(?<![^\s(\"'])//\w",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"<[/!?@#a-z]"  # HTML, Slack's <@U1>, <!here> and <#C1>
    r"|!\[|\](?:\(|\[|:)"  # Markdown images, links and reference links
    r"|&(?:#\d{1,7}|#x[0-9a-f]{1,6}|lt|gt|amp|quot|nbsp|colon|sol|period|commat);"
    r"|\[\.\]|[\[(]dot[\])]|[\[(]at[\])]",  # addresses meant to be mended by hand
    re.IGNORECASE,
)
_EDGES = ".,;:!?()[]{}<>\"'“”‘’«»„*_`~|…-–—"
_DOTS = re.compile(r"[。．｡․]")
_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_LONGEST = 2_048

# Generic endings, of which nothing in prose ends in after a full stop.
_GENERIC = frozenset(
    "com org net edu gov mil int info biz io ai app dev xyz online site shop store club top tv "
    "news blog live link click cloud tech page website space press agency media today win vip "
    "bet icu fun wiki zip mov eu uk ru cn de fr jp au ca nz ie nl ch se pl br kr ua ly gg cc ws "
    "onion local example test".split()
)
# Endings that are English words as well: a domain only in lower case ("sent.It was").
_COUNTRY = frozenset(
    "us me co in is it be at to so my no am as do id la pm by es fi dk pt gr cz il hk sg tw za mx "
    "ar cl tr ir lt lv ee sk si hr hu ro bg by kz th vn ph pk bd lk ng ke eg ma ae sa st sh ac "
    "vc fm gl gd im je mu nu pw re sx tk tl tm ms mn".split()
)


def link_problems(claim: str, cited: Sequence[str]) -> Iterator[Problem]:
    """What in the claim is a link, markup, or a character that nobody sees."""
    cleaned = clean(claim)
    if cleaned != claim.replace("\r\n", "\n"):
        yield Problem(ProblemKind.LINK, "it holds characters that hide text or steer the screen")
    if found := _SCHEME.search(cleaned) or _MARKUP.search(cleaned):
        around = cleaned[max(0, found.start() - 10) : found.end() + 20]
        yield Problem(ProblemKind.LINK, f"it holds a link or markup: {shown(around)}")
    allowed: set[str] | None = None
    for token in cleaned.split():
        candidate = _candidate(token)
        if not candidate:
            continue
        if allowed is None:
            allowed = {_candidate(word) for sentence in cited for word in clean(sentence).split()}
        if candidate not in allowed:
            yield Problem(ProblemKind.LINK, f"it holds an address: {shown(candidate)}")
            return


def _candidate(token: str) -> str:
    """The domain, e-mail or network address that a token is; empty if it is none."""
    if "." not in token and "@" not in token and not _DOTS.search(token):
        return ""
    bare = token.strip(_EDGES).lstrip("/")
    if len(bare) > _LONGEST:
        return bare if "@" in bare or "/" in bare else ""
    bare = _DOTS.sub(".", unicodedata.normalize("NFKC", bare)).removesuffix("'s")
    user, at, rest = bare.rpartition("@")
    host, slash, _ = rest.partition("/")
    host, port, _ = host.partition(":")
    if any(
        _is_host(part, linked=bool(slash or port or (at and user)))
        for part in re.split(r"[^\w.-]", host)
    ):
        return bare
    return ""


def _is_host(host: str, *, linked: bool) -> bool:
    """Whether `host` reads as a domain; `linked` when a path, a port or a user stands beside it."""
    if _ADDRESS.fullmatch(host):
        return True
    labels = host.strip("-").split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    top = labels[-1]
    if not top.isalpha() or len(top) < 2 or not any(c.isalpha() for c in "".join(labels[:-1])):
        return False
    if top.casefold() in _GENERIC or (top.startswith("xn--")):
        return True
    if max(map(len, labels[:-1])) < 2:  # "U.S.is", "a.m.to": an abbreviation and no space
        return False
    return top in _COUNTRY or (linked and top.islower()) or not top.isascii()
