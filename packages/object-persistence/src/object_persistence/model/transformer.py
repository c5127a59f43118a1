"""A transformer over the detections of a clip."""

from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor, nn

from attention_core import SelfAttentionBlock
from object_persistence.model.output import PersistenceOutput
from object_persistence.model.queries import ObjectQueries
from object_persistence.model.relations import pair_bias
from object_persistence.tokens.batch import TokenBatch
from object_persistence.tokens.tokenizer import ObjectTokenizer

if TYPE_CHECKING:
    from object_persistence.configuration import ModelConfig

OUTPUTS = ("logits", "duration", "remaining")


class PersistenceTransformer(nn.Module):
    """Which detections are of objects that last: detections attend to each other, and each is then judged.

        x_0 = tokens(batch),   x_l = Block_l(x_l−1, bias_l),   (logit, ln duration, ln remaining) = head(x_L)

    Pre-norm blocks; the bias knows space and time, tracks or motion (`PairBias`). The order of the detections means
    nothing, and padding changes nothing.

    Args:
        config: width, heads, layers, what tokens and pairs know.
        channels: of a patch.
        size: side of a patch in pixels.
    """

    def __init__(self, config: "ModelConfig", channels: int = 1, size: int = 9):
        super().__init__()
        dim, heads = config.dim, config.heads
        self.tokenizer = ObjectTokenizer(
            dim, channels, size, position=config.position, time=config.time, tracks=config.tracks
        )
        self.bias = pair_bias(config)
        self.queries = ObjectQueries(dim, heads, config.queries, 2 * dim) if config.queries else None
        self.blocks = nn.ModuleList(
            SelfAttentionBlock(dim, heads, 2 * dim, config.dropout) for _ in range(config.layers)
        )
        self.head = nn.Sequential(
            nn.LayerNorm(dim), nn.Linear(dim, dim), nn.GELU(), nn.Linear(dim, len(OUTPUTS))
        )

    def forward(self, batch: TokenBatch) -> PersistenceOutput:
        """Judge every detection of every clip.

        Raises:
            PersistenceError: if patches have another shape than the model was made for.
        """
        return self.from_tokens(self.tokenizer(batch).tokens, batch)

    def from_tokens(self, tokens: Float[Tensor, "batch tokens dim"], batch: TokenBatch) -> PersistenceOutput:
        """What follows from tokens as the tokenizer makes them of this batch."""
        mask = batch.mask
        pairs = (mask.unsqueeze(-1) & mask.unsqueeze(-2)).unsqueeze(1)
        biases = [None] * len(self.blocks) if self.bias is None else self.bias(batch)
        queried, maps = (), []
        if self.queries is not None:
            tokens, queried = self.queries(tokens, mask)
        for block, bias in zip(self.blocks, biases, strict=True):
            tokens, attention = block(tokens, mask=pairs, bias=bias)
            maps.append(attention)
        tokens = tokens * mask.unsqueeze(-1)
        judged = self.head(tokens) * mask.unsqueeze(-1)
        logits, duration, remaining = judged.unbind(-1)
        return PersistenceOutput(logits, duration, remaining, tuple(maps), mask, tokens, queried)


def predicted_frames(logarithm: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
    """Frames of what a head tells as ln(1 + frames)."""
    return torch.expm1(logarithm).clamp_min(0.0)
