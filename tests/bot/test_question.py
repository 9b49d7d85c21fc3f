"""Step 8: follow-ups become questions that stand alone, and all others stay as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.engine import Bot
from bot.question import Turn, leans_on_earlier, standalone_by_rule
from bot.question.mentions import mentions
from evals.follow_ups import Outcome, hold
from retrieval.archive import Archive

ROOT = Path(__file__).resolve().parent.parent.parent
CONVERSATIONS: list[dict[str, Any]] = json.loads(
    (ROOT / "tests" / "bot" / "conversations.json").read_text("utf-8")
)


def turn(question: str, answered: str) -> Turn:
    return Turn(question, question, answered)


BOYCOTT = turn("Which countries joined the boycott?", "Australia, the United Kingdom and Canada")
DECISION = turn("Who announced Tokyo's decision?", "Hirokazu Matsuno")
TRIAL = turn("What was Gideon Marlock convicted of?", "two counts of fraud")
CUP = turn("Who won the Fellside Cup?", "Orrel Town")
FLOOD = turn("How many people died in the Merrowby flood?", "14")
MAYOR = turn("Who was elected mayor of Eastmarch?", "Ruben Osgood")
STRIKE = turn("Which unions joined the strike at Tarvenmouth?", "the Dock and Wharf Federation")
SPEECH = turn("When did Scott Morrison announce Australia's decision?", "December 8")
SEATS = turn("How many seats did the Workers' List win in 2019?", "15")
BUDGET = turn("When must the budget be passed in Eastmarch?", "Dec. 15")
DAM = turn("Which company operates the Hagg Dam?", "Ashel Water, the company that runs it")
JAPAN = turn("Did Japan join the boycott?", "")
BID = turn("How much did Lantern Line offer for Skerry Ferries?", "340 million crowns")

REWRITTEN = [
    # for what else there is
    (BOYCOTT, "And who else?", "Which other countries joined the boycott?"),
    (BOYCOTT, "who else joined?", "Which other countries joined the boycott?"),
    (BOYCOTT, "Which others?", "Which other countries joined the boycott?"),
    (DECISION, "and who else", "Who else announced Tokyo's decision?"),
    (SPEECH, "Who else?", "Who else did announce Australia's decision?"),
    (MAYOR, "Who else stood?", "Eastmarch: who else stood?"),
    # the like in its place
    (BOYCOTT, "What about Canada?", "Which countries joined the boycott: what about Canada?"),
    (BOYCOTT, "And in 2019?", "Which countries joined the boycott in 2019?"),
    (JAPAN, "And New Zealand?", "Did New Zealand join the boycott?"),
    (SPEECH, "And Boris Johnson?", "When did Boris Johnson announce Australia's decision?"),
    (SEATS, "And in 2023?", "How many seats did the Workers' List win in 2023?"),
    (SEATS, "What about the Greens?", "How many seats did the Greens win in 2019?"),
    (MAYOR, "And Finch?", "Who was elected mayor of Eastmarch: what about Finch?"),
    # the statement under another question word
    (
        BOYCOTT,
        "why did they?",
        "Why did Australia, the United Kingdom and Canada join the boycott?",
    ),
    (BOYCOTT, "How many of them?", "How many countries joined the boycott?"),
    (CUP, "When was that?", "When did Orrel Town win the Fellside Cup?"),
    (CUP, "Where?", "Where did Orrel Town win the Fellside Cup?"),
    (DECISION, "Why?", "Why did Hirokazu Matsuno announce Tokyo's decision?"),
    (SPEECH, "Why?", "Why did Scott Morrison announce Australia's decision?"),
    (FLOOD, "When did it happen?", "When did people die in the Merrowby flood?"),
    (MAYOR, "By how many votes?", "By how many votes was Ruben Osgood elected mayor of Eastmarch?"),
    (DAM, "Since when?", "Since when does Ashel Water operate the Hagg Dam?"),
    (JAPAN, "Why not?", "Why didn't Japan join the boycott?"),
    (TRIAL, "When?", "When was Gideon Marlock convicted?"),
    # what pronouns stand for
    (TRIAL, "was he sentenced?", "Was Gideon Marlock sentenced?"),
    (TRIAL, "How much did his company owe?", "How much did Gideon Marlock’s company owe?"),
    (TRIAL, "Who defended him?", "Who defended Gideon Marlock?"),
    (MAYOR, "What did he promise?", "What did Ruben Osgood promise?"),
    (DECISION, "What did he say?", "What did Hirokazu Matsuno say about Tokyo's decision?"),
    (
        DECISION,
        "When did he say that?",
        "When did Hirokazu Matsuno say that about Tokyo's decision?",
    ),
    (BUDGET, "Did it pass?", "Did the budget pass?"),
    (STRIKE, "How long did it last?", "How long did the strike at Tarvenmouth last?"),
    (STRIKE, "Who leads them?", "Who leads the Dock and Wharf Federation?"),
    (DAM, "When did it open the gates?", "When did Ashel Water open the gates?"),
    (BOYCOTT, "What did China say about it?", "What did China say about the boycott?"),
    (CUP, "Who is their manager?", "Who is Orrel Town’s manager?"),
    (SEATS, "How many did they win in 2023?", "How many seats did the Workers' List win in 2023?"),
    (BID, "Did the board accept it?", "Lantern Line and Skerry Ferries: did the board accept it?"),
    # parts, under a heading
    (TRIAL, "how long was the sentence?", "Gideon Marlock: how long was the sentence?"),
    (CUP, "What was the score?", "The Fellside Cup: what was the score?"),
    (FLOOD, "How many were missing?", "The Merrowby flood: how many were missing?"),
    (FLOOD, "Did anyone resign?", "The Merrowby flood: did anyone resign?"),
    (MAYOR, "Was there a recount?", "Eastmarch: was there a recount?"),
    (STRIKE, "How long was the strike?", "How long was the strike at Tarvenmouth?"),
    (CUP, "Tell me more", "Who won the Fellside Cup?"),
]

UNTOUCHED = [
    (TRIAL, "Who won the Fellside Cup?"),
    (CUP, "How many ships were waiting off Tarvenmouth?"),
    (BOYCOTT, "What did Maren Tolliver say?"),
    (BOYCOTT, "Did Japan join the boycott?"),
    (TRIAL, "When did the River Ashel flood Merrowby?"),
    (TRIAL, "Why did the mayor say she would resign?"),
    (TRIAL, "Which unions said they would strike?"),
    (TRIAL, "Is it true that Lantern Line bought Skerry Ferries?"),
    (TRIAL, "How long did it take to count the votes in Eastmarch?"),
    (BOYCOTT, "And which ferry companies refused the new roster in March?"),
    (BOYCOTT, "What about the sale of the Skerry Island ferry berth to islanders?"),
    (CUP, "Which telescope mirror measures 6.2 metres across?"),
    (FLOOD, "What conditions did regulators attach to ferry mergers?"),
    (MAYOR, "boycott of the Olympic Games"),
    (MAYOR, "Have they found the stolen cello from the museum yet?"),
    (CUP, "?"),
    (CUP, ""),
]


@pytest.mark.parametrize(("before", "question", "expected"), REWRITTEN)
def test_follow_ups_are_completed(before: Turn, question: str, expected: str) -> None:
    """Hand cases, one for each way to lean on the turn before."""
    made = standalone_by_rule(question, [before])
    assert made is not None
    assert (made.text, made.rewritten) == (expected, True)
    assert made.carried


@pytest.mark.parametrize(("before", "question"), UNTOUCHED)
def test_what_stands_alone_stays(before: Turn, question: str) -> None:
    """Not a character changes, whatever came before."""
    made = standalone_by_rule(question, [before])
    assert made is not None
    assert (made.text, made.rewritten, made.carried) == (question, False, ())


@pytest.mark.parametrize("question", ["And who else?", "Why?", "Was he sentenced?", "Did it pass?"])
def test_with_nothing_to_lean_on_there_is_no_question(question: str) -> None:
    """The first question of a conversation must name what it is about."""
    assert leans_on_earlier(question)
    assert standalone_by_rule(question, []) is None


@pytest.mark.parametrize(
    "question", ["Who won?", "Is it true that Japan joined?", "How long was the sentence?"]
)
def test_a_first_question_that_may_stand_alone_is_searched_for(question: str) -> None:
    """Refusing it would be worse than finding little."""
    made = standalone_by_rule(question, [])
    assert made is not None
    assert made.text == question


def test_the_names_that_were_carried_over_are_told() -> None:
    """For the trace; words where there are no names."""
    made = standalone_by_rule("why did they?", [BOYCOTT])
    assert made is not None
    assert made.carried == ("Australia", "the United Kingdom", "Canada")
    made = standalone_by_rule("And who else?", [BOYCOTT])
    assert made is not None
    assert made.carried == ("countries", "joined", "boycott")


def test_one_leans_on_the_last_turn_first_and_on_its_topic_after() -> None:
    """Each follow-up goes back as far as the last question that stood alone, and no further."""
    second = Turn("was he sentenced?", "Was Gideon Marlock sentenced?", "six years in prison")
    third = Turn("and the crowd?", "Who won the Fellside Cup: what about the crowd?", "8,412")
    made = standalone_by_rule("Why?", [TRIAL, second])
    assert made is not None
    assert made.text == "Why was Gideon Marlock sentenced?"
    made = standalone_by_rule("What did she say?", [TRIAL, CUP])
    assert made is not None
    assert "Marlock" not in made.text
    made = standalone_by_rule("When was that?", [TRIAL, CUP, third])
    assert made is not None
    assert "Fellside Cup" in made.text


def test_a_heading_stays_over_the_next_question() -> None:
    """ "Why?" after a question under a heading is under it too."""
    before = Turn("Did anyone resign?", "The Merrowby flood: did anyone resign?", "")
    made = standalone_by_rule("Why not?", [FLOOD, before])
    assert made is not None
    assert made.text == "The Merrowby flood: why didn't anyone resign?"


TEXTS = st.text(max_size=80) | st.sampled_from(
    [text for _, text, _ in REWRITTEN] + [text for _, text in UNTOUCHED]
)
TURNS = st.lists(st.builds(Turn, TEXTS, TEXTS, st.text(max_size=400)), max_size=5)


@given(TEXTS | st.text(alphabet="abc WhyheItAnd?’.-0 ", max_size=2000), TURNS)
def test_any_text_has_an_answer_of_bounded_length(question: str, turns: list[Turn]) -> None:
    """It never fails; what is rewritten has at most 300 characters, all else stays."""
    made = standalone_by_rule(question, turns)
    if made is None:
        assert leans_on_earlier(question)
    elif made.rewritten:
        assert len(made.text) <= 300
        assert "\n" not in made.text
    else:
        assert (made.text, made.carried) == (question, ())


@given(
    st.sampled_from(["Who", "When", "Why", "Where", "How many"]),
    st.sampled_from(["did", "was", "will", "has"]),
    st.sampled_from(["Ida Marsh", "Brackwater", "the Seafarers' Guild", "Canada", "Sound Lines"]),
    st.lists(
        st.sampled_from("join leave the boycott ferry roster accept vote in March of".split()),
        max_size=6,
    ),
    TURNS,
)
def test_a_question_with_a_name_and_no_pronoun_is_untouched(
    wh: str, auxiliary: str, name: str, rest: list[str], turns: list[Turn]
) -> None:
    """Whatever the turns before it say."""
    question = " ".join([wh, auxiliary, name, *rest]) + "?"
    assume(any(mention.is_name for mention in mentions(question)))
    made = standalone_by_rule(question, turns)
    assert made is not None
    assert made.text == question


# -- on the sample archive, with the reader that ships -------------------------------------------


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """Every third of the conversations; `evals.follow_ups` holds them all."""
    with Bot.open(tmp_path_factory.mktemp("talk")) as bot:
        assert not bot.ingest([ROOT / "corpus"]).failed
        _check_gold(bot.archive)
        return [outcome for talk in CONVERSATIONS[::3] for outcome in hold(bot, talk, cite=False)]


def _check_gold(archive: Archive) -> None:
    """Each gold quotation is in an article of its file."""
    articles = [archive.article(ref.id) for ref in archive.articles()]
    for file, quote in _gold():
        assert any(file in a.origin and quote in a.text for a in articles), (file, quote)


def _gold() -> Iterator[tuple[str, str]]:
    for talk in CONVERSATIONS:
        for asked in talk["turns"]:
            yield from asked.get("gold", ())


def test_there_are_enough_conversations() -> None:
    """Over all stories of the sample archive; ids are unique."""
    assert len({talk["id"] for talk in CONVERSATIONS}) == len(CONVERSATIONS) >= 12
    stories = {file.partition("/")[0] for file, _ in _gold()}
    assert stories == {path.name for path in (ROOT / "corpus" / "articles").iterdir()}


def test_follow_ups_find_their_passage(outcomes: list[Outcome]) -> None:
    """At least four of five among the passages that are read, and more than as they were typed."""
    follow_ups = [outcome for outcome in outcomes if not outcome.must_stay]
    found = sum(outcome.found for outcome in follow_ups)
    assert found >= 0.8 * len(follow_ups)
    assert found >= sum(outcome.found_typed for outcome in follow_ups) + 0.1 * len(follow_ups)


def test_a_change_of_subject_is_left_alone(outcomes: list[Outcome]) -> None:
    """Their questions are searched for as they were typed."""
    changes = [outcome for outcome in outcomes if outcome.must_stay]
    assert changes
    assert all(outcome.stayed for outcome in changes)
