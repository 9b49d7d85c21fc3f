"""Which earlier sentences are shown with a sentence."""

import pytest

from bot.readers.antecedents import antecedents, leans_on_context
from bot.stems import stems
from retrieval.sentences import split_sentences

BOYCOTT = (
    "On Monday the United States declared a boycott. However, athletes will take part. "
    "Washington told its allies. So far, its lead was followed by Canada.\n\n"
    "The Games open on Friday. He will attend."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "So far, its lead was followed by Australia.",
        "He said the talks had failed.",
        "The move was criticised in Beijing.",
        "But the ministry refused.",
        "Osgood says the city can afford it only after 2026.",
        "“They will pay for it,” the spokesman said.",
    ],
)
def test_a_sentence_that_points_back_leans(sentence: str) -> None:
    """Pronouns and "the move" with no name before them need an earlier sentence."""
    assert leans_on_context(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The Games open on February 4.",
        "Mara Quill said she would appeal.",
        "Orrel said on Monday it would close the mill.",
        "On December 6 the United States declared a boycott of the Games.",
    ],
)
def test_a_sentence_that_explains_itself_does_not_lean(sentence: str) -> None:
    """A name before the pronoun says who is meant."""
    assert not leans_on_context(sentence)


def test_looks_back_past_sentences_that_lean_to_the_one_about_the_question() -> None:
    """ "its lead" is explained by the sentence that names the boycott and who declared it."""
    spans = split_sentences(BOYCOTT)
    assert antecedents(BOYCOTT, spans, 3, stems("Which countries joined the boycott?")) == [0]


def test_stays_inside_the_paragraph() -> None:
    """A sentence that leans at a paragraph's second place shows the one before, no further."""
    spans = split_sentences(BOYCOTT)
    assert antecedents(BOYCOTT, spans, 5, stems("boycott")) == [4]


def test_the_first_sentence_has_none() -> None:
    """There is nothing before it in the passage."""
    spans = split_sentences("He left. She stayed.")
    assert antecedents("He left. She stayed.", spans, 0, stems("who left")) == []
