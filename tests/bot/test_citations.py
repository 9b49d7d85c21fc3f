"""Step 10: draft claims -> verified claims and numbered citations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.citations import CitationMaker
from bot.readers import DraftClaim, Evidence, Judge, Ruling
from bot.types import Claim, Flaw, Item, Rejected
from retrieval.archive import Archive
from retrieval.errors import ArticleNotFoundError
from retrieval.passages import split_passages
from retrieval.types import Article, ArticleRef, Span

TEXT = "The bridge closed. Nobody was hurt.\n\nRepairs take a year. So they say."
#       0                  19               37                   58


def article(article_id: str = "a" * 12, text: str = TEXT, revision: int = 1) -> Article:
    ref = ArticleRef(article_id, revision, "Bridge", "Calder Echo", None, None, None, None)
    return Article(ref, text, (), "/a.txt", datetime(2023, 5, 2, tzinfo=UTC))


FIRST, SECOND = article(), article("b" * 12)


def holding(*articles: Article, question: str = "", judge: Judge | None = None) -> CitationMaker:
    """Makes citations of these articles, as an archive would that holds no others."""

    def get(article_id: str, revision: int) -> Article:
        for held in articles:
            if (held.id, held.ref.revision) == (article_id, revision):
                return held
        raise ArticleNotFoundError(f"the archive has no revision {revision} of {article_id}")

    return CitationMaker(get, question, judge)


@pytest.fixture
def maker() -> CitationMaker:
    """Makes citations of two articles with the same text."""
    return holding(FIRST, SECOND)


def draft(*spans: tuple[int, int], of: Article = FIRST, text: str | None = None) -> DraftClaim:
    return DraftClaim(tuple(Evidence(of.ref, Span(*span)) for span in spans), text=text)


def made(maker: CitationMaker, drafted: DraftClaim) -> Claim:
    claim = maker.claim(drafted)
    assert isinstance(claim, Claim), claim
    return claim


def quotes(maker: CitationMaker) -> list[str]:
    assert [c.number for c in maker.citations] == list(range(1, len(maker.citations) + 1))
    return [citation.quote for citation in maker.citations]


def test_a_citation_is_cut_from_the_stored_text(maker: CitationMaker) -> None:
    """The quote is what stands at its offsets; a claim without text of its own is its quote."""
    claim = made(maker, draft((0, 18)))
    assert claim.text == "The bridge closed."
    (citation,) = maker.citations
    assert (citation.start, citation.end) == (0, 18)
    assert citation.quote == TEXT[0:18]
    assert citation.article == FIRST.ref
    assert citation.verified


def test_citations_are_numbered_by_first_use(maker: CitationMaker) -> None:
    """Not by their place in the text: the first claim's comes first."""
    assert made(maker, draft((58, 70))).citations == (1,)
    assert made(maker, draft((0, 18))).citations == (2,)
    assert made(maker, draft((0, 18), of=SECOND)).citations == (3,)
    assert quotes(maker) == ["So they say.", "The bridge closed.", "The bridge closed."]


def test_one_span_has_one_number_everywhere(maker: CitationMaker) -> None:
    """A span that a second claim cites keeps its number, also beside a new one."""
    made(maker, draft((0, 18)))
    assert made(maker, draft((58, 70))).citations == (2,)
    assert made(maker, draft((58, 70), (0, 18))).citations == (1, 2)
    assert len(maker.citations) == 2


def test_adjacent_sentences_become_one_citation(maker: CitationMaker) -> None:
    """Spans with only white space between them merge, across a paragraph end too."""
    claim = made(maker, draft((37, 57), (19, 35)))
    assert claim.citations == (1,)
    assert quotes(maker) == ["Nobody was hurt.\n\nRepairs take a year."]


def test_sentences_apart_are_two_citations_in_the_order_of_the_text(maker: CitationMaker) -> None:
    """The claim's text joins them with an ellipsis, so that it does not read as one quotation."""
    claim = made(maker, draft((37, 57), (0, 18)))
    assert claim.citations == (1, 2)
    assert claim.text == "The bridge closed. … Repairs take a year."
    assert quotes(maker) == ["The bridge closed.", "Repairs take a year."]


def test_the_same_sentence_of_two_articles_is_two_citations(maker: CitationMaker) -> None:
    """Spans never merge across articles; the article named first comes first."""
    evidence = (Evidence(SECOND.ref, Span(0, 18)), Evidence(FIRST.ref, Span(19, 35)))
    assert made(maker, DraftClaim(evidence)).citations == (1, 2)
    assert [c.article.id for c in maker.citations] == [SECOND.id, FIRST.id]


def test_repeated_and_overlapping_evidence_is_cited_once(maker: CitationMaker) -> None:
    """A reader may name a sentence twice, or two spans that share one."""
    assert made(maker, draft((0, 18), (0, 18), (0, 35), (19, 35))).citations == (1,)
    assert quotes(maker) == ["The bridge closed. Nobody was hurt."]


def test_a_claim_of_its_own_words_keeps_them(maker: CitationMaker) -> None:
    """What a language model wrote stays; only its evidence is quoted."""
    claim = made(maker, draft((0, 18), text="The bridge has closed."))
    assert claim.text == "The bridge has closed."
    assert claim.citations == (1,)


GOOD = (0, 18)


@pytest.mark.parametrize(
    "bad",
    [
        (0, 71),  # behind the end
        (500, 600),
        (-5, 3),
        (-12, -1),
        (5, 5),  # empty
        (18, 0),  # the wrong way round
        (10, 4),  # the wrong way round, inside a good one
        (18, 19),  # a blank
        (0, 19),  # ends with a blank
        (35, 57),  # begins with one
    ],
)
@pytest.mark.parametrize("beside", [(), (GOOD,), ((0, 35), (37, 57))], ids=["alone", "1", "2"])
def test_evidence_that_is_no_sentence_rejects_the_claim(
    maker: CitationMaker, bad: tuple[int, int], beside: tuple[tuple[int, int], ...]
) -> None:
    """Also beside good evidence: nothing of the claim is shown, no number is used up."""
    for order in ((*beside, bad), (bad, *beside)):
        rejected = maker.claim(draft(*order, text="A claim."))
        assert isinstance(rejected, Rejected), rejected
        assert rejected.text == "A claim."
        assert rejected.why
    assert maker.citations == []
    assert made(maker, draft(GOOD)).citations == (1,)


def test_a_claim_without_evidence_is_rejected(maker: CitationMaker) -> None:
    """There is no statement without a citation."""
    rejected = maker.claim(DraftClaim((), text="Everybody knows."))
    assert rejected == Rejected("Everybody knows.", "no sentence was cited for it", Flaw.UNCITED)


def test_what_the_cited_sentences_do_not_carry_is_rejected(maker: CitationMaker) -> None:
    """A figure, a name or a link of a reader's own; and no number is used up."""
    for text in ("Nine bridges closed.", "The Astbury bridge closed.", "It closed: evil.example."):
        rejected = maker.claim(draft((0, 18), text=text))
        assert isinstance(rejected, Rejected), text
        assert rejected.flaw is Flaw.UNSUPPORTED
    assert maker.citations == []


def test_names_of_the_question_and_the_heading_may_be_used() -> None:
    """Who asks about Astbury may be answered with the name; so may what the article is headed."""
    maker = holding(FIRST, question="Was the Astbury bridge closed?")
    assert made(maker, draft((0, 18), text="The Astbury bridge closed.")).citations == (1,)
    assert made(maker, draft((0, 18), text="The bridge closed, Calder Echo said.")).citations


def test_a_judge_has_the_last_word_and_only_that() -> None:
    """It can withhold a claim; what code rejects it is not asked about."""
    asked: list[str] = []

    def judge(claim: str, sentences: Sequence[str]) -> Ruling:
        asked.append(claim)
        assert all("The bridge closed." in sentence for sentence in sentences)
        return Ruling("doubt" not in claim, "says no")

    maker = holding(FIRST, judge=judge)
    assert made(maker, draft((0, 18), text="The bridge closed.")).citations == (1,)
    doubted = maker.claim(draft((0, 18), text="No doubt the bridge closed."))
    nine = maker.claim(draft((0, 18), text="Nine bridges closed."))
    assert isinstance(doubted, Rejected)
    assert isinstance(nine, Rejected)
    assert nine.flaw is Flaw.UNSUPPORTED
    assert "Nine bridges closed." not in asked


def test_another_revision_than_the_stored_one_is_rejected(maker: CitationMaker) -> None:
    """Offsets of one revision mean nothing in another."""
    for revision in (0, 2):
        of = replace(FIRST, ref=replace(FIRST.ref, revision=revision))
        assert isinstance(maker.claim(draft(GOOD, of=of)), Rejected)


@pytest.mark.parametrize(
    "change",
    [{"title": "Another"}, {"source": None}, {"published": datetime(2020, 1, 1, tzinfo=UTC)}],
)
def test_evidence_must_name_the_article_as_it_is_stored(
    maker: CitationMaker, change: dict[str, object]
) -> None:
    """A reader cannot put a sentence under another title, outlet or date."""
    of = replace(FIRST, ref=replace(FIRST.ref, **change))
    assert isinstance(maker.claim(draft(GOOD, of=of)), Rejected)


