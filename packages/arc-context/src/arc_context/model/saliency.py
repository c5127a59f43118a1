"""Anchors: places that a grid is looked at from, chosen one after another."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from arc_context.model.attention import cell_places
from arc_context.model.output import Anchors
from arc_context.model.pooling import masked_mean
from attention_core import DenseMap
from attention_core.masking import masked_softmax

GOING_ON = -2.0
"""First logit that no anchor is needed any more."""
TAKEN = 0.98
"""How much of a cell an anchor takes from those that follow."""
NEAR = 10.0
"""How much more a cell that is the same counts than one at a right angle, in nats, where those alike are counted."""


class DynamicSaliencyController(nn.Module):
    """Choose anchors one after another.

        a_k = softmax_hw( q_k · K x_hw / sqrt(d) + w r_hw + ln m_k,hw ),   v_k = Σ a_k x,   m_k+1 = m_k (1 − 0.98 a_k)
        q_k = W GRU(v_k−1),   stop_k = MLP [v_k; 1 − H(a_k) / ln n],   stop_1 = −∞

    The first look follows the mean of the grid, each later one what was found before it. r says how little a cell is
    like the others of its grid; its weight w is learned and begins at 1, so that untrained maps are sharp, on cells
    that stand out. m starts at 1 and keeps later anchors from places that are taken; n cells are in the grid. No
    colour is preferred. The first anchor is always there, so that places about it are learned before it can be done
    without. A GRU is Cho et al. 2014; that the rare is salient, Bruce & Tsotsos 2009.

    Args:
        dim: channels.
        anchors: how many are chosen.
    """

    def __init__(self, dim: int, anchors: int):
        super().__init__()
        self.anchors = anchors
        self.norm = nn.LayerNorm(dim)
        self.key = nn.Linear(dim, dim, bias=False)
        nn.init.orthogonal_(self.key.weight)
        self.rare = nn.Parameter(torch.ones(()))
        self.next = nn.GRUCell(dim, dim)
        self.query = nn.Linear(dim, dim)
        self.first = nn.Parameter(torch.randn(dim) * dim**-0.5)
        last = nn.Linear(dim, 1)
        nn.init.constant_(last.bias, GOING_ON)
        self.stop = nn.Sequential(nn.Linear(dim + 1, dim), nn.GELU(), last)

    def forward(
        self, features: Float[Tensor, "batch dim height width"], mask: Bool[Tensor, "batch height width"]
    ) -> Anchors:
        """Anchors among the cells of the mask."""
        height, width = mask.shape[-2:]
        cells, there = self.norm(features.flatten(2).mT), mask.flatten(1)
        keys, free = self.key(cells), there.to(cells.dtype)
        standing_out = self.rare * rarity(keys, there)
        state = self.first.expand(len(cells), -1)
        found = masked_mean(cells.mT.unflatten(-1, (height, width)), mask)
        maps, vectors = [], []
        for _ in range(self.anchors):
            state = self.next(found, state)
            scores = (keys @ self.query(state).unsqueeze(-1)).squeeze(-1) / keys.shape[-1] ** 0.5
            weights = masked_softmax(scores + standing_out + free.clamp_min(1e-6).log(), there)
            free, found = free * (1 - TAKEN * weights), (weights.unsqueeze(1) @ cells).squeeze(1)
            maps.append(weights)
            vectors.append(found)
        weights, vectors = torch.stack(maps, 1), torch.stack(vectors, 1)
        return self._anchors(weights, vectors, there, (height, width))

    def _anchors(self, weights: Tensor, vectors: Tensor, there: Tensor, shape: tuple[int, int]) -> Anchors:
        places = cell_places(*shape, weights.device).to(weights.dtype)
        attention = DenseMap(weights.unsqueeze(1), there[:, None, None])
        later = torch.cat([vectors, sharpness(weights, there)], -1)[:, 1:]
        logits = F.pad(self.stop(later).squeeze(-1), (1, 0), value=-torch.inf)
        present = (-logits).sigmoid().cumprod(-1)
        return Anchors(weights @ places, attention, logits, present, vectors)


def sharpness(
    weights: Float[Tensor, "batch anchors cells"], there: Bool[Tensor, "batch cells"]
) -> Float[Tensor, "batch anchors 1"]:
    """1 − H / ln n: 1 where a single cell has all the weight, 0 where all n share it; 1 where there is one cell."""
    entropy = -(weights * weights.clamp_min(1e-9).log()).sum(-1)
    return (1 - entropy / there.sum(-1, keepdim=True).clamp_min(2).log()).unsqueeze(-1)


def rarity(
    keys: Float[Tensor, "batch cells dim"], there: Bool[Tensor, "batch cells"]
) -> Float[Tensor, "batch cells"]:
    """r_i = − ln (e^−β + Σ_{j ≠ i} exp(β cos(k_i, k_j))) over the cells that are there: large where none is like i."""
    unit = F.normalize(keys, dim=-1)
    alike = (NEAR * unit @ unit.mT).masked_fill(~there.unsqueeze(1), -torch.inf)
    itself = torch.eye(keys.shape[1], dtype=torch.bool, device=keys.device)
    return -alike.masked_fill(itself, -NEAR).logsumexp(-1)
