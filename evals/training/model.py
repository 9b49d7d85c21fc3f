"""The cross-encoder reader in plain torch: BERT as published, one span head, one relevance head.

The trunk has the shape of all-MiniLM-L6-v2 (6 layers, 384 wide, 12 heads, feed-forward 1536) and
takes its weights under their published names. This file knows nothing of data or of training.

Architecture: Devlin et al. 2019, https://arxiv.org/abs/1810.04805 (post-norm, erf GELU). Span head
with the first token as "no answer here": the same paper, section 4.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

HIDDEN = 384
HEADS = 12
LAYERS = 6
FEED_FORWARD = 1536
VOCABULARY = 30522
POSITIONS = 512
EPSILON = 1e-12
MASKED = -1e4


@dataclass(frozen=True, slots=True)
class Output:
    """What the reader says of a batch of B sequences of S tokens.

    Attributes:
        start: logits [B, S] that the answer starts at a token; token 0 means "no answer here".
            Question and padding tokens hold a large negative number.
        end: logits [B, S] of the answer's last token (inclusive), masked alike.
        relevance: logits [B] that the passage answers the question.
    """

    start: Tensor
    end: Tensor
    relevance: Tensor


class Embeddings(nn.Module):
    """Word, position and segment vectors, summed and normalised: [B, S] -> [B, S, 384]."""

    def __init__(self) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(VOCABULARY, HIDDEN)
        self.position_embeddings = nn.Embedding(POSITIONS, HIDDEN)
        self.token_type_embeddings = nn.Embedding(2, HIDDEN)
        self.LayerNorm = nn.LayerNorm(HIDDEN, eps=EPSILON)

    def forward(self, input_ids: Tensor, token_type_ids: Tensor) -> Tensor:
        positions = self.position_embeddings.weight[: input_ids.shape[1]]
        words = self.word_embeddings(input_ids) + self.token_type_embeddings(token_type_ids)
        return self.LayerNorm(words + positions)


class Layer(nn.Module):
    """One post-norm transformer block: [B, S, 384] -> [B, S, 384]."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(HIDDEN, HIDDEN)
        self.key = nn.Linear(HIDDEN, HIDDEN)
        self.value = nn.Linear(HIDDEN, HIDDEN)
        self.attention_output = nn.Linear(HIDDEN, HIDDEN)
        self.attention_norm = nn.LayerNorm(HIDDEN, eps=EPSILON)
        self.up = nn.Linear(HIDDEN, FEED_FORWARD)
        self.down = nn.Linear(FEED_FORWARD, HIDDEN)
        self.output_norm = nn.LayerNorm(HIDDEN, eps=EPSILON)

    def forward(self, x: Tensor, mask: Tensor, dropout: float) -> Tensor:
        batch, length, _ = x.shape
        shape = (batch, length, HEADS, HIDDEN // HEADS)
        query, key, value = (
            projection(x).view(shape).transpose(1, 2)
            for projection in (self.query, self.key, self.value)
        )
        # Written out: at these lengths the fused kernel's backward pass is 1.5 times slower on CPU.
        scores = (query * (HIDDEN // HEADS) ** -0.5) @ key.transpose(2, 3) + mask
        context = (scores.softmax(-1) @ value).transpose(1, 2).reshape(batch, length, HIDDEN)
        context = self.attention_output(context)
        x = self.attention_norm(x + functional.dropout(context, dropout, self.training))
        hidden = self.down(functional.gelu(self.up(x)))
        return self.output_norm(x + functional.dropout(hidden, dropout, self.training))


class Reader(nn.Module):
    """Question and passage in, span and relevance logits out.

    Args:
        dropout: probability used on both residual branches while training.
    """

    def __init__(self, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = dropout
        self.embeddings = Embeddings()
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.span = nn.Linear(HIDDEN, 2)
        self.relevance = nn.Linear(HIDDEN, 1)
        for head in (self.span, self.relevance):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Output:
        """Read a batch.

        Args:
            input_ids: [B, S] ``[CLS] question [SEP] passage [SEP]``, padded with 0.
            attention_mask: [B, S] 1 for a token, 0 for padding.
            token_type_ids: [B, S] 0 for the question half, 1 for the passage and its [SEP].
        """
        x = self.embeddings(input_ids, token_type_ids)
        mask = (1 - attention_mask[:, None, None, :]) * MASKED
        for layer in self.layers:
            x = layer(x, mask, self.dropout)
        allowed = attention_mask * token_type_ids
        allowed[:, 0] = 1
        spans = self.span(x).float().masked_fill(allowed[..., None] == 0, MASKED)
        return Output(spans[..., 0], spans[..., 1], self.relevance(x[:, 0]).float().squeeze(-1))


def published_name(name: str) -> str:
    """The name that a trunk parameter of `Reader` has in the published safetensors file."""
    for ours, theirs in (
        ("layers.", "encoder.layer."),
        (".query.", ".attention.self.query."),
        (".key.", ".attention.self.key."),
        (".value.", ".attention.self.value."),
        (".attention_output.", ".attention.output.dense."),
        (".attention_norm.", ".attention.output.LayerNorm."),
        (".up.", ".intermediate.dense."),
        (".down.", ".output.dense."),
        (".output_norm.", ".output.LayerNorm."),
    ):
        name = name.replace(ours, theirs)
    return name


def from_minilm(weights: Path, *, dropout: float = 0.0) -> Reader:
    """A reader whose trunk is the published all-MiniLM-L6-v2 and whose heads are new.

    Args:
        weights: the published ``model.safetensors``.
        dropout: see `Reader`.

    Raises:
        KeyError: the file lacks a trunk weight.
    """
    published = load_file(weights)
    reader = Reader(dropout=dropout)
    trunk = {
        name: published[published_name(name)]
        for name in reader.state_dict()
        if name.startswith(("embeddings.", "layers."))
    }
    missing, unexpected = reader.load_state_dict(trunk, strict=False)
    if unexpected or any(not name.startswith(("span.", "relevance.")) for name in missing):
        raise KeyError(f"{weights} does not fit the reader: {missing} {unexpected}")
    reader.embeddings.word_embeddings.weight.requires_grad_(False)
    return reader