def test_an_article_that_was_removed_meanwhile_is_rejected(maker: CitationMaker) -> None:
    """Between retrieval and citation another process may remove it."""
    assert isinstance(maker.claim(draft(GOOD, of=article("c" * 12))), Rejected)


def test_a_short_answer_is_a_span_of_the_evidence(maker: CitationMaker) -> None:
    """It is cut from the stored text and says which citation holds it."""
    short = Evidence(FIRST.ref, Span(50, 56))
    claim = made(maker, replace(draft((0, 18), (37, 57)), short=short))
    assert claim.short == TEXT[50:56] == "a year"
    assert claim.short_span == Span(50, 56)
    assert claim.short_in == 2


@pytest.mark.parametrize(
    "short",
    [
        Evidence(FIRST.ref, Span(58, 70)),  # outside the evidence
        Evidence(FIRST.ref, Span(10, 25)),  # half of it
        Evidence(FIRST.ref, Span(5, 5)),
        Evidence(FIRST.ref, Span(9, 2)),
        Evidence(SECOND.ref, Span(4, 10)),  # of another article
    ],
)
def test_a_short_answer_outside_the_evidence_is_left_out(
    maker: CitationMaker, short: Evidence
) -> None:
    """The claim stands without it."""
    claim = made(maker, replace(draft(GOOD), short=short))
    assert (claim.short, claim.short_span, claim.short_in) == (None, None, None)


def test_further_short_answers_lie_where_the_first_one_lies(maker: CitationMaker) -> None:
    """Items of a list that the evidence does not hold are left out, the others kept."""
    spans = (Span(41, 47), Span(20, 30), Span(55, 90), Span(50, 50))
    short = Evidence(FIRST.ref, Span(50, 56))
    claim = made(maker, replace(draft((0, 18), (37, 57)), short=short, also=spans))
    assert claim.also == (Item(TEXT[41:47], Span(41, 47)),)
    assert claim.shorts == (TEXT[50:56], TEXT[41:47])


offsets = st.one_of(st.integers(-10, len(TEXT) + 10), st.sampled_from([0, 18, 19, 35, 37, 57, 58]))
evidences = st.builds(
    Evidence,
    st.sampled_from([FIRST.ref, SECOND.ref, article("c" * 12).ref, article(revision=2).ref]),
    st.builds(Span, offsets, offsets),
)
drafts = st.builds(
    DraftClaim,
    st.lists(evidences, max_size=4).map(tuple),
    text=st.none() | st.just("Words."),
    short=st.none() | evidences,
)


@given(st.lists(drafts, max_size=8))
def test_whatever_a_reader_drafts_every_citation_is_exact(drafted: list[DraftClaim]) -> None:
    """Each citation's quote is the text at its offsets; claims cite only citations that exist."""
    maker = holding(FIRST, SECOND)
    claims = [maker.claim(item) for item in drafted]
    for citation in maker.citations:
        held = {FIRST.id: FIRST, SECOND.id: SECOND}[citation.article.id]
        assert citation.quote == held.text[citation.start : citation.end] == citation.quote.strip()
        assert citation.quote
        assert citation.article == held.ref
    numbers = [c.number for c in maker.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    used: list[int] = []
    for item, claim in zip(drafted, claims, strict=True):
        if isinstance(claim, Rejected):
            continue
        assert claim.citations
        used += [n for n in claim.citations if n not in used]
        assert all(_covered(evidence, maker, claim) for evidence in item.evidence)
        if claim.short is not None and claim.short_in is not None and claim.short_span:
            citation = maker.citations[claim.short_in - 1]
            assert claim.short_in in claim.citations
            assert citation.start <= claim.short_span.start
            assert claim.short_span.end <= citation.end
            assert claim.short == TEXT[slice(*claim.short_span)] != ""
    assert used == numbers  # by first use, and none without one


def _covered(evidence: Evidence, maker: CitationMaker, claim: Claim) -> bool:
    return any(
        c.article == evidence.article
        and c.start <= evidence.span.start < evidence.span.end <= c.end
        for c in (maker.citations[n - 1] for n in claim.citations)
    )


def test_every_sentence_of_a_real_archive_can_be_cited(shared_archive: Archive) -> None:
    """The archive's own sentences all pass the check that a reader's have to pass."""
    maker = CitationMaker(shared_archive.article)
    for ref in shared_archive.articles():
        text = shared_archive.article(ref.id).text
        for spans in split_passages(text):
            for span in spans:
                claim = made(maker, DraftClaim((Evidence(ref, span),)))
                assert claim.text == text[slice(*span)]
