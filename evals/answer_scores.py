"""What an answer to a gold question is worth, and what many are worth together. Pure.

A gold span is where a gold quotation stands in its article; a citation is right if it overlaps one.
With gold spans no second model has to judge what a citation carries, as in ALCE (Gao et al. 2023,
arXiv 2305.14627), whose citation precision and recall these follow. The gold may lack a sentence
that carries an answer just as well, so citations are rather better than their figures.

Of one answer, and then the mean over the questions it applies to:

answer_match         the gold answer's words are all among the words of the claims. Words are
                     compared by stem; small words, yes and no do not count, three is 3
answer_words         the share of them that is there
citation_recall      a gold span is cited; all of them where the question says `all`
citation_precision   the share of its citations that are right
claim_precision      the share of its claims with a right citation
abstained_wrongly    there is an answer, and none is given
abstained_rightly    there is none, and none is given
proven               every citation and claim holds when it is proven again from the archive
rejected             draft claims withheld, whatever was wrong with them
unsupported          those of them whose sentences do not carry what they say
unknown_markers      sentence numbers that the prompt did not have
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bot.citations import GetArticle, verify_answer
from bot.stems import stems
from bot.types import Answer, Citation, Flaw, Status

Question = Mapping[str, Any]  # a line of corpus/questions.jsonl

_SMALL = stems(
    "a an and as at be been but by for from had has have he her his in is it its nor not of on or "
    "s she so than that the their them there they this to too was were which who with yes no"
)
_DIGITS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}
_RESAMPLES = 2_000
_SEED = 20_220_204


def score(question: Question, answer: Answer, get_article: GetArticle) -> dict[str, float]:
    """The scores of one answer; those that do not apply to it are left out."""
    proven = all(check.ok for check in verify_answer(answer, get_article))
    unsupported = [one for one in answer.rejected if one.flaw is Flaw.UNSUPPORTED]
    scores = {
        "proven": float(proven),
        "rejected": float(len(answer.rejected)),
        "unsupported": float(len(unsupported)),
        "unknown_markers": float(len(answer.unknown_markers)),
    }
    abstained = float(answer.status is Status.ABSTAINED)
    if not question["answerable"]:
        return {"abstained_rightly": abstained, **scores}
    scores["abstained_wrongly"] = abstained
    if wanted := words(question["answer"]):
        found = wanted & words(" ".join(claim.text for claim in answer.claims))
        scores["answer_match"] = float(found == wanted)
        scores["answer_words"] = len(found) / len(wanted)
    return scores | _citation_scores(question, answer, get_article)


def words(text: str) -> frozenset[str]:
    """The words of an answer that count.

    >>> sorted(words("No, three of the ferries"))
    ['3', 'ferri']
    """
    plain = " ".join(_DIGITS.get(word, word) for word in text.casefold().split())
    return frozenset(_DIGITS.get(stem, stem) for stem in stems(plain)) - _SMALL


def _citation_scores(
    question: Question, answer: Answer, get_article: GetArticle
) -> dict[str, float]:
    right = [
        [overlaps(citation, gold, get_article) for gold in question["gold"]]
        for citation in answer.citations
    ]
    cited = [any(column) for column in zip(*right, strict=True)]
    enough = all if question.get("all") else any
    scores = {"citation_recall": float(bool(cited) and enough(cited))}
    if answer.citations:
        good = {c.number for c, row in zip(answer.citations, right, strict=True) if any(row)}
        carried = [not good.isdisjoint(claim.citations) for claim in answer.claims]
        scores["citation_precision"] = len(good) / len(answer.citations)
        scores["claim_precision"] = sum(carried) / len(carried)
    return scores


def overlaps(citation: Citation, gold: Mapping[str, str], get_article: GetArticle) -> bool:
    """Whether a citation has a character in common with a gold quotation, in its article."""
    article = get_article(citation.article.id, citation.article.revision)
    if not article.origin.endswith(gold["file"]):
        return False
    start = article.text.find(gold["quote"])
    return start >= 0 and citation.start < start + len(gold["quote"]) and start < citation.end


def summarize(answers: Sequence[Answer], scores: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """Means with 95 % intervals, times, tokens and money over the answers of one reader."""
    names = dict.fromkeys(name for one in scores for name in one)
    times = [answer.timings["total"] for answer in answers]
    usages = [answer.usage for answer in answers if answer.usage is not None]
    costs = [usage.cost for usage in usages if usage.cost is not None]
    return {
        "questions": len(answers),
        "scores": {name: _mean([one[name] for one in scores if name in one]) for name in names},
        "p50_ms": round(float(np.percentile(times, 50)), 1),
        "p95_ms": round(float(np.percentile(times, 95)), 1),
        "requests": sum(usage.requests for usage in usages),
        "input_tokens": sum(usage.input_tokens for usage in usages),
        "output_tokens": sum(usage.output_tokens for usage in usages),
        "cost_usd": round(sum(costs), 6) if costs else None,
    }


def _mean(values: Sequence[float]) -> dict[str, float]:
    """The mean, and its percentile bootstrap over questions (Efron 1979), always the same draw."""
    row = np.array(values)
    draws = np.random.default_rng(_SEED).integers(0, len(row), (_RESAMPLES, len(row)))
    low, high = np.percentile(row[draws].mean(axis=1), (2.5, 97.5))
    return {
        "value": round(float(row.mean()), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
        "n": len(row),
    }
