"""Which questions ask for several things."""

import pytest

from bot.readers.several import asks_for_several


@pytest.mark.parametrize(
    "question",
    [
        "Which countries joined the boycott?",
        "What are the names of the unions?",
        "Which two outlets disagree?",
        "In which cities did it happen?",
        "Who were the scorers?",
        "Who else joined?",
        "What people were hurt?",
        "Which water suppliers with the device are above reproach?",
    ],
)
def test_a_plural_after_the_question_word_asks_for_several(question: str) -> None:
    """A plural noun, or "who are the", asks for more than one thing."""
    assert asks_for_several(question)


@pytest.mark.parametrize(
    "question",
    [
        "What was the price?",
        "Which newspaper ran the interview?",
        "What percentage voted yes?",
        "What business did he run?",
        "Who is the mayor?",
        "When will the Games be held?",
        "Did all countries join?",
        "What fact speaks against his account?",
        "What was held against the applicant?",
        "What keeps the doctors from coming?",
        "For what reason is the bath not emptied?",
        "",
    ],
)
def test_other_questions_ask_for_one_thing(question: str) -> None:
    """Singular nouns, words that merely end in s, and other question words do not."""
    assert not asks_for_several(question)
