"""Any article text, any span: read, store, retrieve and cite give back the same characters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.citations import CitationMaker, verify_answer
from bot.engine import Bot
from bot.readers import DraftClaim, Evidence
from bot.types import Claim, Status
from retrieval.archive import Archive
from retrieval.embedding.bundled import BundledEmbedder
from retrieval.passages import split_passages
from retrieval.sentences import split_sentences
from retrieval.sources import Input, discover, read
from retrieval.sources.canonical import canonical
from retrieval.types import ParsedArticle, Span
from tests.strategies import article_texts


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory, embedder: BundledEmbedder
) -> Iterator[tuple[Archive, Path]]:
    """An archive, and the file that each example is written to: every example is a revision."""
    folder = tmp_path_factory.mktemp("round")
    with Archive.open(folder / "archive", create=True, embedder=embedder) as archive:
        yield archive, folder / "article.txt"


def parsed(file: Path) -> ParsedArticle | None:
    (item,) = discover([file])
    assert isinstance(item, Input)
    (result,) = read(item)
    return result if isinstance(result, ParsedArticle) else None


@settings(max_examples=80)
@given(article_texts(), st.data())
@example("\ufeffTitle: T\r\n\r\nOne\u2028two.\r\n\r\n\r\n\r\n\r\nThree\x85four…\ud83d\ude00", None)
@example("Ein Satz. " * 60 + "\n\n" + "京都で会議が開かれた。" * 40, None)
@example("a\u0301\u202e. \u200bB?! 👩‍👩‍👧 “C.”", None)
def test_any_span_of_any_text_is_cited_with_the_same_characters(
    home: tuple[Archive, Path], text: str, data: st.DataObject | None
) -> None:
    """Through a file, the ledger, retrieval and the citation: no character is lost or moved."""
    archive, file = home
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    article = parsed(file)
    assume(article is not None)
    assert article is not None

    # Read: the stored text is the file's canonical text from some point on, not a rewriting of it.
    assert canonical(article.text)[0] == article.text
    if "\ufffd" not in article.text:
        whole, _ = canonical(text.encode("utf-8", "replace").decode("utf-8"))
        assert whole.endswith(article.text)

    # Store.
    report = archive.ingest([file])
    assert report.failed == ()
    (article_id,) = (*report.added, *report.changed, *report.unchanged)
    assert archive.article(article_id).text == article.text

    # Retrieve: with few passages every one is a candidate, so all can be looked at.
    hits = archive.search("What was said?", limit=50)
    found = sorted(span for hit in hits for span in hit.passage.sentences)
    assert found == [span for passage in split_passages(article.text) for span in passage]
    for hit in hits:
        assert hit.article.text == article.text
        assert hit.text == article.text[hit.passage.start : hit.passage.end]

    # Cite: any span, and each sentence.
    spans = [*found, *split_sentences(article.text)]
    if data is not None:
        size = len(article.text)
        start = data.draw(st.integers(0, size - 1))
        drawn = Span(start, data.draw(st.integers(start + 1, size)))
        quoted = article.text[slice(*drawn)]
        if quoted == quoted.strip():
            spans.append(drawn)
    for span in spans:
        maker = CitationMaker(archive.article)
        claim = maker.claim(DraftClaim((Evidence(hits[0].article.ref, span),)))
        assert isinstance(claim, Claim), claim
        (citation,) = maker.citations
        assert citation.quote == claim.text == article.text[slice(*span)]
        assert (citation.start, citation.end) == span


def test_an_answer_saved_as_json_still_proves_its_citations(
    built_archive: tuple[Path, Path], shared_archive: Archive
) -> None:
    """Ask, save, read back, verify: equal to the original, and every check passes."""
    with Bot.open(built_archive[0], dense="exact") as bot:
        answer = bot.ask("How long will the repairs to the Merrowby bridge take?")
    assert answer.status is Status.ANSWERED
    again = type(answer).from_json(answer.to_json())
    assert again == answer
    checks = verify_answer(again, shared_archive.article)
    assert checks
    assert all(check.ok for check in checks)
