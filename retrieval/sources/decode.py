"""Bytes -> text. Never drops a byte silently.

In this order: a byte-order mark; UTF-16 without one (every other byte is NUL); the charset that
the document or its server states; UTF-8; UTF-8 with a few damaged bytes; a guess. Everything after
UTF-8 leaves a notice. Content that is no text is refused.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from retrieval.errors import SourceError
from retrieval.sources.canonical import one_line

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark starts with that one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"%PDF-", "a PDF: name it .pdf or use --format pdf"),
    (b"PK\x03\x04", "a ZIP archive or an Office file"),
    (b"\x1f\x8b\x08", "gzip-compressed: unpack it first"),
    (b"BZh", "bzip2-compressed: unpack it first"),
    (b"\xfd7zXZ\x00", "xz-compressed: unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file: save it as .docx"),
    (b"SQLite format 3\x00", "an SQLite database"),
)
_WEB_LATIN = {"iso8859-1", "ascii", "iso8859-15"}  # what pages call these is Windows-1252
_EIGHT_BIT = re.compile(r"cp125\d|iso8859-\d+|koi8-[ru]|mac-.+|latin-?1|cp8\d\d", re.I)
_NOT_TEXT_CODECS = {
    "idna",
    "punycode",
    "utf-7",
    "unicode_escape",
    "raw_unicode_escape",
    "undefined",
}
_META_CHARSET = re.compile(
    rb"<(?:meta\b[^>]{0,300}?\bcharset\s*=\s*|\?xml\b[^>]{0,200}?\bencoding\s*=\s*)"
    rb"[\"']?\s*([\w.:-]{2,40})",
    re.I,
)
_MULTIBYTE = re.compile("[^\x00-\x7f\ufffd]")
_LATIN = re.compile("[A-Za-z]")
_LATIN_PAGES = ("cp1252", "cp1250", "iso8859-2")
_ODD_SIGN = re.compile(
    r"[^\W\d_][\u0080-\u009f¡-©«-´¶-¹»-¿]|[¡-©¬-´¶-¹¼-¿][^\W\d_]|[\u0080-\u009f─-▟ｦ-ﾟ]"
)
_LOW = bytes(range(16))
_NO_TEXT_BYTES = bytes(range(9)) + bytes(range(14, 27)) + bytes(range(28, 32)) + b"\x7f"
_GUESS_SAMPLE = 200_000
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


class Decoded(NamedTuple):
    """Text, and what had to be assumed to read it."""

    text: str
    notices: tuple[str, ...] = ()


def decode(data: bytes, *, declared: str | None = None) -> Decoded:
    """The text that `data` holds.

    Args:
        data: the whole content of a file or page.
        declared: the charset that the document or its server states.

    Raises:
        SourceError: the content is no text, or its encoding cannot be told.
    """
    refuse_binary(data)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], encoding)
    if (wide := _unmarked_utf16(data)) is not None:
        return Decoded(data.decode(wide), (f"read as {wide.upper()}, which it does not state",))
    if _is_binary(data):
        raise SourceError("is binary data, not text")
    return _stated(data, declared) or _utf8(data) or _guessed(data)


def refuse_binary(data: bytes) -> None:
    """Raise `SourceError` if `data` starts as a known binary format does."""
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            raise SourceError(f"is {name}, not text" if ":" not in name else f"is {name}")
    if data[:2] == b"MZ" and data.count(0, 0, 256) > 16:
        raise SourceError("is a program, not text")


def declared_charset(data: bytes) -> str | None:
    """The charset that an HTML page or XML document states in its first 2 kB."""
    found = _META_CHARSET.search(data[:2_048])
    return found[1].decode("ascii") if found else None


def _marked(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding))
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
        bad = text.count("\ufffd")
        if bad * 100 > len(text):
            raise SourceError(
                f"is marked as {encoding.upper()} but is not: save as UTF-8"
            ) from None
        return Decoded(text, (_damaged(bad, encoding),))


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: in every pair one byte is below 16, and always the same one.

    That holds for the alphabets up to Thai, whose characters are below U+1000.
    """
    sample = data[:4_000]
    if len(sample) < 8 or len(data) % 2:
        return None
    pairs = len(sample) // 2
    even, odd = (
        len(side) - len(side.translate(None, _LOW)) for side in (sample[::2], sample[1::2])
    )
    if max(even, odd) * 10 < pairs * 9 or min(even, odd) * 10 > pairs:
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    return None if _strict(data, encoding) is None else encoding


def _is_binary(data: bytes) -> bool:
    """Whether one byte of ten or more is a control character that no text has."""
    sample = data[:_GUESS_SAMPLE]
    return (len(sample) - len(sample.translate(None, _NO_TEXT_BYTES))) * 10 > len(sample)


def _stated(data: bytes, declared: str | None) -> Decoded | None:
    if not declared:
        return None
    name = one_line(declared, limit=40)
    try:
        codec = codecs.lookup(declared.strip())
        "".encode(codec.name)  # raises LookupError for codecs that are no text encodings
    except (LookupError, ValueError):
        return None
    encoding = "cp1252" if codec.name in _WEB_LATIN else codec.name
    if encoding in _NOT_TEXT_CODECS or encoding.startswith(("utf-16", "utf-32")):
        return None  # these hold NULs, which were looked for above
    eight_bit = _EIGHT_BIT.fullmatch(encoding) is not None
    if eight_bit and not data.isascii() and (utf8 := _strict(data, "utf-8")) is not None:
        return Decoded(utf8, (f"states {name} but is UTF-8: read as UTF-8",))
    text = _strict(data, encoding)
    if text is None and encoding == "cp1252":
        text = _strict(data, "latin-1")
    if text is not None:
        return Decoded(text)
    found = _utf8(data) or _guessed(data)
    return Decoded(found.text, (f"states {name} but is not", *found.notices))


def _utf8(data: bytes) -> Decoded | None:
    """UTF-8, or UTF-8 in which at most one character of ten beyond ASCII is damaged."""
    text = _strict(data, "utf-8")
    if text is not None:
        return Decoded(text)
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    whole = len(_MULTIBYTE.findall(text))
    return Decoded(text, (_damaged(bad, "utf-8"),)) if bad * 10 <= whole else None


def _guessed(data: bytes) -> Decoded:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_GUESS_SAMPLE]).best()
    encoding = best.encoding if best is not None else ""
    text = _strict(data, encoding) if encoding else None
    if text is None or len(_CONTROL.findall(text)) * 50 > len(text):
        raise SourceError("is in an encoding that cannot be told: save it as UTF-8")
    encoding, text = _likeliest(data, encoding, text)
    return Decoded(text, (f"is not UTF-8: read as {encoding}, a guess",))


def _likeliest(data: bytes, encoding: str, text: str) -> tuple[str, str]:
    """The reading with the fewest signs that stand in no word, the commoner encoding of equals.

    Short Latin texts fit dozens of code pages, among which a general detector picks a rare one;
    short Russian in KOI8-R it takes for half-width Japanese.
    """
    latin = len(_LATIN.findall(text)) * 2 > len(text)
    others = [(name, _strict(data, name)) for name in (_LATIN_PAGES if latin else ("koi8-r",))]
    readings = [(name, other) for name, other in others if other is not None]
    guess = (encoding, text)
    return min(
        [*readings, guess] if latin else [guess, *readings],
        key=lambda reading: len(_ODD_SIGN.findall(reading[1])),
    )


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _damaged(count: int, encoding: str) -> str:
    place = "1 place is" if count == 1 else f"{count} places are"
    return f"{place} not valid {encoding.upper()}, and shown as \ufffd"
