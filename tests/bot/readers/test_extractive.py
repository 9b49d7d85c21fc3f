"""What the extractive reader makes of scored sentences, whoever scored them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.readers import DraftClaim, NoAnswer
from bot.readers.extractive import ExtractiveReader
from bot.readers.scoring import ScoredSentence
from bot.types import Reason
from retrieval.passages import split_passages
from retrieval.types import Article, ArticleRef, Hit, Passage, Span

TEXT = (
    "Denmark stayed away. Kosovo stayed away. Estonia stayed away. Latvia stayed away. "
    "Denmark stayed away too."
)


def hit(text: str = TEXT, *, similarity: float = 0.5, day: int | None = None) -> Hit:
    """A hit on the first passage of an article with this text, of this day in February 2022."""
    published = datetime(2022, 2, day, tzinfo=UTC) if day else None
    ref = ArticleRef("a" * 12, 1, "Games", "Harbour Wire", published, None, None, None)
    article = Article(ref, text, (), "games.txt", datetime(2022, 2, 4, tzinfo=UTC))
    spans = split_passages(text)[0]
    passage = Passage(1, ref.id, 1, 0, spans[0].start, spans[-1].end, spans)
    return Hit(passage, article, score=0.03, similarity=similarity)


@dataclass
class ByHand:
    """Gives the scores it was made with, sentence by sentence."""

    scores: Sequence[float]
    short: Span | None = None
    name: str = "by-hand"
    threshold: float = 0.3

    def score(self, question: str, hits: Sequence[Hit]) -> list[ScoredSentence]:
        """As `SentenceScorer.score`, for the first hit."""
        return [
            ScoredSentence(hits[0], index, score, self.short)
            for index, score in enumerate(self.scores)
        ]


def quotes(drafts: Sequence[DraftClaim | NoAnswer]) -> list[str]:
    """The last evidence of each draft claim, as text."""
    assert all(isinstance(draft, DraftClaim) for draft in drafts)
    return [
        TEXT[slice(*draft.evidence[-1].span)] for draft in drafts if isinstance(draft, DraftClaim)
    ]


def test_the_best_sentence_comes_first_and_weak_ones_not_at_all() -> None:
    """Sentences below the share of the best that counts are not shown."""
    drafts = list(ExtractiveReader(ByHand([0.01, 0.9, 0.02, 0.01, 0.0])).read("Who left?", [hit()]))
    assert quotes(drafts) == ["Kosovo stayed away."]


def test_abstains_below_the_threshold() -> None:
    """A topic that is there, without a sentence good enough, is mentioned and not answered."""
    (draft,) = ExtractiveReader(ByHand([0.29, 0.1, 0.2])).read("Who left?", [hit()])
    assert isinstance(draft, NoAnswer)
    assert draft.reason is Reason.MENTIONED_NOT_ANSWERED
    assert [TEXT[slice(*near.span)] for near in draft.nearest] == [
        "Denmark stayed away.",
        "Estonia stayed away.",
        "Kosovo stayed away.",
    ]


def test_far_passages_are_no_match() -> None:
    """If not even the topic is near, the reason says so."""
    (draft,) = ExtractiveReader(ByHand([0.1] * 5)).read("Who left?", [hit(similarity=0.1)])
    assert isinstance(draft, NoAnswer)
    assert draft.reason is Reason.NO_MATCH


def test_questions_for_several_things_get_more_sentences() -> None:
    """A list question gathers what a question for one thing leaves out; copies are left out."""
    found = hit(f"{TEXT} Malta stayed away. Oman stayed away.")
    scorer = ByHand([0.9, 0.88, 0.86, 0.84, 0.82, 0.8, 0.78])

    def shown(question: str) -> list[str]:
        drafts = ExtractiveReader(scorer).read(question, [found])
        evidence = [draft.evidence[-1] for draft in drafts if isinstance(draft, DraftClaim)]
        return [found.article.text[slice(*one.span)] for one in evidence]

    several, one = shown("Which countries stayed away?"), shown("Who stayed away?")
    assert len(several) == 6
    assert "Denmark stayed away too." not in several
    assert len(one) == 4


LIST = "Denmark came first. Kosovo was next. Estonia followed.\n\nLatvia stays away."


def shown_with(text: str, scores: Sequence[float], question: str) -> list[list[str]]:
    """What is quoted for each claim."""
    drafts = ExtractiveReader(ByHand(scores)).read(question, [hit(text)])
    return [
        [text[slice(*one.span)] for one in draft.evidence]
        for draft in drafts
        if isinstance(draft, DraftClaim)
    ]


def test_a_list_goes_on_where_what_stands_around_it_says_so() -> None:
    """Two sentences in a row bring the next of their paragraph, one on either side the middle."""
    several, one = "Which countries came?", "Who came?"
    first, second, third = "Denmark came first.", "Kosovo was next.", "Estonia followed."
    in_a_row, around = [0.9, 0.8, 0.01, 0.01], [0.9, 0.01, 0.8, 0.01]
    assert shown_with(LIST, in_a_row, several) == [[first], [second, third]]
    assert shown_with(LIST, in_a_row, one) == [[first], [second]]
    assert shown_with(LIST, around, several) == [[first, second], [third]]
    assert shown_with(LIST, [0.01, 0.9, 0.8, 0.01], several) == [[second], [third]]


def test_what_a_better_claim_brings_along_is_no_claim_of_its_own() -> None:
    """The sentence that explains "He" is quoted once."""
    text = "Orrel had lost Tom Sallow. He was carried off. It rained on the crowd in the evening."
    assert shown_with(text, [0.8, 0.9, 0.01], "Who was hurt?") == [
        ["Orrel had lost Tom Sallow.", "He was carried off."]
    ]


def test_the_short_answer_is_a_span_of_the_article() -> None:
    """What the scorer points at is passed on as evidence, not as text."""
    scorer = ByHand([0.9, 0.0, 0.0, 0.0, 0.0], short=Span(0, 7))
    (draft,) = ExtractiveReader(scorer).read("Who left?", [hit()])
    assert isinstance(draft, DraftClaim)
    assert draft.short is not None
    assert TEXT[slice(*draft.short.span)] == "Denmark"


@dataclass
class OneEach:
    """Gives one score to the first sentence of each hit."""

    scores: Sequence[float]
    name: str = "one-each"
    threshold: float = 0.3

    def score(self, question: str, hits: Sequence[Hit]) -> list[ScoredSentence]:
        """As `SentenceScorer.score`."""
        return [ScoredSentence(hit, 0, s) for hit, s in zip(hits, self.scores, strict=True)]


def test_of_sentences_that_are_level_the_newest_comes_first() -> None:
    """A later report mends an earlier one; a much weaker sentence does not jump the queue."""
    hits = [
        hit("Nine people died.", day=9),
        hit("Fourteen people are known to have died.", day=21),
        hit("An undated page speaks of victims.", day=None),
        hit("A weak and new mention.", day=28),
    ]
    drafts = list(ExtractiveReader(OneEach([0.8, 0.7, 0.65, 0.3])).read("How many died?", hits))
    days = [
        draft.evidence[-1].article.published for draft in drafts if isinstance(draft, DraftClaim)
    ]
    assert [day.day if day else None for day in days] == [21, 9, None, 28]


def test_the_best_comes_first_where_a_day_is_asked_about() -> None:
    """What looks back on that day from a later one is no better for being newer."""
    hits = [hit("Nine people died.", day=9), hit("On March 9 the count was 1,900.", day=21)]
    scorer = OneEach([0.8, 0.7])
    drafts = list(ExtractiveReader(scorer).read("How many died by March 9?", hits))
    assert [d.evidence[-1].article.published for d in drafts if isinstance(d, DraftClaim)] == [
        hit.article.ref.published for hit in hits
    ]
