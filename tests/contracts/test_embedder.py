"""The contract of `retrieval.embedding.Embedder`, held by each adapter.

The one behind OpenAI's protocol asks a real server on loopback, whose vectors are made of words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from bot.testing import ModelServer, Says
from retrieval.embedding import Embedder
from retrieval.embedding.bundled import BundledEmbedder
from retrieval.embedding.named import open_embedder

TEXTS = [
    "The road bridge was closed on Tuesday.",
    "Ferry crews walked out.\n\nThey want a shorter roster.",
    "Где мост?",
    "a",
]


@pytest.fixture(scope="module", params=["minilm-l6-v2", "openai:scripted", "openai:scripted@256"])
def any_embedder(request: pytest.FixtureRequest, embedder: BundledEmbedder) -> Iterator[Embedder]:
    """Each embedder, opened by its name."""
    if request.param == embedder.name:
        yield embedder
        return
    with ModelServer(Says("")) as server:
        yield open_embedder(request.param, base_url=server.base_url)


def test_its_name_opens_it(any_embedder: Embedder) -> None:
    """An archive records the name, and nothing else, of how its embedder is opened."""
    again = open_embedder(
        any_embedder.name, base_url="http://127.0.0.1:9/v1", dimension=any_embedder.dimension
    )
    assert again.name == any_embedder.name
    assert again.fingerprint == any_embedder.fingerprint
    assert again.dimension == any_embedder.dimension


def test_rows_are_unit_vectors_in_the_order_of_the_texts(any_embedder: Embedder) -> None:
    """Each row is the vector that its text has alone, as a question too."""
    rows = any_embedder.embed_passages(TEXTS)
    assert rows.shape == (len(TEXTS), any_embedder.dimension)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    for text, row in zip(TEXTS, rows, strict=True):
        question = any_embedder.embed_question(text)
        assert question.shape == (any_embedder.dimension,)
        np.testing.assert_allclose(question, row, atol=2e-5)


def test_rounded_to_float16_rows_keep_their_length_and_their_direction(
    any_embedder: Embedder,
) -> None:
    """What the ledger stores is within 1e-3 of unit length; cosines move by less than 1e-3."""
    rows = any_embedder.embed_passages(TEXTS)
    stored = rows.astype("<f2").astype(np.float32)
    np.testing.assert_allclose(np.linalg.norm(stored, axis=1), 1.0, atol=1e-3)
    np.testing.assert_allclose(stored @ stored.T, rows @ rows.T, atol=1e-3)


def test_no_texts_give_no_rows(any_embedder: Embedder) -> None:
    """Of the right width."""
    assert any_embedder.embed_passages([]).shape == (0, any_embedder.dimension)


@pytest.mark.parametrize("text", ["", " ", "\0", "Zur\udcfcich", "word " * 5000, "字" * 9000])
def test_any_text_can_be_embedded(any_embedder: Embedder, text: str) -> None:
    """Empty, undecodable and far too long ones too: what exceeds the model does not count."""
    assert np.linalg.norm(any_embedder.embed_question(text)) == pytest.approx(1.0, abs=1e-5)


def test_identity_is_stable_and_short(any_embedder: Embedder) -> None:
    """Name, fingerprint and dimension are what an archive records."""
    assert re.fullmatch(r"[0-9a-f]{16}", any_embedder.fingerprint)
    assert any_embedder.fingerprint == any_embedder.fingerprint
    assert any_embedder.dimension > 0
    assert any_embedder.name.strip() == any_embedder.name


def test_threads_may_share_one(any_embedder: Embedder) -> None:
    """Eight threads get what one gets."""
    with ThreadPoolExecutor(8) as threads:
        rows = list(threads.map(any_embedder.embed_question, TEXTS[:1] * 8))
    for row in rows[1:]:
        np.testing.assert_allclose(row, rows[0], atol=2e-5)
