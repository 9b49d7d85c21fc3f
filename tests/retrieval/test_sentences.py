"""Step 2a: article text -> sentence spans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sentences import split_paragraphs, split_sentences
from tests.strategies import article_texts


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@given(article_texts())
def test_spans_are_ordered_and_lose_nothing_but_white_space(text: str) -> None:
    """Spans are in order, apart, not empty and trimmed; outside them is only white space."""
    reached = 0
    for start, end in split_sentences(text):
        assert reached <= start < end <= len(text)
        assert not text[reached:start].strip()
        assert text[start:end] == text[start:end].strip()
        reached = end
    assert not text[reached:].strip()


@given(article_texts())
def test_a_sentence_never_spans_two_paragraphs(text: str) -> None:
    """A blank line always ends a sentence: each lies inside one paragraph."""
    paragraphs = split_paragraphs(text)
    for start, end in split_sentences(text):
        assert any(p.start <= start and end <= p.end for p in paragraphs)


@given(st.text(alphabet=" \t\n\r\f\v\u2028\u3000\xa0"))
def test_white_space_holds_no_sentence(text: str) -> None:
    """A text of white space only has no sentences and no paragraphs."""
    assert split_sentences(text) == []
    assert split_paragraphs(text) == []


CASES = {
    "plain": ["The vote passed.", "Turnout was low."],
    "marks": ["Did it pass?", "It did!", "So they say… ", "Nobody knows."],
    "titles": ["Mr. Orrel met Dr. Hale on Tuesday.", "Gen. Marsh did not."],
    "initials": ["The report by J. R. Quill was read.", "It was long."],
    "initial_before_a_name": ["Samuel T. Oake resigned.", "Nobody was surprised."],
    "months": ["The deal of Jan. 14 was signed.", "It lapsed on Feb. 2 of that year."],
    "numbered": ["Bill No. 12 fell.", "The answer was no.", "They left."],
    "decimals": ["Prices rose 3.5 percent to $1.20 a litre.", "In 2.5 years they doubled."],
    "us_inside": ["The U.S. Senate met.", "The U.K. Treasury did not."],
    "us_at_the_end": ["He left for the U.S.", "The trip took a week."],
    "hours": ["It began at 9 a.m. Tuesday.", "It ended at 5 p.m.", "The crowd went home."],
    "company": ["Lantern Co. Ltd. shares fell.", "Skerry Inc.", "But others rose."],
    "dateline": [
        "MOSCOW, December 30. /TASS/.",
        "An upcoming event was called off.",
    ],
    "quoted_stop": ["“We are leaving.”", "The door closed."],
    "attribution": ["“Is this the end?” Ms Reyes asked.", "It was."],
    "attribution_with_a_title": ["“We will not go.” Mayor Ida Holt said.", "She stayed."],
    "quote_opens": ["He stopped.", "“Now,” he said, “we wait.”"],
    "brackets": ["It failed (for the second time).", "[The editors noted it.]", "So it goes."],
    "cjk": ["京都で会議が開かれた。", "参加者は三十人だった！", "「終わった。」", "次は来年だ。"],
    "hindi": ["बैठक हुई। ", "सब लौट गए।"],
    "arabic": ["انتهى الاجتماع. ", "غادر الجميع."],
    "lower_case_goes_on": ["The site example.com was down. it came back."],
    "one_word": ["Fire"],
}


@pytest.mark.parametrize("expected", CASES.values(), ids=CASES.keys())
def test_sentences_worked_by_hand(expected: list[str]) -> None:
    """Joined by spaces, the sentences of each case are found again."""
    assert sentences(" ".join(expected)) == [sentence.strip() for sentence in expected]


def test_a_line_that_ends_is_not_joined_with_the_next() -> None:
    """A line break after terminal punctuation or a colon ends a sentence; a wrap does not."""
    assert sentences("The council voted\nagainst the plan.\nTurnout was low") == [
        "The council voted\nagainst the plan.",
        "Turnout was low",
    ]
    assert sentences("It named three:\nthe mayor and two others") == [
        "It named three:",
        "the mayor and two others",
    ]


def test_bullets_are_sentences_of_their_own() -> None:
    """List items start a new sentence, whatever marks them and though none ends with a stop."""
    text = "The terms\n- a truce of ten days\n* an exchange\n• open roads\n3) a second meeting"
    assert sentences(text) == [
        "The terms",
        "- a truce of ten days",
        "* an exchange",
        "• open roads",
        "3) a second meeting",
    ]


def test_paragraphs_are_split_at_blank_lines_only() -> None:
    """A line of blanks is a blank line; a single line break is none."""
    text = "  one\ntwo\n \t\n\nthree \n"
    assert [text[a:b] for a, b in split_paragraphs(text)] == ["one\ntwo", "three"]


@pytest.mark.parametrize(
    "piece", ["...", "Dec. 6, ", ". ", "a\n", "a. ", '."', "\n \n", "- \n", "x", "“", "Mr. "]
)
def test_a_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    """Half a million characters of anything are split at once; their square would take hours."""
    text = piece * (500_000 // len(piece))
    spans = split_sentences(text)
    assert all(text[span.start : span.end].strip() for span in spans)
