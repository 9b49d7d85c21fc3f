"""A model's reply becomes sentences with numbers, whatever the chunks that it came in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.readers.reply import LONGEST_REPLY, ReplyParser, Said, is_no_answer


def read(*chunks: str, broke_off: bool = False) -> list[Said]:
    parser = ReplyParser()
    said = [one for chunk in chunks for one in parser.feed(chunk)]
    return said + parser.finish(broke_off=broke_off)


def pairs(*chunks: str, broke_off: bool = False) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.text, one.numbers) for one in read(*chunks, broke_off=broke_off)]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("The plan failed. [4][9]", [("The plan failed.", (4, 9))]),
        ("The plan failed [4][9].", [("The plan failed.", (4, 9))]),
        ("The plan failed [4, 9].", [("The plan failed.", (4, 9))]),
        ("The plan failed [4-6].", [("The plan failed.", (4, 5, 6))]),
        ("The plan failed 【4】.", [("The plan failed.", (4,))]),
        ("The plan failed [4][4].", [("The plan failed.", (4,))]),
        ("A went [1]. B stayed. [2]", [("A went.", (1,)), ("B stayed.", (2,))]),
        ("A went [1], and B [2] stayed.", [("A went, and B stayed.", (1, 2))]),
        ("A went. B stayed. [2]", [("A went.", ()), ("B stayed.", (2,))]),
        ("Mr. Hale left the U.S. on Jan. 4 [3].", [("Mr. Hale left the U.S. on Jan. 4.", (3,))]),
        ("“It is over.” [1] He left. [2]", [("“It is over.”", (1,)), ("He left.", (2,))]),
        ("- one item [1]\n- another [2]", [("one item", (1,)), ("another", (2,))]),
        ("One item [1]\nanother line [2]", [("One item", (1,)), ("another line", (2,))]),
        ("The toll is 14\n[7].", [("The toll is 14.", (7,))]),
        ("In [1999] it was [sic] so. [2]", [("In it was [sic] so.", (1999, 2))]),
        ("It was [1-9000].", [("It was.", (1, 9000))]),
        ("**Bold** and\n## Heading [1]", [("Bold and Heading", (1,))]),
        ("```text\nThe plan failed. [4]\n```", [("The plan failed.", (4,))]),
        ("<think>No [1]. Yes.</think>\nThe plan failed. [4]", [("The plan failed.", (4,))]),
        ("<think>It never ends [1].", []),
        ("", []),
        (" \n[1] [2]\n ", []),
    ],
)
def test_what_a_reply_says(reply: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    """A marker belongs to the sentence that it stands in or behind."""
    assert pairs(reply) == expected


def test_how_sentences_are_joined() -> None:
    """Prose runs on, paragraphs and list items do not."""
    said = read("A went. [1] B left. [2]\n\nC came. [3]\nD sat. [4]\n- E ran. [5]\n")
    assert [one.lead for one in said] == [" ", " ", "\n\n", "\n\n", "\n- "]


def test_a_sentence_is_given_before_the_reply_ends() -> None:
    """Not at once, because what follows could still change it, but long before the end."""
    parser = ReplyParser()
    assert parser.feed("The plan failed. [4]") == []
    assert [one.text for one in parser.feed(" Two members left the hall in anger." * 6)] != []


@pytest.mark.parametrize("cut", range(1, 40))
def test_half_a_marker_is_never_seen(cut: int) -> None:
    reply = "The council rejected the plan. [12][345] Then it went home. [6]"
    assert pairs(reply[:cut], reply[cut:]) == pairs(reply)


def test_of_a_broken_reply_the_last_sentence_counts_only_if_whole() -> None:
    """`He will not resign` cut after `will` says the opposite."""
    assert pairs("A went. [1] He will", broke_off=True) == [("A went.", (1,))]
    assert pairs("A went. [1] He will [2]", broke_off=True) == [("A went.", (1,))]
    assert pairs("A went. [1] He will stay. [2]", broke_off=True)[-1] == ("He will stay.", (2,))


def test_a_reply_without_end_is_cut() -> None:
    parser = ReplyParser()
    count = sum(len(parser.feed("The plan failed again. [4] ")) for _ in range(50_000))
    assert parser.full
    assert 0 < count + len(parser.finish()) <= LONGEST_REPLY / 23


@pytest.mark.parametrize("text", ["NO ANSWER", "No answer.", "**NO_ANSWER**", "no-answer"])
def test_the_word_for_no_answer(text: str) -> None:
    assert is_no_answer(text)


@pytest.mark.parametrize("text", ["No answer was given by Sound Lines.", "There is none.", ""])
def test_what_is_an_answer(text: str) -> None:
    assert not is_no_answer(text)


PIECES = st.sampled_from(
    "The council rejected the plan.|Mr. Hale left|in the U.S.|on Jan. 4,|he said.|“Never,”|”|said"
    " Ida Marsh.|[1]|[23]|[4, 5]|[6-8]|[9|]|[|【7】|\n|\n\n|- |1. |14.5|%|!|...|…|?|**|# |```|```\n"
    "|<think>|</think>|<|NO ANSWER|A|b|. |.|  |\t|一。|é|No. |5".split("|")
)
REPLIES = st.lists(PIECES, max_size=60).map(" ".join) | st.lists(PIECES, max_size=60).map("".join)


@settings(max_examples=5_000)
@given(reply=REPLIES, data=st.data())
def test_chunks_do_not_matter(reply: str, data: st.DataObject) -> None:
    """Any cutting of a reply gives what the whole gives."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(reply)), max_size=12)))
    chunks = [reply[a:b] for a, b in zip([0, *cuts], [*cuts, len(reply)], strict=True)]
    assert read(*chunks) == read(reply)


@settings(max_examples=500)
@given(reply=REPLIES)
def test_one_character_at_a_time(reply: str) -> None:
    assert read(*reply) == read(reply)
