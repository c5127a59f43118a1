"""How the cost of a layer grows with the network."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float

from analysis import AssayOfAttention, Drawing, Estimate, Finding, Findings, Measure, Run, mean_estimate
from analysis.assays.averages import over_networks, point

TIME = Measure("time_exponent", higher_is_better=False, bounds=(0.0, np.inf))
MEMORY = Measure("memory_exponent", higher_is_better=False, bounds=(0.0, np.inf))
SECONDS = Measure("layer_seconds", higher_is_better=False, bounds=(0.0, np.inf), cells=("copies",))


@dataclass(frozen=True)
class Scaling(AssayOfAttention):
    """Slope of log time, and of log memory, over log edges, of one layer forward and backward on copies of the network.

        T ∝ E^β,   β = slope of log T over log E

    Time is CPU time of one thread, the smallest of several runs; memory is what the tensors of one run allocate.
    """

    name = "scaling"
    question = "Does the cost of a layer grow linearly with the network?"
    measures = (TIME, MEMORY, SECONDS)
    controls = ("scaling",)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """Slopes over sizes, and the seconds of each size."""
        trials = controls["scaling"].trials().sort("copies")
        best = trials.group_by("copies", maintain_order=True).agg(
            pl.col("edges").first(), pl.col("seconds").min(), pl.col("bytes").min()
        )
        edges = best["edges"].to_numpy().astype(float)
        figures = [
            Finding(measure.name, exponent(edges, best[column].to_numpy().astype(float)))
            for measure, column in ((TIME, "seconds"), (MEMORY, "bytes"))
        ]
        for (copies,), part in trials.group_by("copies", maintain_order=True):
            seconds = mean_estimate(part["seconds"].to_numpy()).within(*SECONDS.bounds)
            figures.append(Finding(SECONDS.name, seconds, {"copies": copies}))
        sizes = ", ".join(f"×{row[0]}: {row[1]:,} edges" for row in best.iter_rows())
        return Findings(tuple(figures), notes=(f"scaling: {sizes}",))

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """Seconds by number of copies."""
        from analysis.figures import arm_curves  # matplotlib is slow to import

        if panels := over_networks(found, SECONDS, along="copies"):
            yield Drawing(
                "scaling",
                arm_curves(panels, label="CPU seconds of one layer", x="copies of the network"),
                "One layer forward and backward over copies of the network: 95 % interval over networks.",
                f"Rising lines for {', '.join(found)}.",
                "Linear growth is a straight line through the origin.",
            )


def exponent(edges: Float[np.ndarray, " sizes"], cost: Float[np.ndarray, " sizes"]) -> Estimate:
    """The slope in logarithms; one network has a point, the interval is over networks."""
    if len(edges) < 3 or not (cost > 0).all():
        return Estimate.not_estimable(f"a slope needs three sizes with a cost, got {len(edges)}")
    return point(float(np.polyfit(np.log(edges), np.log(cost), 1)[0]), len(edges), TIME)
