"""Attention stored as the statistics of its map."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse

from analysis.errors import AnalysisError
from analysis.patterns import attention
from analysis.patterns.attention import AttentionPattern, Moments, RowStatistic
from analysis.patterns.grouping import Grouping, Groups

NEEDED = ("entropy", "participation", "largest", "received", "topk_weights", "topk_indices")


@dataclass(frozen=True, eq=False)
class StoredPattern(AttentionPattern):
    """The arrays of an `AttentionMap.summary()`, as a run keeps them; memory is linear in the tokens.

    `keys` is how many keys each query may attend, all of them where it is None: a summary does not say.
    What only the matrix knows (Gini, smallest weight, distance unless it was stored as `distance`) is NaN.

    Raises:
        AnalysisError: an array is missing, or has another shape than the rest.
    """

    summary: Mapping[str, np.ndarray]
    keys: Int[np.ndarray, "..."] | None = None

    def __post_init__(self):
        if missing := [name for name in NEEDED if name not in self.summary]:
            raise AnalysisError(f"expected the arrays of a summary, missing {', '.join(missing)}")
        rows = self.summary["entropy"].shape
        shapes = {name: self.summary[name].shape for name in NEEDED}
        fits = {name: shape[:-1] if name.startswith("topk") else shape for name, shape in shapes.items()}
        fits["received"] = (*shapes["received"][:-1], rows[-1])
        if len(rows) < 2 or (wrong := [name for name, shape in fits.items() if shape != rows]):
            name = wrong[0] if len(rows) >= 2 else "entropy"
            raise AnalysisError(
                f"{name}: the shape {shapes[name]} does not fit [*batch, heads, queries] = {rows}"
            )
        for name in NEEDED[:-1]:
            attention.check_weights(self.summary[name], name)

    @classmethod
    def of_run(cls, arrays: Mapping[str, np.ndarray], layer: str) -> "StoredPattern":
        """One layer of a run's `attention()`, whose keys are `<layer>/<statistic>`."""
        head = f"{layer}/"
        found = {name.removeprefix(head): array for name, array in arrays.items() if name.startswith(head)}
        if not found:
            layers = sorted({name.rpartition("/")[0] for name in arrays})
            raise AnalysisError(f"no layer {layer}; stored layers: {', '.join(layers) or 'none'}")
        return cls(found)

    @property
    def shape(self) -> tuple[int, ...]:
        """`[*batch, heads, queries, keys]`."""
        return (*self.summary["entropy"].shape, self.summary["received"].shape[-1])

    @property
    def gaps(self) -> dict[str, str]:
        """Why a statistic cannot be had."""
        return {
            "gini": "a summary holds no Gini; store the weights",
            "smallest": "a summary does not hold it",
        }

    @property
    def held(self) -> float:
        """The share of all attention that the stored largest weights hold."""
        return float(self.summary["topk_weights"].sum() / self.sent().sum())

    def row_statistics(self) -> dict[str, RowStatistic]:
        """Entropy and the like of each query."""
        entropy = self._of_rows(self.summary["entropy"])
        return {
            "entropy": entropy,
            "normalised_entropy": attention.normalised(entropy, self._count()),
            "effective_keys": np.exp(entropy),
            "participation": self._of_rows(self.summary["participation"]),
            "largest": self._of_rows(self.summary["largest"]),
            "gini": np.full(entropy.shape, np.nan),
        }

    def below(self, threshold: float) -> RowStatistic:
        """Share of its keys to which a query gives less than a threshold.

        NaN everywhere where a row's smallest stored weight reaches the threshold: there may be more.
        """
        weights, count = self.summary["topk_weights"], self._count()
        known = (weights.shape[-1] >= count) | (weights[..., -1] < threshold)
        if not known[self.attending()].all():
            return np.full(known.shape, np.nan)
        many = ((weights >= threshold) & (self.summary["topk_indices"] >= 0)).sum(-1)
        return self._of_rows(1 - many / np.maximum(count, 1))

    def moments(self) -> Moments:
        """The plain figures of the weights; the variance follows from participation, 1 / Σ p²."""
        axes = (*range(len(self.shape) - 3), -1)
        attending, count = self.attending(), np.where(self.attending(), self._count(), 0)
        pairs = count.sum(axes)
        if not pairs.all():
            raise AnalysisError(f"one of {self.heads} heads may attend nothing at all; leave it out")
        mean = attending.sum(axes) / pairs
        participation = np.where(attending, self.summary["participation"], np.inf)
        variance = (1 / participation.astype(float)).sum(axes) / pairs - mean**2
        largest = self.summary["largest"].max(axes).astype(float)
        return Moments(
            mean, np.maximum(variance, 0.0), np.full(mean.shape, np.nan), largest, int(pairs.max())
        )

    def received(self) -> Float[np.ndarray, "*batch heads keys"]:
        """How much attention each key gets."""
        return self.summary["received"]

    def sent(self) -> RowStatistic:
        """One for each query that attends."""
        return self.attending().astype(float)

    def mass(self, groups: Groups | None = None) -> Float[np.ndarray, "*batch heads queries groups"]:
        """The weight each query puts on each group of keys, as it was stored for these groups."""
        if "group_mass" not in self.summary:
            raise AnalysisError("this summary holds no group_mass; give the groups to AttentionMap.summary()")
        mass = self.summary["group_mass"]
        if groups is not None and (asked := len(Grouping.of(groups, self.shape[-1], "key groups").names)) != (
            held := mass.shape[-1]
        ):
            raise AnalysisError(f"group_mass was stored for {held} groups, got {asked}; give the same groups")
        return mass

    def distance(
        self,
        query_positions: Float[np.ndarray, "queries axes"],
        key_positions: Float[np.ndarray, "keys axes"],
    ) -> RowStatistic:
        """How far each query looks, where it was stored under `distance`."""
        if "distance" not in self.summary:
            raise AnalysisError("this summary holds no distance; store AttentionMap.expected_distance()")
        return self._of_rows(self.summary["distance"])

    def graph(self, head: int, batch: tuple[int, ...] = ()) -> sparse.csr_array:
        """The largest weights of one head; `held` is the share of attention they hold."""
        weights, keys = (self.summary[name][*batch, head] for name in ("topk_weights", "topk_indices"))
        query = np.repeat(np.arange(self.shape[-2]), weights.shape[-1])
        there = keys.ravel() >= 0
        values = weights.ravel()[there].astype(float)
        return sparse.csr_array((values, (query[there], keys.ravel()[there])), shape=self.shape[-2:])

    def attending(self) -> np.ndarray:
        """Which queries attend at all."""
        return self.summary["largest"] > 0

    def _count(self) -> np.ndarray:
        count = self.shape[-1] if self.keys is None else self.keys
        return np.broadcast_to(count, self.summary["entropy"].shape)

    def _of_rows(self, values: np.ndarray) -> np.ndarray:
        return np.where(self.attending(), values, np.nan)
