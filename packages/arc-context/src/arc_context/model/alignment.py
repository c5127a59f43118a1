"""Which cell of an input an output cell is of, as far as the pairs tell."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from arc_context.model.canvas import SYMBOLS
from arc_context.model.views import DRAWN, VIEWS

FIRST_TRUST = 10.0
"""By how much the log odds of a view grow at first where it tells all that outputs have."""
AS_IT_STANDS = 5.0
"""By how much those of the grid as it stands are larger at first than any other view's."""


def goodman_kruskal_lambda(
    seen: Int[Tensor, "batch pairs height width views"],
    outputs: Int[Tensor, "batch pairs height width"],
    mask: Bool[Tensor, "batch pairs height width"],
) -> Float[Tensor, "batch views"]:
    """How much each view of the train inputs tells of the train outputs, whatever becomes of its colours.

        λ = (Σ_c max_o n_co − max_o n_o) / (n − max_o n_o)

    Of n cells, n_co have colour c in the view and o in the output: the share of the errors of always naming the
    commonest that knowing the view's colour spares (Goodman & Kruskal 1954). To stand beyond a grid counts as a
    colour; 1 for a view whose colours need only be replaced, and for all where outputs have one colour.

    Args:
        seen: the views of every train input.
        outputs: what is told of.
        mask: True where a support cell may be looked at.
    """
    # One bin for each pair of colours, and one for closed cells.
    pairs = torch.where(mask.unsqueeze(-1), SYMBOLS * seen + outputs.unsqueeze(-1), SYMBOLS**2).flatten(1, 3)
    counts = mask.new_zeros((len(mask), SYMBOLS**2 + 1, seen.shape[-1]), dtype=torch.get_default_dtype())
    counts = counts.scatter_add(1, pairs, torch.ones_like(pairs, dtype=counts.dtype))
    table = counts[:, :-1].unflatten(1, (SYMBOLS, SYMBOLS))
    right, commonest = table.amax(2).sum(1), table.sum(1).amax(1)
    left = table.sum((1, 2)) - commonest
    return torch.where(left > 0, (right - commonest) / left.clamp_min(1), 1.0)


class Alignment(nn.Module):
    """Lay inputs upon outputs: say of each cell which colour of the input it is of.

        s(i, j) = Σ_k a_k [v_k(i, j)],   a = softmax(t λ_k⁸ + b [k = 0])

    v_k are the views, of which the one that tells of the outputs in the train pairs is preferred, else the grid as it
    stands; λ is `goodman_kruskal_lambda`, and its power as in `explained`. Test inputs and train inputs are laid alike,
    so that a cell can look up what became of its colour where grids are turned, moved or cut out besides. t and b are
    learned.
    """

    def __init__(self):
        super().__init__()
        self.trust = nn.Parameter(torch.tensor(FIRST_TRUST))
        self.standing = nn.Parameter(torch.tensor(AS_IT_STANDS))

    def forward(
        self,
        seen: Int[Tensor, "batch pairs height width views"],
        outputs: Int[Tensor, "batch pairs height width"],
        mask: Bool[Tensor, "batch pairs height width"],
    ) -> Float[Tensor, "batch views"]:
        """The weights a of the views; they sum to 1."""
        first = F.one_hot(mask.new_zeros(len(mask), dtype=torch.long), VIEWS)
        explains = goodman_kruskal_lambda(seen, outputs, mask) ** DRAWN
        return (self.trust * explains + self.standing * first).softmax(-1)


def laid(
    seen: Int[Tensor, "batch *cells views"], weights: Float[Tensor, "batch views"]
) -> Float[Tensor, "batch *cells symbols"]:
    """The shares s of the symbols at each cell."""
    shares = weights.reshape(len(weights), *[1] * (seen.ndim - 2), -1).expand(seen.shape)
    return shares.new_zeros((*seen.shape[:-1], SYMBOLS)).scatter_add(-1, seen, shares)
