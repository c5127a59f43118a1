"""How much of a test cell's attention is on the support cells that settle it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from arc_context.model.batch import EpisodeBatch
from arc_context.model.pair_encoders import pair_area
from arc_context.questions import Question
from arc_context.truth import NONE, determined
from attention_core import AttentionMap


class Settled(NamedTuple):
    """What settles the test cells of several episodes."""

    group: Int[Tensor, "batch queries"]
    """The group of support cells that settles each test cell; −1 where none does."""
    cells: Bool[Tensor, "batch keys groups"]
    """The support cells of each group, pair by pair."""
    support: Bool[Tensor, "batch keys"]
    """All support cells."""

    @property
    def asked(self) -> Bool[Tensor, "batch queries"]:
        """The test cells of which it is known what settles them."""
        return self.group != NONE

    @property
    def uniform(self) -> Float[Tensor, "batch queries"]:
        """The share of support cells that settle each test cell; of no meaning where none is asked."""
        share = self.cells.sum(1) / self.support.sum(-1, keepdim=True).clamp_min(1)
        return share.gather(-1, self.group.clamp_min(0))


def settled(questions: Sequence[Question], batch: EpisodeBatch) -> Settled:
    """What settles the cells of the questions' test inputs, in the frame of their batch."""
    pairs, height, width = batch.train_inputs.shape[1:]
    found = [determined(each) for each in questions]
    most = max((len(each.cells) for each in found if each is not None), default=1)
    group = np.full((len(found), height, width), NONE)
    cells = np.zeros((len(found), most, pairs, height, width), dtype=bool)
    for at, each in enumerate(found):
        if each is not None:
            rows, columns = each.group.shape
            group[at, :rows, :columns] = each.group
            groups, shown, *sides = each.cells.shape
            cells[at, :groups, :shown, : sides[0], : sides[1]] = each.cells
    support = support_cells(batch).flatten(1)
    device = support.device
    return Settled(
        torch.from_numpy(group).flatten(1).to(device),
        torch.from_numpy(cells).flatten(2).mT.to(device),
        support,
    )


def support_cells(batch: EpisodeBatch) -> Bool[Tensor, "batch pairs cells"]:
    """The cells that input or output of each pair has."""
    there = pair_area(batch.train_inputs, batch.train_outputs) & batch.pair_mask[..., None, None]
    return there.flatten(2)


def settling_mass(attention: AttentionMap, what: Settled) -> Float[Tensor, "batch queries"]:
    """Σ_{j settles i} p_ij, the mean over heads; of no meaning where no cells settle a test cell."""
    mass = attention.mass(what.cells).mean(-3)
    return mass.gather(-1, what.group.clamp_min(0).unsqueeze(-1)).squeeze(-1)


def mean_asked(
    values: Float[Tensor, "batch queries"], asked: Bool[Tensor, "batch queries"]
) -> Float[Tensor, " batch"]:
    """The mean over the test cells that are asked; NaN where there is none."""
    return (values * asked).sum(-1) / asked.sum(-1)
