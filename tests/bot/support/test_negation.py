"""A claim says yes and no where its cited sentences do."""

from __future__ import annotations

import pytest

from bot.support import ProblemKind
from tests.bot.support.checking import found

FAITHFUL = [
    ("The state will send no envoys.", "The state will not send any envoys."),
    ("No envoys will be sent by the state.", "The state will not send envoys."),
    ("The state refused to send envoys.", "The state will not send envoys."),
    ("The state will not send envoys.", "The state refused to send envoys."),
    ("The state won't send envoys.", "The state will not send envoys."),
    ("The state will not send envoys.", "The state will boycott the talks: no envoys."),
    ("The state did not win the case.", "The state lost the case."),
    ("The state lost the case.", "The state did not win the case."),
    ("The state failed to stop the flood.", "The state did not stop the flood."),
    ("The bill did not pass.", "The bill was defeated."),
    ("The bridge was closed, not opened.", "The bridge was closed."),
    ("The king and queen would not go.", "Neither the king nor the queen would go."),
    ("The flood cut power to homes.", "The flood left homes without power."),
    ("Acme beat Globex.", "Globex lost to Acme."),
    ("Acme sold the mill to Globex.", "Globex bought the mill from Acme."),
    ("Nobody was hurt in the fire.", "No one was hurt in the fire."),
    ("There was a fire.", "No one was hurt in the fire."),
    ("He called an election.", "He did not resign but called an election."),
    ("He did not deny the theft.", "He did not deny the theft."),
    ("The state will open the bridge on Monday.", "The bridge will not open until Monday."),
    ("No fewer than 11 people died.", "At least 11 people died."),
    ("He won, and not only there.", "He won there and elsewhere."),
    ("He was not charged.", "He was arrested without being charged."),
    ("Prices rose as wages fell.", "Wages fell while prices rose."),
    ("It is unclear whether or not he left.", "It is unclear whether he left."),
]


@pytest.mark.parametrize(("claim", "cited"), FAITHFUL)
def test_the_same_said_otherwise_passes(claim: str, cited: str) -> None:
    """Other negations, other verbs, the other side of the event."""
    assert not found(claim, cited)


FLIPPED = [
    ("The state will send envoys.", "The state will not send envoys."),
    ("The state will not send envoys.", "The state will send envoys."),
    ("The state won't send envoys.", "The state will send envoys."),
    ("The state never sent envoys.", "The state sent envoys."),
    ("The state sent envoys.", "The state never sent envoys."),
    ("The state sent envoys.", "The state refused to send envoys."),
    ("Envoys attended the talks.", "No envoys attended the talks."),
    ("The mayor committed the theft.", "The mayor denied committing the theft."),
    ("The jury found the mayor guilty.", "The jury found the mayor not guilty."),
    ("The mayor was acquitted of theft.", "The mayor was convicted of theft."),
    ("Shares rose by half.", "Shares fell by half."),
    ("The council accepted the offer.", "The council rejected the offer."),
    ("The state left the union.", "The state joined the union."),
    ("The mayor confirmed the plan.", "The mayor denied the plan."),
    ("Output increased in May 2021.", "Output decreased in May 2021."),
    ("The strike has ended.", "The strike has begun."),
    ("Acme won the case.", "Acme lost the case."),
    ("Acme bought the mill.", "Acme sold the mill."),
    ("They acted with a plan.", "They acted without a plan."),
    ("He did not apologise and he resigned.", "He apologised and he resigned."),
    ("The ban has been lifted.", "The ban has not yet been lifted."),
    ("He has not lifted the ban that no one wanted.", "He has lifted the ban that no one wanted."),
    ("He has lifted the ban that no one wanted.", "He has not lifted the ban that no one wanted."),
]


@pytest.mark.parametrize(("claim", "cited"), FLIPPED)
def test_the_opposite_is_found(claim: str, cited: str) -> None:
    """A negation put in or taken out, or the opposite verb of the same subject."""
    assert ProblemKind.NEGATION in found(claim, cited)


def test_only_the_sentences_that_are_near_are_compared() -> None:
    """Another cited sentence that denies something else denies nothing here."""
    cited = ("The state will send envoys to the talks.", "The union did not agree.")
    assert not found("The state will send envoys to the talks.", *cited)
