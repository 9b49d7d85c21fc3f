"""Step 10. What in a claim is not carried by the sentences it cites. Pure, and no model.

    problems("Eleven countries joined.", ["Four countries joined."])
    # (Problem(kind=NUMBER, message="the number Eleven is not in the cited sentences"),)

Read in this order: `problem` (the kinds) and `words` (text -> words), then one rule a file, each
with what it stands on:

    links
    quotations
    numbers    source (what is cited), figures, digits, number_words, units and figure, counts (the
               tables), calendar and relative (dates), listed, swapped
    names      known (what is cited), nations and ordinary (the tables), roles
    negation   clauses, opposites (the table), twins
    relation

It takes any text, in time linear in it, and never raises.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from bot.support.links import link_problems
from bot.support.names import name_problems
from bot.support.negation import negation_problems
from bot.support.numbers import number_problems
from bot.support.problem import Problem, ProblemKind
from bot.support.quotations import quotation_problems
from bot.support.relation import closeness, relation_problems
from bot.support.words import Word, fold, words

__all__ = ["Problem", "ProblemKind", "coverage", "problems"]

_PART_END = re.compile(r"(?<=[.!?])\s|(?<=[.!?][\"'”’)*_])\s|[\n|]")
_MOST = 5  # problems of one rule; nobody reads more
_BARE = frozenset(
    "yes no not why it did does do didn't doesn't don't is isn't was wasn't were weren't are that "
    "this so and they he she of course indeed".split()
)


def problems(
    claim: str, cited: Sequence[str], *, headings: Sequence[str] = (), question: str = ""
) -> tuple[Problem, ...]:
    """What speaks against showing a claim; empty if nothing does.

    Args:
        claim: plain text, without the marks that name its sentences.
        cited: the exact sentences it cites, in their order.
        headings: what stands over their articles: title, outlet, publication date, dateline,
            carrier. Names and dates may come from there.
        question: what was asked. Names may come from there.
    """
    if not any(map(str.isalnum, claim)):
        return (Problem(ProblemKind.EMPTY, "it says nothing"),)
    said = words(fold(claim))
    if all(token.lower in _BARE for token in said if token.is_word or token.is_number):
        # "Why?", and a bare "No." too: no words of the sentences could bear it out.
        return (Problem(ProblemKind.EMPTY, "it states nothing of its own"),)
    sentences = [words(fold(sentence)) for sentence in cited]
    above = [words(fold(heading)) for heading in headings]
    asked = words(fold(question))
    rules = (
        link_problems(claim, cited),
        quotation_problems(claim, cited, headings),
        number_problems(said, sentences, above),
        name_problems(said, [*sentences, *above, asked]),
        negation_problems(said, sentences),
        relation_problems(_parts(claim), sentences, [*above, asked]),
    )
    return tuple(problem for rule in rules for problem in islice(rule, _MOST))


def _parts(claim: str) -> list[list[Word]]:
    """The words of each sentence and line of a claim."""
    return [words(fold(part)) for part in _PART_END.split(claim)]


def coverage(
    claim: str, cited: Sequence[str], *, headings: Sequence[str] = (), question: str = ""
) -> float:
    """How near a claim's wording is to its cited sentences', in [0, 1].

    No judgement: a score to rank claims by, or to put beside a model's. 0 for a claim without words
    that carry meaning, or without sentences.
    """
    said = words(fold(claim))
    sentences = [words(fold(sentence)) for sentence in cited]
    around = [words(fold(text)) for text in (*headings, question)]
    return closeness(said, sentences, around)
