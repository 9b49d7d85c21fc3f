"""Step 5, lexical half: question -> FTS5 expression -> passages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retrieval.archive import Archive
from retrieval.lexical import STOP_WORDS, content_tokens, fts_expression, search_lexical
from retrieval.types import Filters

# Everything that FTS5's query language gives a meaning to.
SYNTAX = (
    "crack AND bridge OR NOT ferry NEAR(a b, 2) NEAR/3 * ^ \" ' + - : ( ) { } , . title: body:",
    '"',
    '"" OR ""',
    'title:"crack" OR body:*',
    "NEAR(",
    "^crack*",
    "-crack",
    "crack\0bridge",
    "'; DROP TABLE article; --",
    "\ud800",
    "² ½ Ⅷ ① ʰ ٣",
)


def test_stop_words_are_dropped_and_every_token_is_quoted() -> None:
    """Worked by hand: of eight words, three say what is asked for."""
    question = "Which countries have so far joined the boycott?"
    assert fts_expression(question) == '"countries" OR "far" OR "joined" OR "boycott"'


def test_a_question_of_stop_words_only_is_searched_with_them() -> None:
    """Where dropping stop-words leaves nothing, they are searched for after all."""
    assert fts_expression("Who is it?") == '"who" OR "is" OR "it"'


def test_a_question_without_a_word_searches_for_nothing() -> None:
    """Punctuation and blanks hold no token."""
    assert fts_expression(" ?!… \0 _ ") is None


def test_a_word_is_searched_for_once() -> None:
    """Repeating a word, in any case, does not repeat its token."""
    assert content_tokens("Strike, strike! STRIKE and ferry") == ["strike", "ferry"]


def test_a_very_long_question_is_cut_to_40_tokens() -> None:
    """The expression stays bounded however long the question is."""
    expression = fts_expression(" ".join(f"word{n}" for n in range(500)))
    assert expression is not None
    assert expression.count(" OR ") == 39


def test_stop_words_are_tokens_as_they_are_split() -> None:
    """Each is one lower-case token, so that it can match at all."""
    assert all(content_tokens(word) == [] for word in STOP_WORDS)


@given(st.text(max_size=60))
@example(SYNTAX[0])
def test_nothing_a_person_types_is_syntax(shared_archive: Archive, question: str) -> None:
    """Any text is a valid query on the real index; filters change nothing about that."""
    for filters in (Filters(), Filters(sources=(question,))):
        found = search_lexical(shared_archive._ledger, question, filters, 5)
        assert len(found) <= 5


@pytest.mark.parametrize("question", SYNTAX, ids=repr)
def test_operators_are_words(shared_archive: Archive, question: str) -> None:
    """Operators, quotes, wildcards and NUL are searched for as words or passed over."""
    search_lexical(shared_archive._ledger, question, Filters(), 5)


def test_an_operator_does_not_narrow_the_search(
    shared_archive: Archive, id_of: Callable[[str], str]
) -> None:
    """`NOT` in a question does not exclude what follows it."""
    found = search_lexical(shared_archive._ledger, "cello NOT museum", Filters(), 5)
    passages = shared_archive._ledger.passages([i for i, _ in found])
    assert passages[found[0][0]].article_id == id_of("museum.txt")


def test_scores_are_best_first_and_lower_is_better(shared_archive: Archive) -> None:
    """bm25 has SQLite's sign: the best passage has the lowest."""
    scores = [
        score for _, score in search_lexical(shared_archive._ledger, "ferry strike", Filters(), 9)
    ]
    assert len(scores) > 1
    assert scores == sorted(scores)
    assert scores[0] < 0


@pytest.mark.parametrize(
    "question", ["inspector", "inspectors", "INSPECTORS", "inspectórs"], ids=str
)
def test_inflection_case_and_accents_do_not_matter(
    shared_archive: Archive, id_of: Callable[[str], str], question: str
) -> None:
    """The index folds case and accents, and stems English words."""
    ((passage_id, _),) = search_lexical(shared_archive._ledger, question, Filters(), 5)
    found = shared_archive._ledger.passages([passage_id])[passage_id]
    assert found.article_id == id_of("bridge-inquiry.md")
