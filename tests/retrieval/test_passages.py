"""Step 2b: sentences -> passages."""

from __future__ import annotations

from hypothesis import given

from retrieval.passages import sentence_index, split_passages
from retrieval.sentences import split_sentences
from retrieval.types import Span
from tests.strategies import article_texts


def words(text: str, spans: tuple[Span, ...]) -> int:
    return sum(len(text[start:end].split()) for start, end in spans)


def numbered(count: int, length: int = 10) -> list[str]:
    """Sentences of `length` words that differ in their number."""
    return [f"Item {n} " + "word " * (length - 3) + "end." for n in range(count)]


@given(article_texts())
def test_passages_partition_the_text(text: str) -> None:
    """Every sentence is in exactly one passage, in order, and only white space is in none."""
    passages = split_passages(text)
    assert all(passages)
    spans = [span for passage in passages for span in passage]
    reached = 0
    for start, end in spans:
        assert reached <= start < end <= len(text)
        assert not text[reached:start].strip()
        assert text[start:end] == text[start:end].strip()
        reached = end
    assert not text[reached:].strip()


@given(article_texts())
def test_passages_are_made_of_whole_sentences(text: str) -> None:
    """A sentence up to 1,000 characters is never cut; a longer one is cut to at most that."""
    spans = [span for passage in split_passages(text) for span in passage]
    for sentence in split_sentences(text):
        inside = [s for s in spans if sentence.start <= s.start and s.end <= sentence.end]
        assert inside
        assert inside == [sentence] or sentence.end - sentence.start > 1_000
        assert all(end - start <= 1_000 for start, end in inside)


@given(article_texts())
def test_a_passage_is_at_most_150_words_unless_one_sentence_is_more(text: str) -> None:
    """Only a last passage may exceed that, by the tail of under 30 words that joined it."""
    passages = split_passages(text)
    for passage in passages[:-1]:
        assert words(text, passage) <= 150 or len(passage) == 1
    if passages:
        assert words(text, passages[-1]) < 180 or len(passages[-1]) <= 2


def test_a_passage_ends_at_the_paragraph_end_after_100_words() -> None:
    """Worked by hand: 12 + 12 sentences of 10 words in two paragraphs make two passages."""
    sentences = numbered(24)
    text = " ".join(sentences[:12]) + "\n\n" + " ".join(sentences[12:])
    assert [len(passage) for passage in split_passages(text)] == [12, 12]


def test_without_a_paragraph_end_a_passage_ends_before_word_151() -> None:
    """Worked by hand: 32 sentences of 10 words in one paragraph are 15, then 17 with the tail."""
    text = " ".join(numbered(32))
    assert [len(passage) for passage in split_passages(text)] == [15, 17]


def test_a_short_article_is_one_passage() -> None:
    """An article below 100 words is one passage, however many paragraphs it has."""
    assert len(split_passages("\n\n".join(numbered(5)))) == 1


def test_a_text_without_punctuation_is_cut_at_white_space() -> None:
    """Worked by hand: 500 words of 5 characters are cut after 166 words, 999 with the blanks."""
    text = " ".join(["abcde"] * 500)
    pieces = [text[a:b] for passage in split_passages(text) for a, b in passage]
    assert [len(piece.split()) for piece in pieces] == [166, 166, 166, 2]
    assert " ".join(pieces) == text


def test_a_sentence_is_found_by_offset() -> None:
    """An offset in a sentence finds it, one in a gap finds the sentence before."""
    spans = [Span(0, 5), Span(6, 10), Span(12, 20)]
    assert [sentence_index(spans, at) for at in (0, 4, 5, 6, 11, 12, 99)] == [0, 0, 0, 1, 1, 2, 2]
