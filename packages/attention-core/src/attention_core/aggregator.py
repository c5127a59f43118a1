"""Several attentions, joined."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from attention_core.checks import check_mask
from attention_core.errors import AttentionError
from attention_core.maps import Attended, DenseMap
from attention_core.masking import masked_softmax


class AttentionAggregator(nn.Module):
    """Join what several attentions found, each token weighing them for itself.

        values_i = Σ_k a_ik x_ik,   a_i = softmax_k( w_k · tanh(W x_ik + b) )

    The semantic attention of Wang et al. 2019 (HAN), with weights per token in place of one mean for all. It
    is an attention of tokens to attentions, and its map says so. w starts at zero, where the values are the
    mean.
    """

    def __init__(self, dim: int, attentions: int, hidden: int | None = None):
        super().__init__()
        if attentions < 1:
            raise AttentionError(f"{attentions} attentions; give at least one to join.")
        self.project = nn.Linear(dim, dim if hidden is None else hidden)
        self.score = nn.Parameter(torch.zeros(attentions, self.project.out_features))

    def forward(
        self,
        found: Sequence[Float[Tensor, "*batch tokens dim"]],
        *,
        mask: Bool[Tensor, "..."] | None = None,
    ) -> Attended:
        """Joined values, and the importances as a map `[*batch, 1, tokens, attentions]`.

        Args:
            found: the values of each attention.
            mask: True = the attention counts for the token, broadcastable to `[*batch, tokens, attentions]`;
                what does not count may hold NaN or infinity, and a token for which none counts gets zeros.

        Raises:
            AttentionError: if there are more or fewer values than attentions, or their shapes differ.
        """
        self._check(found)
        values = torch.stack([*found], -2)
        if mask is not None:
            check_mask(mask, tuple(values.shape[:-1]), values.device, "[*batch, tokens, attentions]")
            mask = mask.expand(values.shape[:-1])
            values = values.masked_fill(~mask.unsqueeze(-1), 0.0)
        importance = masked_softmax((self.project(values).tanh() * self.score).sum(-1), mask)
        joined = (importance.unsqueeze(-1) * values).sum(-2)
        return Attended(
            joined, DenseMap(importance.unsqueeze(-3), None if mask is None else mask.unsqueeze(-3))
        )

    def _check(self, found: Sequence[Tensor]) -> None:
        if len(found) != len(self.score):
            raise AttentionError(f"got the values of {len(found)} attentions; expected {len(self.score)}.")
        shapes = {tuple(values.shape) for values in found}
        if len(shapes) > 1 or found[0].shape[-1] != self.project.in_features:
            raise AttentionError(
                f"values have the shapes {[list(values.shape) for values in found]};"
                f" expected the same [*batch, tokens, dim] with dim {self.project.in_features}."
            )
