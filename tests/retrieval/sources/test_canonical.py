"""Canonical text: what is changed, and that nothing else is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrieval.sources.canonical import canonical, one_line, shortened

any_text = st.text(st.characters(codec=None), max_size=300)


def test_worked_example() -> None:
    """The example in the module's docstring holds."""
    text, notices = canonical("\ufeffA\r\nB\n\n \n\n\nC\0 \n")
    assert text == "A\nB\n\nC"
    assert notices == ("1 NUL character dropped",)


def test_lone_surrogates_are_dropped_and_counted() -> None:
    """What cannot be written as UTF-8 is dropped with a notice; a real pair is one character."""
    assert canonical("a\ud800b\udfffc") == ("abc", ("2 lone surrogates dropped",))
    assert canonical("\U0001f600") == ("\U0001f600", ())


def test_characters_keep_their_form() -> None:
    """No normalisation: decomposed accents, ligatures, quotation marks and controls stay."""
    text = "e\u0301 ﬁ “q” ’s \u200b \x1b[31m \u2028 \x85 end"
    assert canonical(text) == (text, ())


def test_two_blank_lines_stay_and_three_do_not() -> None:
    """Only three blank lines or more become one."""
    assert canonical("a\n\n\nb")[0] == "a\n\n\nb"
    assert canonical("a\n\n\n\nb")[0] == "a\n\nb"


@given(any_text)
def test_applying_it_twice_changes_nothing_more(text: str) -> None:
    """Canonical text is a fixed point."""
    once, _ = canonical(text)
    assert canonical(once) == (once, ())


@given(any_text)
def test_every_visible_character_survives(text: str) -> None:
    """Apart from white space, NUL, surrogates and outer BOMs, characters and order are kept."""

    def visible(words: str) -> str:
        return "".join(
            c for c in words if not (c.isspace() or c in "\0\ufeff" or "\ud800" <= c <= "\udfff")
        )

    assert visible(canonical(text)[0]) == visible(text)


@given(any_text, st.integers(10, 60))
def test_shortened_is_as_short_as_asked(text: str, limit: int) -> None:
    """A shortened line never exceeds its limit, and one_line gives one line."""
    assert len(shortened(text, limit=limit)) <= limit
    assert "\n" not in one_line(text)
