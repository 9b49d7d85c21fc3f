"""Bytes to text: the right encoding, or a notice, or a refusal. No byte is dropped silently."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import SourceError
from retrieval.sources.decode import declared_charset, decode

RUSSIAN = "Президент России заявил в четверг, что переговоры продолжатся на следующей неделе."
GERMAN = "Die Bürgermeisterin erklärte, die Straßen würden für drei Tage gesperrt."
POLISH = "Prezydent powiedział w środę, że rozmowy będą kontynuowane w Łodzi."


@given(st.text(min_size=1, max_size=200).filter(lambda text: "\0" not in text))
def test_utf8_is_read_exactly(text: str) -> None:
    """Any UTF-8 text comes back without notice, unless it starts as a binary format does."""
    data = text.encode()
    try:
        decoded = decode(data)
    except SourceError as error:
        assert str(error).startswith("is ")
    else:
        assert decoded.text == text.removeprefix("\ufeff")
        assert not decoded.notices


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(encoding: str) -> None:
    """A marked file is read in the encoding of its mark."""
    assert decode(RUSSIAN.encode(encoding)).text == RUSSIAN


def test_utf16_without_a_mark_is_seen() -> None:
    """Every other byte NUL is UTF-16, and not binary data."""
    assert decode(GERMAN.encode("utf-16-le")).text == GERMAN
    assert decode(GERMAN.encode("utf-16-be")).text == GERMAN
    assert decode(RUSSIAN.encode("utf-16-le")).text == RUSSIAN


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (GERMAN, "latin-1"),
        (GERMAN, "cp1252"),
        (POLISH, "cp1250"),
        ("The mayor’s “first step” – at £30m – closed a café.", "cp1252"),
        ("政府は木曜日、来週の会議で新しい計画を発表すると述べた。", "shift_jis"),
    ],
)
def test_other_encodings_are_guessed_with_a_notice(text: str, encoding: str) -> None:
    """Text in an old encoding is read right, and the guess is told."""
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert decoded.notices
    assert "a guess" in decoded.notices[0]


def test_what_the_document_states_is_believed() -> None:
    """A declared charset is used without a notice; Latin-1 on the web is Windows-1252."""
    assert decode(RUSSIAN.encode("koi8-r"), declared="KOI8-R") == (RUSSIAN, ())
    assert decode("“a”".encode("cp1252"), declared="iso-8859-1") == ("“a”", ())


def test_utf8_that_calls_itself_latin1_is_utf8() -> None:
    """The commonest wrong statement on the web is seen through, with a notice."""
    decoded = decode(GERMAN.encode(), declared="iso-8859-1")
    assert decoded.text == GERMAN
    assert "is UTF-8" in decoded.notices[0]


@pytest.mark.parametrize("declared", ["no-such-charset", "rot13", "base64", "utf-7", "\0", "idna"])
def test_a_nonsensical_charset_is_passed_over(declared: str) -> None:
    """A codec that is no text encoding, or none at all, decides nothing."""
    assert decode(GERMAN.encode(), declared=declared).text == GERMAN


def test_a_wrong_statement_is_told() -> None:
    """A stated charset that does not fit is named in a notice, and the text read otherwise."""
    decoded = decode("政府は木曜日に発表した。".encode(), declared="euc-jp")
    assert decoded.text == "政府は木曜日に発表した。"
    assert "euc-jp" in decoded.notices[0]


def test_damaged_utf8_keeps_its_place_and_is_counted() -> None:
    """One broken byte in UTF-8 becomes one replacement character, and a notice."""
    data = (GERMAN * 20).encode() + b"\xff end"
    decoded = decode(data)
    assert decoded.text == GERMAN * 20 + "\ufffd end"
    assert decoded.notices == ("1 place is not valid UTF-8, and shown as \ufffd",)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", "PNG"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"%PDF-1.7 rest", "PDF"),
        (b"\x7fELF\x02", "program"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "docx"),
        (b"text\0\0\0\0with many NULs", "binary"),
        (bytes(range(256)) * 20, "binary"),
    ],
)
def test_binary_content_is_refused(data: bytes, name: str) -> None:
    """Known formats are named in the refusal; bytes that are no text are binary data."""
    with pytest.raises(SourceError, match=name):
        decode(data)


@given(st.binary(max_size=400), st.none() | st.sampled_from(["utf-8", "latin-1", "big5", "x"]))
def test_any_bytes_give_text_or_a_refusal(data: bytes, declared: str | None) -> None:
    """No bytes raise anything but `SourceError`."""
    try:
        assert isinstance(decode(data, declared=declared).text, str)
    except SourceError as error:
        assert "\n" not in str(error)


def test_charset_of_pages_and_xml() -> None:
    """The statement is found in both HTML forms and in an XML declaration."""
    assert declared_charset(b'<meta charset="koi8-r">') == "koi8-r"
    page = b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'
    assert declared_charset(page) == "windows-1251"
    assert declared_charset(b"<?xml version='1.0' encoding='UTF-16'?>") == "UTF-16"
    assert declared_charset(b"<p>charset=x</p>") is None
