"""The questions written for training: their files hold what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.harness.data import rows

FOLDER = Path(__file__).parents[2] / "evals" / "training"


@pytest.mark.parametrize(("name", "least"), [("stories", 4000), ("dated_stories", 1800)])
def test_answers_stand_in_the_stories(name: str, least: int) -> None:
    """Every answer is a whole stretch of its article, and no two of a question overlap."""
    asked = 0
    for row in rows(FOLDER, name):
        assert row["title"]
        for question in row["questions"]:
            asked += 1
            ends = [0]
            for start, end in question["answers"]:
                answer = row["text"][start:end]
                assert answer == answer.strip() != "", question
                assert start >= ends[-1], question
                ends.append(end)
    assert asked > least


@pytest.mark.parametrize("name", ["stories", "dated_stories"])
def test_questions_are_asked_once_of_a_text(name: str) -> None:
    """A question that is there twice would count twice."""
    for row in rows(FOLDER, name):
        texts = [question["question"] for question in row["questions"]]
        assert len(texts) == len(set(texts)), row["title"]


@pytest.mark.parametrize("name", ["news_questions", "paragraph_questions"])
def test_of_other_peoples_texts_only_places_are_kept(name: str) -> None:
    """Offsets, and nothing of the text."""
    for row in rows(FOLDER, name):
        assert set(row) <= {"url", "paragraph", "question", "answers", "kind"}
        assert all(0 <= start < end for start, end in row["answers"])


def test_some_of_each_have_no_answer() -> None:
    """Near misses are what the files are for."""
    stories = [question for row in rows(FOLDER, "stories") for question in row["questions"]]
    for questions in (
        stories,
        list(rows(FOLDER, "news_questions")),
        list(rows(FOLDER, "paragraph_questions")),
    ):
        without = sum(not question["answers"] for question in questions)
        assert 0.3 < without / len(questions) < 0.7
