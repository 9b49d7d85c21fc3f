"""The word-piece tokenizer that the bundled models share. It does not run any model."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from retrieval.errors import EmbedderError

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def load_tokenizer(*, max_tokens: int) -> Tokenizer:
    """Load the bundled tokenizer (uncased English word-pieces, BERT's vocabulary).

    `encode(text)` and `encode(question, passage)` add `[CLS]` and `[SEP]`; offsets are half-open
    code point ranges into the text that was given, `type_ids` tell question (0) from passage (1).
    Nothing is padded. Each caller gets its own instance, so its settings are its own to change.

    Args:
        max_tokens: Longer inputs are cut to this many tokens, special ones counted; of a pair, the
            longer half is cut first.

    Raises:
        EmbedderError: The vocabulary file is missing or damaged.
    """
    from tokenizers import Tokenizer  # noqa: PLC0415 - heavy

    resource = files("retrieval") / "weights" / "tokenizer.json"
    try:
        with as_file(resource) as path:
            tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception
        raise EmbedderError(
            f"The bundled vocabulary {resource} cannot be read ({error}). "
            "Reinstall dateline: pip install --force-reinstall dateline"
        ) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer
