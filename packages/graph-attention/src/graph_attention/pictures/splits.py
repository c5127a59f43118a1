"""How a metabolite's making is split among reactions: by FBA, by the model, and by nothing but their number."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from matplotlib.figure import Figure

from analysis import Drawing, Estimate, Interactive
from analysis.figures.style import FAINT, INK, PAGE, QUIET, RIGHT, house_style
from analysis.interactive import interval_view
from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.pictures.currency import is_currency

MOST_ROWS = 10
LEAST_SHARE = 0.005
"""Producers that have less in every medium are counted, not drawn."""
MOST_METABOLITES = 24
"""To choose from on a page."""


@dataclass(frozen=True, eq=False)
class SeenSplits:
    """The shares of every producer in what is made of each metabolite, in some media.

    `reaction` and `metabolite` say of each edge whose share it is; shares are NaN where nothing is made.

    Raises:
        MetabolicError: shapes that do not belong together.
    """

    graph: MetabolicGraph
    media: tuple[str, ...]
    reaction: Int[np.ndarray, " edges"]
    metabolite: Int[np.ndarray, " edges"]
    truth: Float[np.ndarray, "media edges"]
    predicted: Float[np.ndarray, "media edges"]

    def __post_init__(self):
        wanted = (len(self.media), len(self.reaction))
        if not self.truth.shape == self.predicted.shape == wanted or len(self.metabolite) != wanted[1]:
            raise MetabolicError(
                f"expected shares of the shape {wanted}, got {self.truth.shape} and {self.predicted.shape}"
            )

    @cached_property
    def uniform(self) -> Float[np.ndarray, " edges"]:
        """The same share for every producer of a metabolite."""
        return 1.0 / np.bincount(self.metabolite, minlength=self._count)[self.metabolite]

    @property
    def _count(self) -> int:
        return len(self.graph.metabolites)

    def variation(self, shares: Float[np.ndarray, "... edges"]) -> Float[np.ndarray, "media metabolites"]:
        """Total variation from FBA's shares, ½ Σ_r |p_r − q_r|; NaN where nothing is made."""
        gap = np.abs(self.truth - shares) / 2
        return np.stack([np.bincount(self.metabolite, each, self._count) for each in gap])

    @cached_property
    def branching(self) -> Int[np.ndarray, " chosen"]:
        """Metabolites that are no currency and have several producers, those whose split differs most first.

        The difference is the largest total variation between two media in which the metabolite is made, in tenths; of
        equals, those come first of which more producers are used.
        """
        between = [
            np.bincount(self.metabolite, np.abs(a - b) / 2, self._count)
            for number, a in enumerate(self.truth)
            for b in self.truth[number + 1 :]
        ] or [np.zeros(self._count)]
        several = (np.bincount(self.metabolite, minlength=self._count) > 1) & ~is_currency(self.graph)
        made = np.isfinite(
            np.stack([np.bincount(self.metabolite, each, self._count) for each in self.truth])
        ).any(0)
        most = np.nan_to_num(np.stack(between), nan=0.0).max(0)
        chosen = np.flatnonzero(several & made)
        used = np.bincount(self.metabolite, (np.nan_to_num(self.truth) > LEAST_SHARE).any(0), self._count)
        return chosen[np.lexsort((-used[chosen], -np.round(most[chosen], 1)))]

    def index(self, metabolite: str | None) -> int:
        """The row of a metabolite; without a name, of that whose split differs most.

        Raises:
            MetabolicError: there is no such metabolite, nothing makes it in these media, or none has a choice.
        """
        if metabolite is None:
            if not self.branching.size:
                raise MetabolicError(
                    f"{self.graph.name}: no metabolite is made in several ways in these media"
                )
            return int(self.branching[0])
        row = self.graph.metabolite_index.get(metabolite)
        if row is None:
            raise MetabolicError(
                f"{metabolite} is no metabolite of {self.graph.name}; {self._meant(metabolite)}"
            )
        if not np.isfinite(self.truth[:, self.metabolite == row]).any():
            raise MetabolicError(
                f"{metabolite} is not made in {', '.join(self.media)}; choose another metabolite"
            )
        return row

    def _meant(self, name: str) -> str:
        """Ids of the metabolites that are called so, else of some that several reactions make."""
        table = self.graph.metabolites.select("id", "name")
        called = table.filter(table["name"].str.to_lowercase() == name.lower()).rows()
        rows = called or [table.row(int(row)) for row in self.branching[:5]]
        told = ", ".join(f"{each} ({title})" for each, title in rows)
        return f"{'expected an id' if called else 'several reactions make'}: {told}"

    def producers(self, metabolite: int) -> tuple[Int[np.ndarray, " drawn"], int]:
        """Edges of a metabolite worth drawing, the largest share first, and how many are left out."""
        edges = np.flatnonzero(self.metabolite == metabolite)
        largest = np.nan_to_num(np.stack([self.truth, self.predicted])[..., edges]).max((0, 1))
        order = edges[np.argsort(-largest, kind="stable")]
        drawn = order[: max(1, min(MOST_ROWS, int((largest > LEAST_SHARE).sum())))]
        return drawn, edges.size - drawn.size

    def made(self) -> Bool[np.ndarray, "media metabolites"]:
        """Where FBA makes something of a metabolite."""
        return np.isfinite(self.variation(self.uniform))


