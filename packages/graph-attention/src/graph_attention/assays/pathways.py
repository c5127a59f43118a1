"""How much attention stays in a pathway, over what the degrees of nodes and the network itself would give."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from jaxtyping import Float

from analysis import (
    AssayOfAttention,
    Drawing,
    EdgePattern,
    EdgeSwaps,
    Enrichment,
    Estimate,
    Finding,
    Findings,
    Measure,
    Run,
    enrichment,
    null_of,
)
from analysis.assays.averages import point
from analysis.patterns.ratios import ratio_of_sums

ENRICHED = Measure(
    "pathway_enrichment",
    chance=1.0,
    higher_is_better=None,
    bounds=(0.0, np.inf),
    cells=("subsystem",),
    apart=("subsystem",),
)
WITHIN = Measure("within_pathway", chance=1.0, higher_is_better=None, bounds=(0.0, np.inf))
CELLS = Measure("cells_enriched", higher_is_better=None, bounds=(0.0, 1.0))
LEAST = 2.0**-4
"""The smallest ratio that is drawn; none at all would be infinitely far below."""
FEW = 3
"""Subsystems with fewer nodes are told together."""


@dataclass(frozen=True)
class Pathways(AssayOfAttention):
    """Attention from nodes of each subsystem to nodes of each, by `analysis.enrichment`.

    A metabolite belongs to the subsystem of most of its reactions. `pathway_enrichment` is the flow within a subsystem
    over its mean when the keys of edges of one kind are swapped, which keeps every degree; the interval is over media.
    That nodes of a subsystem are linked is in the network already: `within_pathway` is the share of attention that
    stays in a subsystem over what is left of it when each node's weights are dealt out anew among its edges.
    """

    draws: int = 199
    seed: int = 0

    name = "pathways"
    version = 2
    question = "From which subsystem to which does attention flow, and does it stay in a pathway?"
    measures = (WITHIN, ENRICHED, CELLS)
    controls = ("pathways",)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """The mean of all layers and heads, with media as the items."""
        kept = controls["pathways"]
        network = Attended.of(kept.trials(), kept.attention()["mean/weights"])
        null = EdgeSwaps(draws=self.draws, seed=self.seed, kinds=network.kinds, loops=False)
        cells = enrichment(network.pattern, network.subsystem, network.subsystem, null)
        own = [each for each in cells if each.query_group == each.key_group]
        figures = [Finding(WITHIN.name, network.within(self.draws, self.seed))]
        figures += [Finding(ENRICHED.name, each.estimate, {"subsystem": each.query_group}) for each in own]
        enriched = [each for each in cells if each.verdict == "above 1"]
        figures.append(Finding(CELLS.name, point(len(enriched) / len(cells), len(cells), CELLS)))
        return Findings(tuple(figures), matrices(cells), tuple(notes(cells, enriched, network)))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Subsystem × subsystem of the first network of each arm."""
        from analysis.figures import heat_map  # matplotlib is slow to import

        for arm, networks in found.items():
            first = next((each for each in networks if "ratio" in each.arrays), None)
            if first is None:
                continue
            names = [str(each.cell["subsystem"]) for each in first.of(ENRICHED.name)]
            yield Drawing(
                f"pathways-{arm}",
                heat_map(
                    np.log2(np.maximum(first.arrays["ratio"], LEAST)),
                    label="log₂ of flow over its null",
                    rows=names,
                    columns=names,
                    x="attended",
                    y="attending",
                    centre=0.0,
                    significant=first.arrays["corrected"] < 0.05,
                ),
                f"{arm}, first network: attention between subsystems over what swapped edges give, at least a 16th; "
                "points have p < 0.05 after correction.",
                f"Matrix of {len(names)} subsystems; its diagonal is attention within a subsystem.",
                "0 is what the degrees of nodes give; the network itself links nodes of a subsystem.",
            )


@dataclass(frozen=True, eq=False)
class Attended:
    """Edges between different nodes, their weights in each medium, and the subsystem of every node."""

    pattern: EdgePattern
    subsystem: np.ndarray
    kinds: tuple[int, ...]

    @classmethod
    def of(cls, trials: pl.DataFrame, weights: Float[np.ndarray, "edges media"]) -> "Attended":
        """From one row per edge; what a node gives to itself is left out, and the rest of it counts as all."""
        others = (trials["key"] != trials["query"]).to_numpy()
        edges = trials.filter(pl.Series(others))
        pairs = edges.select("key", "query").to_numpy().T.astype(np.int64)
        names = {}
        for side in ("key", "query"):
            names |= dict(edges.select(side, f"{side}_subsystem").iter_rows())
        count = max(names) + 1
        given = weights[others].T.astype(float)
        total = np.stack([np.bincount(pairs[1], each, minlength=count) for each in given])[:, pairs[1]]
        shares = np.where(total > 0, given / np.where(total > 0, total, 1.0), 0.0)
        pattern = EdgePattern(pairs, shares[..., None], count, count)
        subsystem = np.array([names.get(node, "no edges") for node in range(count)])
        return cls(pattern, together(subsystem), tuple(edges["kind"].to_list()))

    def within(self, draws: int, seed: int) -> Estimate:
        """Attention that stays in a subsystem, over the same with each node's weights dealt out anew."""
        same = self.subsystem[self.pattern.edges[0]] == self.subsystem[self.pattern.edges[1]]
        weights = self.pattern.weights[..., 0]
        rng = np.random.default_rng(seed)
        dealt = np.array([self.pattern.shuffled(weights, rng)[:, same].sum() for _ in range(draws)])
        media = weights[:, same].sum(1)
        found = ratio_of_sums(media, np.full(media.size, dealt.mean() / media.size))
        how = f"weights of each node dealt out among its edges, {draws} draws"
        null = null_of(found.value, dealt / dealt.mean(), how)
        return replace(
            found, chance=1.0, null=null, how="attention within subsystems over its mean under the null"
        )


def together(subsystem: np.ndarray) -> np.ndarray:
    """Subsystems of few nodes under one name."""
    names, index, count = np.unique(subsystem, return_inverse=True, return_counts=True)
    return np.where(count < FEW, f"fewer than {FEW} nodes", names)[index]


def matrices(cells: Sequence[Enrichment]) -> dict[str, np.ndarray]:
    """Ratio, share of attention and corrected p, attending × attended."""
    side = round(len(cells) ** 0.5)
    ratio = np.array([each.estimate.value for each in cells]).reshape(side, side)
    rest = {"mass": [each.mass for each in cells], "corrected": [each.p_corrected for each in cells]}
    return {"ratio": ratio} | {name: np.array(each).reshape(side, side) for name, each in rest.items()}


def notes(cells: Sequence[Enrichment], enriched: Sequence[Enrichment], network: Attended) -> Iterator[str]:
    """How many cells stand out, and which do most between different subsystems."""
    media, edges, _ = network.pattern.weights.shape
    yield f"{len(enriched)} of {len(cells)} cells are above 1 after correction, over {media} media and {edges} edges"
    between = [each for each in enriched if each.query_group != each.key_group]
    for each in sorted(between, key=lambda each: -each.estimate.value)[:5]:
        yield f"{each.query_group} attends {each.key_group} {each.estimate.value:.1f} times as much as degrees give"
