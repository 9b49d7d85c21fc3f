"""Every proper name of a claim is cited, stands in the heading, or was asked about."""

from __future__ import annotations

import pytest

from bot.support import ProblemKind, problems
from tests.bot.support.checking import found

CARRIED = [
    ("The US joined the talks.", "The U.S. joined the talks."),
    ("The United States joined the talks.", "The US joined the talks."),
    ("American envoys joined the talks.", "Envoys of the United States joined the talks."),
    ("Chinese envoys joined the talks.", "Envoys of China joined the talks."),
    ("Britain joined the talks.", "The UK joined the talks."),
    ("The Netherlands joined the talks.", "The Dutch joined the talks."),
    ("The European Union joined the talks.", "The EU joined the talks."),
    ("The World Health Organization joined the talks.", "The WHO joined the talks."),
    ("The NLB joined the talks.", "The National Labor Board joined the talks."),
    ("The National Labor Board joined the talks.", "The NLB joined the talks."),
    ("GDP fell by half.", "The gross domestic product fell by half."),
    ("Reed joined the talks.", "Ann Reed joined the talks."),
    ("Ann Reed's brother joined the talks.", "The brother of Ann Reed joined the talks."),
    ("The Government joined the talks.", "The government joined the talks."),
    ("Erdogan joined the talks.", "Erdoğan joined the talks."),
    ("The Democrats joined the talks.", "A Democrat joined the talks."),
    ("Officials joined the talks.", "They joined the talks."),
    ("According to the report, they joined.", "They joined, it says in the report."),
    ("Mr Reed joined the talks.", "Ann Reed joined the talks."),
    ("Southeast London joined the talks.", "South East London joined the talks."),
    ("On Monday, they joined the talks.", "They joined the talks on Monday."),
    ("President Reed joined the talks.", "Ann Reed, the president, joined the talks."),
    ("They said: Nobody joined the talks.", "Nobody joined the talks, they said."),
]


@pytest.mark.parametrize(("claim", "cited"), CARRIED)
def test_one_name_has_many_forms(claim: str, cited: str) -> None:
    """Countries, initials, surnames, titles; ordinary words at a sentence's head are no names."""
    assert not found(claim, cited)


OTHER = [
    ("Japan joined the talks.", "China joined the talks."),
    ("Reed joined the talks.", "Ann Lowe joined the talks."),
    ("Ann Lowe joined the talks.", "Ann Reed joined the talks."),
    ("Washington joined the talks.", "The United States joined the talks."),
    ("Beijing joined the talks.", "Moscow joined the talks."),
    ("Brown joined the talks.", "Officials joined the talks."),
    ("The US joined the talks.", "They asked us, and we joined the talks."),
    ("Turkey joined the talks.", "They ate turkey, and joined the talks."),
    ("The mayor, Ann Reed, joined the talks.", "The mayor joined the talks."),
    ("Reuters says that they joined the talks.", "They joined the talks."),
    ("John Jones joined the talks.", "John Smith and Mary Jones joined the talks."),
    ("North Korean envoys joined the talks.", "South Korean envoys joined the talks."),
    ("The BREAKING talks joined.", "The talks joined."),
    ("They joined the talks of eBay.", "They joined the talks."),
]


@pytest.mark.parametrize(("claim", "cited"), OTHER)
def test_another_name_is_found(claim: str, cited: str) -> None:
    """Swapped, added, mixed of two, or the name of something else."""
    assert found(claim, cited) == {ProblemKind.NAME}


def test_a_name_may_stand_in_the_heading_or_the_question() -> None:
    """A sentence says "she"; the heading or the question says who."""
    claim, cited = "Ann Reed joined the talks.", "She joined the talks."
    assert found(claim, cited) == {ProblemKind.NAME}
    assert not found(claim, cited, headings=("Ann Reed and the talks",))
    assert not found(claim, cited, question="Did Ann Reed join the talks?")


def test_the_whole_name_is_named_once() -> None:
    """One line a name, with the words that are missing."""
    claim = "Ann Reed and Ann Reed of Merrowby joined the talks, and joined the talks again."
    messages = [p.message for p in problems(claim, ["They joined the talks."])]
    assert messages == [
        "the name Ann Reed is not in the cited sentences",
        "the name Ann Reed Merrowby is not in the cited sentences",
    ]


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        ("Globex bought Acme.", "Acme bought Globex."),
        ("Ann Reed sued Ida Holt.", "Last year Ida Holt sued Ann Reed."),
        ("China sent envoys to Japan.", "Japan sent envoys to China."),
    ],
)
def test_names_that_changed_places_are_found(claim: str, cited: str) -> None:
    """The same words between them, the other way round."""
    assert found(claim, cited) == {ProblemKind.NAME}


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        ("Globex was bought by Acme.", "Acme bought Globex."),
        ("Globex met Acme.", "Acme met Globex."),
        ("Globex and Acme talked.", "Acme and Globex talked."),
        ("Acme bought Globex.", "Acme bought Globex; Globex bought Acme's debt."),
    ],
)
def test_names_in_the_same_roles_pass(claim: str, cited: str) -> None:
    """Said from the other side, or of both alike."""
    assert not found(claim, cited)
