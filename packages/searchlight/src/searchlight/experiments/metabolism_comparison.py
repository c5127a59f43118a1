"""Conditions that look at each other, node by node: whether they find the reactions whose flux differs."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from graph_attention.explanations.nodes import node_table
from graph_attention.layers.comparison import (
    Comparison,
    ConditionComparator,
    ConditionComparisonHead,
    comparison_loss,
)
from graph_attention.layers.conditions import ConditionCrossAttention
from graph_attention.metrics import signed_log
from graph_attention.model.transformer import MetabolicTransformer
from searchlight.configuration import TrainingConfig
from searchlight.errors import UsageError
from searchlight.experiments.base import Evaluation
from searchlight.experiments.metabolism_explanation import GROWS, TESTED, groups_of
from searchlight.training import Batch, Batches, fit

if TYPE_CHECKING:
    from searchlight.experiments.metabolism import Metabolism

TOLERANCE = math.log(1.5)
"""A flux differs by more than this on the scale sign(v) log(1 + |v|): from 0 to 0.5 mmol/gDW/h, or from 20 to 30.5."""
MOST = {"train": 256, "test/nutrient": 48, "test/medium": 48}
"""Media of each split at most; test media are paired off, none in two pairs."""
STEPS = 300
PAIRS = 8
"""Pairs of media of a training step."""
REACTIONS = 256
"""Reactions of a step at most: a comparator works node by node, and need not see all at once."""
LEARNING_RATE = 3e-3

Scores = dict[str, Float[np.ndarray, "pairs reactions"]]


@dataclass(frozen=True, eq=False)
class Seen:
    """What a trained model, which learns no more, makes of the reactions of some media; fluxes as signed logs."""

    nodes: Float[Tensor, "media reactions dim"]
    flux: Float[Tensor, "media reactions"]
    predicted: Float[Tensor, "media reactions"]

    @classmethod
    @torch.no_grad()
    def of(cls, experiment: "Metabolism", model: MetabolicTransformer, rows: np.ndarray) -> "Seen":
        """Some media of the data set."""
        outputs = list(experiment.outputs(model, rows))
        nodes = torch.cat([output.nodes for output in outputs]).cpu()
        predicted = torch.cat([output.flux for output in outputs]).cpu().numpy()
        flux, told = (
            torch.from_numpy(signed_log(each)).float() for each in (experiment.flux[rows], predicted)
        )
        return cls(nodes[:, len(experiment.graph.metabolites) :], flux, told)

    def differs(self, pairs: Int[np.ndarray, "pairs 2"]) -> Float[np.ndarray, "pairs reactions"]:
        """1 where the flux differs between two media by more than the tolerance, else 0."""
        return (apart(self.flux, pairs) > TOLERANCE).astype(float)


class Closed(nn.Module):
    """A comparator in which each condition looks at itself alone: the head is all that compares."""

    def __init__(self, comparator: ConditionComparator):
        super().__init__()
        self.comparator = comparator

    def forward(self, conditions: Float[Tensor, "*batch conditions nodes dim"]) -> Comparison:
        """The comparison, and the attention that is left."""
        itself = torch.eye(conditions.shape[-3], dtype=torch.bool, device=conditions.device)
        values, attention = self.comparator.attention(conditions, mask=itself)
        return Comparison(self.comparator.head(values), attention)


@dataclass(frozen=True)
class Comparators:
    """Alike at first: one untrained, one trained, and one trained while its conditions were closed to each other."""

    untrained: ConditionComparator
    trained: ConditionComparator
    closed: Closed

    @classmethod
    def learned(cls, train: Seen, heads: int, seed: int, device: str = "auto") -> "Comparators":
        """Trained on pairs of training media, all the same pairs."""
        dim = train.nodes.shape[-1]
        made = [comparator(dim, heads, seed) for _ in range(3)]
        found = cls(made[0].eval(), made[1], Closed(made[2]))
        for each in (found.trained, found.closed):
            learn(each, train, seed, device)
        return found

    @torch.no_grad()
    def scores(
        self, seen: Seen, pairs: Int[np.ndarray, "pairs 2"]
    ) -> tuple[Scores, Float[np.ndarray, "..."]]:
        """What each says of some pairs, and the weights `[pairs, reactions, 2, 2]` of the trained one, mean over heads.

        `attention` is how much conditions look at each other; `uneven` how far that is from one half, which is
        what equal nodes give.
        """
        found: Scores = {"own_flux": apart(seen.predicted, pairs)}
        found["distance"] = (seen.nodes[pairs[:, 0]] - seen.nodes[pairs[:, 1]]).norm(dim=-1).numpy()
        nodes = seen.nodes[pairs]
        trained, untrained = self.trained(nodes), self.untrained(nodes)
        asked = {
            "comparator": trained,
            "comparator_closed": Closed(self.trained)(nodes),
            "without_attention": self.closed(nodes),
            "untrained": untrained,
        }
        found |= {name: each.compared.differs[:, 0, 1].numpy() for name, each in asked.items()}
        for name, each in {"": trained, "_untrained": untrained}.items():
            looked = each.attention.elsewhere().mean(-1).numpy()
            found |= {f"attention{name}": looked, f"uneven{name}": np.abs(looked - 0.5)}
        return found, trained.attention.dense().mean(-3).numpy()


def evaluate(experiment: "Metabolism", model: MetabolicTransformer) -> Evaluation:
    """One row per pair of test media and reaction: `truth/differs`, `score/<what tells>`; attention `between`.

    Comparators learn from training media, on the nodes of the trained model, which stays as it is.
    """
    rows = {split: growing(experiment, split, most) for split, most in MOST.items()}
    if short := [split for split in ("train", "test/nutrient") if len(rows[split]) < 2]:
        raise UsageError(f"{short[0]}: a comparison needs two media on which cells grow; give more media.")
    train = Seen.of(experiment, model, rows["train"])
    with torch.enable_grad():
        heads, device = experiment.config.model.heads, experiment.config.training.device
        comparators = Comparators.learned(train, heads, experiment.seed, device)
    usual = train.differs(next(drawn_pairs(len(train.flux), 1000, 0))).mean(0)
    parts, maps = [], []
    for split in (each for each in TESTED if len(rows[each]) > 1):
        seen, pairs = (
            Seen.of(experiment, model, rows[split]),
            np.arange(len(rows[split]) // 2 * 2).reshape(-1, 2),
        )
        scores, between = comparators.scores(seen, pairs)
        scores["usual"] = np.broadcast_to(usual, scores["own_flux"].shape)
        parts.append(table(experiment, split, rows[split][pairs], scores, seen.differs(pairs)))
        maps.append(between.reshape(-1, 2, 2))
    return Evaluation(pl.concat(parts), attention={"between": np.concatenate(maps)})


def growing(experiment: "Metabolism", split: str, most: int) -> Int[np.ndarray, " media"]:
    """Media of a split on which cells grow, in an order that is the same for every run on these data."""
    rows = experiment.splits[split]
    return np.random.default_rng(0).permutation(rows[experiment.dataset.growth[rows] > GROWS])[:most]


def comparator(dim: int, heads: int, seed: int) -> ConditionComparator:
    """The untrained comparator of a seed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return ConditionComparator(ConditionCrossAttention(dim, heads), ConditionComparisonHead(dim))


def learn(model: nn.Module, train: Seen, seed: int, device: str) -> None:
    """Train in place to tell by how much fluxes differ, and whether by more than the tolerance."""

    def draw(epoch: int) -> Iterator[Batch]:
        media, reactions = train.flux.shape
        rng = np.random.default_rng(seed)
        for pairs in drawn_pairs(media, PAIRS, seed, STEPS):
            at = pairs[:, :, None], rng.permutation(reactions)[:REACTIONS]
            yield {"ids": torch.from_numpy(pairs[:, 0]), "nodes": train.nodes[at], "flux": train.flux[at]}

    def loss(model: nn.Module, batch: Batch) -> Tensor:
        return comparison_loss(model(batch["nodes"]).compared, batch["flux"], TOLERANCE)

    settings = TrainingConfig(epochs=1, batch_size=PAIRS, learning_rate=LEARNING_RATE, device=device)  # type: ignore[arg-type]
    fit(model, loss, Batches(STEPS, draw), settings)
    model.cpu().eval()


def drawn_pairs(media: int, count: int, seed: int, times: int = 1) -> Iterator[Int[np.ndarray, "pairs 2"]]:
    """Pairs of different media, again and again."""
    rng = np.random.default_rng(seed)
    for _ in range(times):
        first = rng.integers(media, size=count)
        yield np.stack([first, (first + rng.integers(1, media, count)) % media], 1)


def apart(
    values: Float[Tensor, "media reactions"], pairs: Int[np.ndarray, "pairs 2"]
) -> Float[np.ndarray, "pairs reactions"]:
    """By how much two media differ."""
    return (values[pairs[:, 0]] - values[pairs[:, 1]]).abs().numpy()


def table(
    experiment: "Metabolism",
    split: str,
    rows: Int[np.ndarray, "pairs 2"],
    scores: Mapping[str, np.ndarray],
    differs: Float[np.ndarray, "pairs reactions"],
) -> pl.DataFrame:
    """One row per pair and reaction; the prediction is the chance of a difference by the trained comparator."""
    names, groups = experiment.dataset.media.names, groups_of(experiment)
    reactions = node_table(experiment.graph).filter(pl.col("kind") == "reaction")
    chance = 1 / (1 + np.exp(-scores["comparator"]))
    return pl.concat(
        reactions.with_columns(
            split=pl.lit(split),
            item=pl.lit(" | ".join(names[row] for row in pair)),
            group=pl.lit(" | ".join(sorted({groups[row] for row in pair}))),
            target=pl.Series(differs[place]),
            prediction=pl.Series(chance[place]),
            score=pl.Series(-np.abs(differs[place] - chance[place])),
            **{f"score/{name}": pl.Series(each[place]) for name, each in scores.items()},
            **{"truth/differs": pl.Series(differs[place])},
        )
        for place, pair in enumerate(rows)
    )
