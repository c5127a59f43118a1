"""How broadly nodes attend, and on how few of them attention gathers, layer by layer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy import special

from analysis import AssayOfAttention, Drawing, Finding, Findings, Measure, Run, cluster_estimate
from analysis.assays.averages import over_networks
from graph_attention.assays.strata import standardised

BY = {"higher_is_better": None, "cells": ("layer",), "apart": ("layer",)}
ENTROPY = Measure("attention_entropy", chance=1.0, bounds=(0.0, 1.0), **BY)
NODES = Measure("effective_nodes", chance=1.0, bounds=(0.0, 1.0), **BY)
CHANGE = Measure("inflow_change", bounds=(0.0, 2.0), **BY)


@dataclass(frozen=True)
class Attention(AssayOfAttention):
    """Normalised entropy of what nodes attend, how many nodes receive, and how much that changes between media.

    `attention_entropy` is 1 where every node attends its neighbours alike. `effective_nodes` is exp(entropy) of what
    nodes receive over their number: 1 where all receive alike. `inflow_change` is 1 − Spearman's ρ of what nodes
    receive in a medium and on average over the other media: 0 where attention does not hear of the medium.
    """

    name = "attention"
    question = "How broad is attention, where does it gather, and does it change with the medium?"
    measures = (ENTROPY, NODES, CHANGE)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Every layer on each test split, with an interval over what was held out."""
        trials, arrays = run.trials().with_row_index("row"), run.attention()
        figures = []
        for (split,), part in trials.group_by("split", maintain_order=True):
            rows, groups = part["row"].to_numpy(), part["group"].to_numpy()
            for layer in layers(arrays) if str(split).startswith("test/") else ():
                entropy = arrays[f"{layer}/entropy"][rows].astype(float)
                inflow = arrays[f"{layer}/inflow"][rows].astype(float)
                values = {ENTROPY: entropy.mean(1), NODES: effective(inflow), CHANGE: changes(inflow)}
                for measure, each in values.items():
                    found = cluster_estimate(each, groups, chance=measure.chance).within(*measure.bounds)
                    figures.append(Finding(measure.name, found, {"split": split, "layer": layer}))
        return Findings(tuple(figures))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Every figure by layer."""
        from analysis.figures import arm_curves  # matplotlib is slow to import

        panels = {}
        for measure in self.measures:
            panels |= over_networks(found, measure, along="layer")
        if panels:
            yield Drawing(
                "attention-by-layer",
                arm_curves(panels, label="figure", x="layer"),
                "Entropy, effective nodes and change of inflow between media, by layer: 95 % interval over networks.",
                f"Panels of lines by layer, one each for {', '.join(found)}.",
                "The dashed line is uniform attention.",
            )


def layers(arrays: Mapping[str, np.ndarray]) -> list[str]:
    """Layers whose inflow was stored, in order."""
    return sorted(name.removesuffix("/inflow") for name in arrays if name.endswith("/inflow"))


def effective(inflow: Float[np.ndarray, "media nodes"]) -> Float[np.ndarray, " media"]:
    """Exp H / N of the shares that nodes receive."""
    shares = inflow / inflow.sum(1, keepdims=True)
    return np.exp(special.entr(shares).sum(1)) / inflow.shape[1]


def changes(inflow: Float[np.ndarray, "media nodes"]) -> Float[np.ndarray, " media"]:
    """1 − ρ of each medium's inflow with the mean of the others; 0 where there is one medium."""
    if len(inflow) < 2:
        return np.zeros(len(inflow))
    others = (inflow.sum(0) - inflow) / (len(inflow) - 1)
    return 1 - np.einsum("mn,mn->m", standardised(inflow), standardised(others))
