"""Steps 7 to 9: a matter asked about as a whole is told by the articles that are about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import Bot
from bot.question.overview import Overview, about, asked_overview
from bot.types import Answer, Reason, Status

ARTICLES = {
    "2023-03-02": (
        "Tannery fire in Wexmoor",
        "A fire destroyed the tannery in Wexmoor on Thursday night. Nobody was hurt.",
    ),
    "2023-03-04": (
        "Wexmoor fire was arson, police say",
        "The fire at the Wexmoor tannery was lit on purpose, the police said on Saturday. They "
        "are looking for a man in a green coat.",
    ),
    "2023-03-11": (
        "Man held over tannery blaze",
        "“I am glad,” the owner said. Lucas Arndt, a former foreman, was arrested in Wexmoor on "
        "Friday over the blaze at the tannery.",
    ),
    "2023-03-05": (
        "Ferry fares rise",
        "Ferry fares on the Sound will rise by a tenth in June, the operator said on Sunday.",
    ),
}
FIRE, ARSON, ARREST, FARES = (
    "A fire destroyed the tannery in Wexmoor on Thursday night.",
    "The fire at the Wexmoor tannery was lit on purpose, the police said on Saturday.",
    "Lucas Arndt, a former foreman, was arrested in Wexmoor on Friday over the blaze at the "
    "tannery.",
    "Ferry fares on the Sound will rise by a tenth in June, the operator said on Sunday.",
)


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """Three reports on one fire, one on something else, and a copy of the first."""
    folder: Path = tmp_path_factory.mktemp("overview")
    told = [*ARTICLES.items(), ("2023-03-03", ("Blaze", ARTICLES["2023-03-02"][1]))]
    for day, (title, text) in told:
        (folder / f"{day}.md").write_text(
            f"---\ntitle: {title}\ndate: {day}\noutlet: Wexmoor Post\n---\n\n{text}\n", "utf-8"
        )
    with Bot.open(folder / "archive", dense="exact") as bot:
        assert not bot.ingest(sorted(folder.glob("*.md"))).failed
        yield bot


def quoted(answer: Answer) -> list[str]:
    return [claim.text for claim in answer.claims]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the latest on the Skerry merger?", Overview("the Skerry merger", latest=True)),
        ("what's new on eastmarch", Overview("eastmarch", latest=True)),
        ("Any news on the telescope?", Overview("the telescope", latest=True)),
        ("Latest news about the boycott", Overview("the boycott", latest=True)),
        ("What's the news from Tarvenmouth?", Overview("Tarvenmouth", latest=True)),
        ("Where do things stand with the coalition talks?", Overview("the coalition talks", True)),
        ("Tell me about the port strike", Overview("the port strike")),
        ("What do we know about Gideon Marlock?", Overview("Gideon Marlock")),
        ("What has been reported about the inquiry?", Overview("the inquiry")),
        ("Summarise the fraud trial.", Overview("the fraud trial")),
        ("Give me a short overview of the election", Overview("the election")),
        ("What happened in Merrowby?", Overview("Merrowby")),
        ("What happened at the Saltgate Ground?", Overview("the Saltgate Ground")),
        ("What happened in Merrowby on March 9?", Overview("Merrowby")),
        ("What happened on 9 March 2022?", Overview("")),
        ("What was in the news in May 2023?", Overview("")),
    ],
)
def test_a_matter_as_a_whole_is_told_from_a_question(question: str, expected: Overview) -> None:
    assert asked_overview(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "What happened to the sirens?",
        "What happened in the 71st minute?",
        "What happened?",
        "Tell me about it",
        "Tell me who won the cup",
        "What is the latest figure for the dead?",
        "What is the name of the mayor of Eastmarch?",
        "What did the papers say about how many people died?",
        "What is known about the man who lit the fire?",
        "What was written on the envelope?",
        "What is known of the crack and of its length?",
        "Who reported on the latest offer from Lantern?",
        "What is the new offer from Lantern worth?",
        "",
    ],
)
def test_a_question_for_one_thing_is_not(question: str) -> None:
    assert asked_overview(question) is None


def test_the_whole_is_told_in_order_and_each_thing_once(bot: Bot) -> None:
    """One claim an article, quoted, without a short answer; the copy and the ferry are left out."""
    answer = bot.ask("What happened in Wexmoor?")
    assert answer.status is Status.ANSWERED
    assert quoted(answer) == [FIRE, ARSON, ARREST]
    assert [claim.short for claim in answer.claims] == [None] * 3
    assert all(check.ok for check in bot.verify(answer))


def test_the_latest_comes_first(bot: Bot) -> None:
    assert quoted(bot.ask("What is the latest on the Wexmoor tannery?")) == [ARREST, ARSON, FIRE]


def test_a_day_is_told_by_its_news(bot: Bot) -> None:
    """The day's own news and that of the day after, which tells of it."""
    assert quoted(bot.ask("What happened on March 4, 2023?")) == [ARSON, FARES]
    assert quoted(bot.ask("What happened in Wexmoor on March 4, 2023?")) == [ARSON]
    assert bot.ask("What happened in Wexmoor on May 4, 2023?").status is Status.ABSTAINED


@pytest.mark.parametrize(
    "matter", ["the war in Ruritania", "the fire in Ruritania", "quantum computing"]
)
def test_what_the_archive_does_not_know_is_not_told(bot: Bot, matter: str) -> None:
    """It knows a fire, and none in Ruritania."""
    answer = bot.ask(f"Tell me about {matter}")
    assert answer.abstention is not None
    assert answer.abstention.reason is Reason.NO_MATCH


def test_filters_hold(bot: Bot) -> None:
    assert quoted(bot.ask("What happened in Wexmoor?", since="2023-03-10")) == [ARREST]
    answer = bot.ask("What happened in Wexmoor?", since="2023-04-01")
    assert answer.abstention is not None
    assert answer.abstention.reason is Reason.OUTSIDE_FILTERS


def test_half_of_the_words_will_do_where_the_meaning_is_near() -> None:
    """Of two words; a name must be there."""
    texts = ["The takeover of Skerry", "The merger of Skerry", "A merger of banks"]
    named, low = Overview("the Skerry merger"), Overview("the skerry merger")
    assert about(named, texts, [True, False, True]) == [True, True, False]
    assert about(named, texts, [False] * 3) == [False, True, False]
    assert about(low, texts, [True] * 3) == [True] * 3


def test_a_word_that_most_articles_have_tells_nothing() -> None:
    texts = ["President Trump spoke"] * 7 + ["President Trump on impeachment", "An impeachment"]
    low = Overview("the impeachment of president trump")
    assert about(low, texts, [True] * 9) == [False] * 7 + [True, True]
    named = Overview("the impeachment of President Trump")
    assert about(named, texts, [True] * 9) == [False] * 7 + [True, False]


@given(st.text(max_size=60))
def test_any_text_may_be_asked(question: str) -> None:
    overview = asked_overview(question)
    assert overview is None or overview.topic in question