def split_drawing(seen: SeenSplits, metabolite: str | None = None) -> Drawing:
    """The split of one metabolite with its words, of that which differs most where none is named.

    Raises:
        MetabolicError: see `SeenSplits.index`.
    """
    row = seen.index(metabolite)
    name, title = seen.graph.metabolites.select("id", "name").row(row)
    model, uniform = (np.nanmean(seen.variation(each)[:, row]) for each in (seen.predicted, seen.uniform))
    return Drawing(
        "split",
        split_figure(seen, name),
        f"Which reactions make {title} ({name}): shares by FBA (bars) and by the model's flux-split attention "
        "(points). TV is their total variation. The selectors show other metabolites.",
        f"Total variation {model:.2f} on average, {uniform:.2f} for equal shares.",
        "Dashed is the same share for every reaction that can make it.",
        split_views(seen, name),
    )


def split_figure(seen: SeenSplits, metabolite: str | None = None) -> Figure:
    """Draw the split of one metabolite in each medium: FBA's shares as bars, the model's as points, uniform dashed.

    Raises:
        MetabolicError: see `SeenSplits.index`.
    """
    row = seen.index(metabolite)
    edges, lost = seen.producers(row)
    names = [seen.graph.reactions["id"][int(seen.reaction[edge])] for edge in edges]
    off, plain = seen.variation(seen.predicted)[:, row], seen.variation(seen.uniform)[:, row]
    heights = np.arange(len(edges))
    with house_style():
        figure = Figure(figsize=(PAGE, 1.7 + 0.27 * len(edges)), layout="constrained")
        grid = figure.subplots(1, len(seen.media), sharey=True, squeeze=False)[0]
        for number, (axes, medium) in enumerate(zip(grid, seen.media, strict=True)):
            truth = seen.truth[number, edges]
            axes.set_title(f"{medium}\n{_off(off[number], plain[number])}", fontsize=9)
            axes.barh(heights, np.nan_to_num(truth), height=0.62, color=FAINT, label="FBA")
            axes.plot(seen.predicted[number, edges], heights, "o", color=RIGHT, markersize=5.5, label="model")
            axes.axvline(
                seen.uniform[edges[0]], color=QUIET, linewidth=1, linestyle=(0, (4, 3)), label="uniform"
            )
            axes.set(xlim=(-0.03, 1.03), xlabel="share", ylim=(len(edges) - 0.5, -0.5))
            axes.set_yticks(heights, names, color=INK)
            axes.tick_params(axis="y", length=0)
        handles, labels = grid[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper right", ncols=3)
        title = f"producers of {seen.graph.metabolites['id'][row]}" + (
            f", {lost} smaller ones left out" if lost else ""
        )
        figure.suptitle(title, x=0.01, ha="left", fontsize=10)
    return figure


def _off(model: float, uniform: float) -> str:
    return "not made" if not np.isfinite(model) else f"TV {model:.2f}, uniform {uniform:.2f}"


def split_views(seen: SeenSplits, metabolite: str | None = None) -> Interactive:
    """FBA's, the model's and uniform shares for a browser, by metabolite and medium; the chosen metabolite first."""
    first = seen.index(metabolite)
    rows = list(dict.fromkeys([first, *map(int, seen.branching[:MOST_METABOLITES])]))
    names = seen.graph.metabolites["id"]
    return Interactive(
        {
            (names[row], medium): interval_view(_shares(seen, row, number), label="share of what is made")
            for row in rows
            for number, medium in enumerate(seen.media)
            if np.isfinite(seen.truth[number, seen.metabolite == row]).any()
        },
        ("metabolite", "medium"),
    )


def _shares(seen: SeenSplits, row: int, medium: int) -> Mapping[str, Mapping[str, Estimate]]:
    edges, _ = seen.producers(row)
    kinds = {"FBA": seen.truth[medium], "model": seen.predicted[medium], "uniform": seen.uniform}
    return {name: _estimates(seen, edges, shares) for name, shares in kinds.items()}


def _estimates(
    seen: SeenSplits, edges: Int[np.ndarray, " drawn"], shares: Float[np.ndarray, " edges"]
) -> dict[str, Estimate]:
    titles = seen.graph.reactions.select("id", "name").rows()
    named = {int(edge): titles[int(seen.reaction[edge])] for edge in edges}
    value = {edge: float(shares[edge]) for edge in named}
    return {
        f"{name}: {title}": Estimate(value[edge], value[edge], value[edge], 1)
        for edge, (name, title) in named.items()
        if np.isfinite(value[edge])
    }
