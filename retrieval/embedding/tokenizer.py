"""The word-piece tokenizer that the bundled models share. It does not run any model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.embedding.onnx import WEIGHTS, read_weights

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SHA256 = "5fd1c882abbd30517dced455a2c9768945ec726b96727927e4959348d9de550b"


def load_tokenizer(*, max_tokens: int, weights: Path = WEIGHTS) -> Tokenizer:
    """Load the bundled tokenizer: uncased English word-pieces, BERT's vocabulary.

    `encode(text)` and `encode(question, passage)` add `[CLS]` and `[SEP]`; offsets are half-open
    code point ranges into the text that was given, `type_ids` tell question (0) from passage (1).
    Nothing is padded. Every call makes a new instance, whose settings are the caller's to change.

    Args:
        max_tokens: Longer inputs are cut to this many tokens, special ones counted; of a pair, the
            longer text is cut first.
        weights: The folder that holds `tokenizer.json`.

    Raises:
        EmbedderError: The vocabulary file is missing or damaged.
    """
    from tokenizers import Tokenizer

    content = read_weights("tokenizer.json", sha256=SHA256, folder=weights)
    tokenizer = Tokenizer.from_buffer(content)
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer
