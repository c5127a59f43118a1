"""The reactions that are attended to differently in different media, beside what flows through them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import Estimate, Interactive, benjamini_hochberg
from analysis.figures.parts import MARKERS
from analysis.figures.style import ARMS, FAINT, PAGE, QUIET, house_style
from analysis.interactive import interval_view
from graph_attention.pictures.attended import AttendedNetwork

ROWS = 20
WIDE = 8.0
LEAST = 2.0**-6
"""Less attention than this counts as this, so that nothing is infinitely much more."""
UNTRAINED = "untrained, its range"
SIGNIFICANT = 0.05


@dataclass(frozen=True, eq=False)
class ConditionContrast:
    """Attention received by each reaction in each medium, in multiples of uniform, and its flux there.

    `control` is the same of an untrained model: how far its media lie apart is what nothing learnt gives.
    """

    seen: AttendedNetwork
    control: AttendedNetwork | None = None

    @property
    def received(self) -> Float[np.ndarray, "media reactions"]:
        """By the trained model."""
        return self._of(self.seen)

    @property
    def spread(self) -> Float[np.ndarray, " reactions"]:
        """Largest over smallest attention of the media, as log2; NaN for what nobody can attend to."""
        return _spread(self.received)

    @cached_property
    def q(self) -> Float[np.ndarray, " reactions"]:
        """Of `spread`, by its rank among the reactions of the untrained model; NaN without one.

            p_r = (1 + #{s: spread of s, untrained >= spread of r}) / (1 + reactions)

        A conformal p, corrected over reactions (Bates et al. 2023; Benjamini & Hochberg 1995).
        """
        if self.control is None:
            return np.full(self.spread.shape, np.nan)
        nothing_learnt = np.sort(_spread(self._of(self.control)))
        nothing_learnt = nothing_learnt[np.isfinite(nothing_learnt)]
        reached = nothing_learnt.size - np.searchsorted(nothing_learnt, self.spread)
        p = (1 + reached) / (1 + nothing_learnt.size)
        known, found = np.isfinite(self.spread), np.full(self.spread.shape, np.nan)
        found[known] = benjamini_hochberg(p[known])
        return found

    @property
    def significant(self) -> Bool[np.ndarray, " reactions"]:
        """Whether media lie further apart than in the untrained model, at a false discovery rate of 0.05."""
        return np.nan_to_num(self.q, nan=1.0) < SIGNIFICANT

    def strongest(self, count: int = ROWS) -> Int[np.ndarray, " chosen"]:
        """The reactions that differ most, the most different first."""
        known = np.flatnonzero(np.isfinite(self.spread))
        return known[np.argsort(-self.spread[known], kind="stable")][:count]

    def figure(self, count: int = ROWS) -> Figure:
        """Draw them: left attention by medium with the range of the untrained model in grey, right the flux."""
        chosen = self.strongest(count)
        ids = self.seen.graph.reactions["id"]
        with house_style():
            figure = Figure(figsize=(PAGE, 1.5 + 0.235 * len(chosen)), layout="constrained")
            left, right = figure.subplots(1, 2, sharey=True)
            self._ranges(left, chosen)
            self._dots(left, self.received[:, chosen])
            self._dots(right, self.seen.flux[:, chosen])
            left.axvline(1.0, color=QUIET, linewidth=1, linestyle=(0, (4, 3)), zorder=0, label="uniform")
            _in_powers(left, self.received[:, chosen])
            right.set_xscale("symlog", linthresh=1.0)
            right.axvline(0.0, color=QUIET, linewidth=0.8, zorder=0)
            right.margins(x=0.08)
            names = [f"{ids[int(r)]}{' *' * bool(self.significant[r])}" for r in chosen]
            left.set_yticks(range(len(chosen)), names)
            left.set(xlabel="attention received, multiples of uniform", ylim=(len(chosen) - 0.5, -0.5))
            right.set(xlabel="flux by FBA, mmol/gDW/h")
            figure.legend(
                *left.get_legend_handles_labels(), loc="outside upper left", ncols=len(self.seen.media) + 2
            )
        return figure

    def views(self, count: int = ROWS) -> Interactive:
        """The same for a browser; what is drawn is chosen."""
        chosen = self.strongest(count)
        labels = {"attention": "multiples of uniform", "flux": "mmol/gDW/h"}
        kinds = {"attention": self.received, "flux": self.seen.flux}
        chances = {"attention": 1.0, "flux": 0.0}
        return Interactive(
            {
                (name,): interval_view(self._estimates(values, chosen, chances[name]), label=labels[name])
                for name, values in kinds.items()
            },
            ("shown",),
        )

    def _of(self, seen: AttendedNetwork) -> Float[np.ndarray, "media reactions"]:
        return seen.received()[:, len(seen.graph.metabolites) :]

    def _ranges(self, axes: Axes, chosen: Int[np.ndarray, " chosen"]) -> None:
        if self.control is None:
            return
        found = self._of(self.control)[:, chosen]
        for row, (low, high) in enumerate(zip(found.min(0), found.max(0), strict=True)):
            label = UNTRAINED if row == 0 else None
            axes.plot(
                [low, high],
                [row, row],
                color=FAINT,
                linewidth=6,
                solid_capstyle="round",
                zorder=0,
                label=label,
            )

    def _dots(self, axes: Axes, values: Float[np.ndarray, "media chosen"]) -> None:
        rows = np.arange(values.shape[1])
        axes.hlines(rows, values.min(0), values.max(0), color=QUIET, linewidth=0.8, zorder=1)
        for number, (medium, each) in enumerate(zip(self.seen.media, values, strict=True)):
            colour, marker = ARMS[(number + 1) % len(ARMS)], MARKERS[number % len(MARKERS)]
            axes.scatter(each, rows, color=colour, marker=marker, s=22, zorder=2, label=medium)
        axes.grid(axis="y", color=FAINT, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)

    def _estimates(
        self, values: Float[np.ndarray, "media reactions"], chosen: Int[np.ndarray, " chosen"], level: float
    ) -> Mapping[str, Mapping[str, Estimate]]:
        rows = self.seen.graph.reactions.select("id", "name").rows()
        return {
            medium: {
                f"{rows[int(r)][0]}: {rows[int(r)][1]}": Estimate(
                    float(each[r]), float(each[r]), float(each[r]), 1, level
                )
                for r in chosen
            }
            for medium, each in zip(self.seen.media, values, strict=True)
        }


def _spread(received: Float[np.ndarray, "media reactions"]) -> Float[np.ndarray, " reactions"]:
    return np.ptp(np.log2(np.maximum(received, LEAST)), axis=0)


def _in_powers(axes: Axes, values: Float[np.ndarray, "media chosen"]) -> None:
    """Powers of two where the largest is many times the smallest."""
    if values.max() > WIDE * max(float(values.min()), LEAST):
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
