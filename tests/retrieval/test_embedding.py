"""The bundled embedder, with its real weights."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.embedding import Embedder
from retrieval.embedding.bundled import MAX_TOKENS, BundledEmbedder
from retrieval.embedding.onnx import TOKENS_PER_BATCH, WEIGHTS, batches, open_session
from retrieval.embedding.tokenizer import load_tokenizer
from retrieval.errors import EmbedderError

SHORT = "Ferries stopped."
LONG = "The inquiry into the harbour contract heard from two more witnesses on Tuesday. " * 12
POOL = (
    SHORT,
    LONG,
    "",
    "Who signed the contract, and when?",
    "Magnitude 6.1; no tsunami warning.",
    "The council voted 7-2 to reopen the bridge, which has been closed since the flood in March.",
)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return BundledEmbedder()


@pytest.mark.parametrize(
    ("one", "other", "published"),
    [
        (
            "Who is on strike?",
            "Dockers walked out at the port on Monday, halting container traffic.",
            0.0650,
        ),
        ("The mayor resigned after the audit.", "The audit led the mayor to step down.", 0.8481),
        (
            "The mayor resigned after the audit.",
            "The mayor did not resign after the audit.",
            0.8847,
        ),
        (
            "When does the telescope see first light?",
            "The cup final was decided by a late goal.",
            0.1099,
        ),
        ("Unemployment fell to 4.1 percent.", "Unemployment rose to 4.1 percent.", 0.8861),
        ("café naïve Zürich", "cafe naive zurich", 1.0),
    ],
)
def test_cosines_are_those_of_the_published_model(
    embedder: Embedder, one: str, other: str, published: float
) -> None:
    """Rounding to 8 bits moves a cosine by less than 0.01.

    The numbers are those of sentence-transformers with the published float32 weights. That
    opposites score .88 is the published model's way, and why answers are checked elsewhere.
    """
    a, b = embedder.embed_passages([one, other])
    assert float(a @ b) == pytest.approx(published, abs=0.01)


def test_rows_are_unit_float32(embedder: Embedder) -> None:
    """Every text, the empty one too, gets a float32 vector of length 1."""
    vectors = embedder.embed_passages(POOL)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(POOL), embedder.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    """An empty list gives shape [0, 384]."""
    assert embedder.embed_passages([]).shape == (0, 384)


def test_a_question_is_embedded_like_a_passage(embedder: Embedder) -> None:
    """The model is symmetric: there is one vector a text, whichever way it is asked for."""
    question = embedder.embed_question(SHORT)
    assert question.shape == (384,)
    np.testing.assert_array_equal(question, embedder.embed_passages([SHORT])[0])


@given(picks=st.lists(st.integers(0, len(POOL) - 1), max_size=12))
@settings(max_examples=25, deadline=None)
def test_order_and_company_do_not_matter(embedder: Embedder, picks: list[int]) -> None:
    """Row i belongs to text i, and is the same whatever the text was batched and padded with."""
    alone = np.stack([embedder.embed_question(text) for text in POOL])
    together = embedder.embed_passages([POOL[i] for i in picks])
    np.testing.assert_allclose(together, alone[picks], atol=2e-5)


@given(lengths=st.lists(st.integers(1, 400), max_size=60))
def test_batches_hold_every_text_once_within_the_budget(lengths: list[int]) -> None:
    """Batches are a partition; padded, each fits the budget unless it is a single text."""
    groups = list(batches(lengths))
    assert sorted(i for group in groups for i in group) == list(range(len(lengths)))
    for group in groups:
        padded = max(lengths[i] for i in group) * len(group)
        assert padded <= TOKENS_PER_BATCH or len(group) == 1


def test_batches_worked_by_hand() -> None:
    """Lengths 3, 200, 190, 5, 300: 300 alone, 2 x 200 = 400 of 512, then the two short ones."""
    assert list(batches([3, 200, 190, 5, 300])) == [[4], [1, 2], [3, 0]]


def test_text_beyond_the_limit_does_not_count(embedder: Embedder) -> None:
    """Of a text, 256 word-pieces count: [CLS], 254 of the text, [SEP]."""
    kept = "harbour " * (MAX_TOKENS - 2)
    a, b, c = embedder.embed_passages([kept, kept + "election " * 50, kept[:-8] + "election "])
    np.testing.assert_allclose(a, b, atol=2e-5)
    assert float(a @ c) < 0.999


def test_a_lone_surrogate_is_read_as_a_question_mark(embedder: Embedder) -> None:
    """Undecodable bytes of a command line do not stop a question from being embedded."""
    a, b = embedder.embed_passages(["Zur\udcfcich", "Zur?ich"])
    np.testing.assert_array_equal(a, b)


def test_threads_share_one_embedder() -> None:
    """Eight threads that all make the first call get what one thread gets."""
    shared = BundledEmbedder()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(shared.embed_question, [LONG] * 8))
    for answer in answers:
        np.testing.assert_allclose(answer, answers[0], atol=2e-5)


def test_identity_is_known_without_loading_anything() -> None:
    """Importing and making an embedder, and what an archive records of it, take no onnxruntime."""
    code = (
        "import sys, retrieval.embedding\n"
        "assert 'numpy' not in sys.modules\n"
        "from retrieval.embedding.bundled import BundledEmbedder\n"
        "e = BundledEmbedder()\n"
        "print(e.name, e.dimension, e.fingerprint)\n"
        "print({'numpy', 'onnxruntime', 'tokenizers'} & set(sys.modules))\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    identity, heavy = shown.stdout.splitlines()
    assert re.fullmatch(r"minilm-l6-v2 384 [0-9a-f]{16}", identity)
    assert heavy == "set()"


@pytest.mark.parametrize("name", ["minilm.onnx", "tokenizer.json"])
def test_missing_weights_say_what_to_do(tmp_path: Path, name: str) -> None:
    """A missing file is one EmbedderError with the path and the remedy."""
    _copy_weights(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(EmbedderError, match=rf"{name} cannot be read .*pip install"):
        BundledEmbedder(weights=tmp_path).embed_question(SHORT)


@pytest.mark.parametrize("name", ["minilm.onnx", "tokenizer.json"])
def test_altered_weights_are_refused(tmp_path: Path, name: str) -> None:
    """One flipped bit is noticed: vectors of other weights must not enter an archive."""
    _copy_weights(tmp_path)
    content = bytearray((tmp_path / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / name).write_bytes(content)
    with pytest.raises(EmbedderError, match=rf"{name} is damaged or was replaced .*pip install"):
        BundledEmbedder(weights=tmp_path).embed_question(SHORT)


def test_onnxruntime_errors_do_not_cross_the_port() -> None:
    """What onnxruntime cannot load is an EmbedderError."""
    with pytest.raises(EmbedderError, match=r"cannot run the bundled model"):
        open_session(b"not a model", threads=1)


def test_readme_states_the_hash_of_every_file() -> None:
    """`sha256sum --check` on the README's list would pass."""
    readme = (WEIGHTS / "README.md").read_text("utf-8")
    stated = {name: digest for digest, name in re.findall(r"([0-9a-f]{64})  (\S+)", readme)}
    for name in ("minilm.onnx", "tokenizer.json", "LICENSE-minilm.txt"):
        assert stated[name] == hashlib.sha256((WEIGHTS / name).read_bytes()).hexdigest()


def test_tokenizer_pads_nothing_and_tells_question_from_passage() -> None:
    """A pair is [CLS] question [SEP] passage [SEP]; offsets are into the text given."""
    question, passage = "Où?", "In Zürich, she said."
    encoding = load_tokenizer(max_tokens=64).encode(question, passage)
    assert encoding.type_ids == [0] * 4 + [1] * 7
    words = [passage[a:b] for a, b in encoding.offsets[4:-1]]
    assert words == ["In", "Zürich", ",", "she", "said", "."]


def _copy_weights(folder: Path) -> None:
    for name in ("minilm.onnx", "tokenizer.json"):
        shutil.copy(WEIGHTS / name, folder / name)
