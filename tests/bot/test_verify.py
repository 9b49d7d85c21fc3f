"""Re-proving saved answers: whatever was altered is caught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.citations import CitationMaker, verify_answer
from bot.readers import DraftClaim, Evidence
from bot.types import Answer, AskedFilters, Citation, Claim, Item, Status
from retrieval.archive import Archive
from retrieval.sentences import split_sentences
from retrieval.types import Span

Ids = Callable[[str], str]


def saved(archive: Archive, article_id: str, *, reader: str = "extractive") -> Answer:
    """An answer of two claims: two sentences apart, and one with a short answer."""
    article = archive.article(article_id)
    spans = split_sentences(article.text)
    maker = CitationMaker(archive.article)
    drafts = (
        DraftClaim((Evidence(article.ref, spans[0]), Evidence(article.ref, spans[2]))),
        DraftClaim(
            (Evidence(article.ref, spans[1]),),
            short=Evidence(article.ref, Span(spans[1].start, spans[1].start + 5)),
        ),
    )
    claims = [claim for draft in drafts if isinstance(claim := maker.claim(draft), Claim)]
    assert len(claims) == 2
    return Answer(
        id="x",
        question="What happened?",
        status=Status.ANSWERED,
        claims=tuple(claims),
        citations=tuple(maker.citations),
        abstention=None,
        nearest=(),
        rejected=(),
        filters=AskedFilters(),
        reader=reader,
        created=datetime(2023, 5, 2, tzinfo=UTC),
        timings={},
    )


@pytest.fixture
def answer(shared_archive: Archive, id_of: Ids) -> Answer:
    return saved(shared_archive, id_of("bridge.txt"))


def holds(answer: Answer, archive: Archive) -> bool:
    return all(check.ok for check in verify_answer(answer, archive.article))


def failures(answer: Answer, archive: Archive) -> list[str]:
    found = [check.why for check in verify_answer(answer, archive.article) if not check.ok]
    assert all(why and "\n" not in why for why in found)
    return found


def with_citation(answer: Answer, **changes: object) -> Answer:
    first, *others = answer.citations
    return replace(answer, citations=(replace(first, **changes), *others))  # type: ignore[arg-type]


def with_claim(answer: Answer, index: int = 1, **changes: object) -> Answer:
    claims = list(answer.claims)
    claims[index] = replace(claims[index], **changes)  # type: ignore[arg-type]
    return replace(answer, claims=tuple(claims))


def test_an_untouched_answer_holds(answer: Answer, shared_archive: Archive) -> None:
    """One passed check a citation."""
    checks = verify_answer(answer, shared_archive.article)
    assert [check.number for check in checks] == [1, 2, 3]
    assert holds(answer, shared_archive)


def test_an_altered_quote_is_caught(answer: Answer, shared_archive: Archive) -> None:
    """By one character, by its case, by its length, and when it is empty."""
    quote = answer.citations[0].quote
    for altered in (quote.replace("closed", "opened"), quote.upper(), quote[:-1], quote + " ", ""):
        changed = with_citation(answer, quote=altered)
        assert any("the quote is not what" in why for why in failures(changed, shared_archive))


@pytest.mark.parametrize(("start", "end"), [(1, 1), (-1, -1), (0, 1), (-1, 0), (10**6, 10**6)])
def test_shifted_offsets_are_caught(
    answer: Answer, shared_archive: Archive, start: int, end: int
) -> None:
    """By one character at either end, or far outside."""
    first = answer.citations[0]
    changed = with_citation(answer, start=first.start + start, end=first.end + end)
    assert failures(changed, shared_archive)


@given(st.integers(-300, 600), st.integers(-300, 600), st.text(max_size=3))
def test_no_other_offsets_or_quotes_hold(
    shared_archive: Archive, built_archive: tuple[Path, Path], start: int, end: int, quote: str
) -> None:
    """Unless the article does say that quote at those offsets, which then is true."""
    article = shared_archive.articles()[0]
    text = shared_archive.article(article.id).text
    answer = saved(shared_archive, article.id, reader="a model")
    changed = with_citation(answer, start=start, end=end, quote=quote)
    true = 0 <= start < end <= len(text) and text[start:end] == quote
    passed = {c.number: c.ok for c in verify_answer(changed, shared_archive.article)[:3]}
    assert passed == {1: true, 2: True, 3: True}


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Bridge reopens"},
        {"source": "Harbour Wire"},
        {"source": None},
        {"published": datetime(2024, 5, 2, tzinfo=UTC)},
        {"url": "https://news.example/"},
        {"dateline": "MERROWBY"},
        {"carrier": "Harbour Wire"},
    ],
)
def test_another_title_outlet_or_date_is_caught(
    answer: Answer, shared_archive: Archive, change: dict[str, object]
) -> None:
    """The words are there, and the article that says them is not the one that is named."""
    changed = with_citation(answer, article=replace(answer.citations[0].article, **change))
    assert any("its title, outlet or date" in why for why in failures(changed, shared_archive))


@pytest.mark.parametrize("revision", [0, 2, -1])
def test_another_revision_is_caught(answer: Answer, shared_archive: Archive, revision: int) -> None:
    """There is no such revision."""
    ref = replace(answer.citations[0].article, revision=revision)
    assert failures(with_citation(answer, article=ref), shared_archive)


@pytest.mark.parametrize("article_id", ["", "zzzz", "000000000000", "%"])
def test_an_unknown_article_is_caught(
    answer: Answer, shared_archive: Archive, article_id: str
) -> None:
    """An id that nobody has."""
    ref = replace(answer.citations[0].article, id=article_id)
    assert failures(with_citation(answer, article=ref), shared_archive)


def test_a_shortened_id_is_caught(answer: Answer, shared_archive: Archive) -> None:
    """The archive finds an article by the beginning of its id; a citation names all of it."""
    ref = replace(answer.citations[0].article, id=answer.citations[0].article.id[:10])
    assert failures(with_citation(answer, article=ref), shared_archive)


def test_a_removed_article_is_caught(archive: Archive, id_of: Ids) -> None:
    """Every citation of it fails, and says why."""
    answer = saved(archive, id_of("bridge.txt"))
    archive.remove(id_of("bridge.txt"))
    assert len(failures(answer, archive)) == 3
    assert all("no article" in why for why in failures(answer, archive))


def test_an_earlier_revision_goes_on_to_verify(
    archive: Archive, id_of: Ids, built_archive: tuple[Path, Path], tmp_path: Path
) -> None:
    """A corrected article does not make a lie of what was cited before its correction."""
    answer = saved(archive, id_of("bridge.txt"))
    file = Path(archive.article(id_of("bridge.txt")).origin)
    original = file.read_text()
    try:
        file.write_text(original.replace("eleven weeks", "twelve weeks"))
        assert archive.ingest([file]).changed == (id_of("bridge.txt"),)
    finally:
        file.write_text(original)
    assert archive.article(id_of("bridge.txt")).ref.revision == 2
    assert holds(answer, archive)


def test_a_claim_without_a_citation_is_caught(answer: Answer, shared_archive: Archive) -> None:
    """Nothing may be said that nothing carries."""
    assert failures(with_claim(answer, citations=()), shared_archive) == [
        "a claim cites what the answer lacks"
    ]


def test_a_claim_that_cites_what_is_not_there_is_caught(
    answer: Answer, shared_archive: Archive
) -> None:
    """A number that no citation has, alone or beside a good one."""
    for numbers in ((9,), (1, 9), (0,), (-1,)):
        assert failures(with_claim(answer, citations=numbers), shared_archive)
    assert failures(replace(answer, citations=answer.citations[:2]), shared_archive)


def test_an_extractive_claim_that_says_more_than_its_quotes_is_caught(
    answer: Answer, shared_archive: Archive
) -> None:
    """What the extractive reader says is quoted text and nothing else."""
    text = answer.claims[1].text
    for altered in (text + " Everybody knows it.", text.upper(), text[:-1], ""):
        assert "the claim is not what it quotes" in failures(
            with_claim(answer, text=altered), shared_archive
        )
    named = replace(answer, reader="extractive/minilm")
    assert failures(with_claim(named, text="Something else."), shared_archive)


@pytest.mark.parametrize(
    "change",
    [
        {"short": "never"},
        {"short": ""},
        {"short": None},
        {"short_span": Span(0, 5)},
        {"short_span": Span(10**6, 10**6 + 5)},
        {"short_span": None},
        {"short_in": None},
        {"short_in": 1},
        {"short_in": 9},
        {"also": (Item("never", Span(0, 5)),)},
        {"also": (Item("", Span(10**6, 10**6)),)},
    ],
)
def test_an_altered_short_answer_is_caught(
    answer: Answer, shared_archive: Archive, change: dict[str, object]
) -> None:
    """It must be what its span says, inside a citation of its claim."""
    assert answer.claims[1].short is not None
    assert failures(with_claim(answer, **change), shared_archive) == [
        "the short answer is not in the quote"
    ]


def test_one_bad_citation_does_not_hide_the_others(answer: Answer, shared_archive: Archive) -> None:
    """Each has its own check, in the order of their numbers."""
    changed = with_citation(answer, quote="x")
    checks = verify_answer(changed, shared_archive.article)
    assert [(c.number, c.ok) for c in checks[:3]] == [(1, False), (2, True), (3, True)]


def test_of_two_citations_with_one_number_none_slips_through(
    answer: Answer, shared_archive: Archive
) -> None:
    """A second citation under a number in use is checked like the first."""
    fake = Citation(1, answer.citations[0].article, 0, 5, "Fakes", True)
    for citations in ((fake, *answer.citations), (*answer.citations, fake)):
        assert failures(replace(answer, citations=citations), shared_archive)


def in_own_words(archive: Archive, article_id: str) -> Answer:
    """An answer of a model: one claim in its words, and one word for word."""
    article = archive.article(article_id)
    spans = split_sentences(article.text)
    maker = CitationMaker(archive.article, "What happened to the bridge?")
    said = ("The Merrowby road bridge was closed after engineers found a crack.", None)
    drafts = [DraftClaim((Evidence(article.ref, spans[0]),), text=text, lead=" ") for text in said]
    claims = [claim for draft in drafts if isinstance(claim := maker.claim(draft), Claim)]
    assert len(claims) == 2
    base = saved(archive, article_id, reader="model/any")
    return replace(base, claims=tuple(claims), citations=tuple(maker.citations))


def test_a_models_answer_holds_as_long_as_it_is_borne_out(
    shared_archive: Archive, id_of: Ids
) -> None:
    answer = in_own_words(shared_archive, id_of("bridge.txt"))
    assert holds(answer, shared_archive)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("The Merrowby road bridge was closed after 40 engineers found a crack.", "40"),
        ("The Astbury road bridge was closed after engineers found a crack.", "Astbury"),
        ("The Merrowby road bridge was not closed.", ""),
        ("The bridge was closed, see https://evil.example for the crack.", ""),
        ("“We closed the Merrowby road bridge,” engineers who found a crack said.", ""),
        ("Everybody was dismissed.", ""),
        ("", ""),
    ],
)
def test_a_models_claim_that_was_altered_afterwards_is_caught(
    text: str, why: str, shared_archive: Archive, id_of: Ids
) -> None:
    """`verify` checks again what was checked before the answer was shown."""
    answer = in_own_words(shared_archive, id_of("bridge.txt"))
    (found, *_) = failures(with_claim(answer, 0, text=text), shared_archive)
    assert why in found


def test_the_question_that_was_searched_for_counts(shared_archive: Archive, id_of: Ids) -> None:
    """A claim may take its names from the follow-up as it stands alone."""
    answer = in_own_words(shared_archive, id_of("bridge.txt"))
    told = with_claim(
        answer, 0, text="The Astbury bridge was closed after engineers found a crack."
    )
    assert not holds(told, shared_archive)
    assert holds(replace(told, standalone="What of the Astbury bridge?"), shared_archive)
