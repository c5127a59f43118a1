"""How alike conditions are: in what is attended to, and in what flows."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from analysis.figures.style import DIVERGING, INK, PAGE, house_style
from graph_attention.assays.strata import standardised
from graph_attention.pictures.attended import AttendedNetwork

Square = Float[np.ndarray, "media media"]
DARK = 0.6
"""Beyond this a number is white."""


def alike(values: Float[np.ndarray, "media reactions"]) -> Square:
    """Spearman's ρ between every two media, over the reactions known in all of them."""
    ranks = standardised(values[:, np.isfinite(values).all(0)])
    return np.clip(ranks @ ranks.T, -1.0, 1.0)


def condition_similarity(
    seen: AttendedNetwork, control: AttendedNetwork | None = None
) -> Mapping[str, Square]:
    """Of attention received by reactions, of their |flux|, and of the attention of an untrained model."""
    reactions = slice(len(seen.graph.metabolites), None)
    found = {"attention": alike(seen.received()[:, reactions]), "|flux|": alike(np.abs(seen.flux))}
    if control is not None:
        found["untrained"] = alike(control.received()[:, reactions])
    return found


def similarity_figure(found: Mapping[str, Square], media: Sequence[str]) -> Figure:
    """Draw each matrix with its numbers, ρ between -1 and 1."""
    with house_style():
        figure = Figure(figsize=(PAGE, 1.1 + 0.45 * len(media)), layout="constrained")
        grid = figure.subplots(1, len(found), sharey=True, squeeze=False)[0]
        for axes, (name, values) in zip(grid, found.items(), strict=True):
            drawn = axes.imshow(values, cmap=DIVERGING, vmin=-1.0, vmax=1.0, aspect="auto")
            for (row, column), rho in np.ndenumerate(values):
                colour = "white" if abs(rho) > DARK else INK
                axes.text(column, row, f"{rho:.3f}", ha="center", va="center", color=colour)
            axes.set_title(name, fontsize=9.5)
            axes.set_xticks(range(len(media)), media)
            axes.set_yticks(range(len(media)), media)
            axes.tick_params(length=0)
            axes.spines[:].set_visible(False)
        bar = figure.colorbar(drawn, ax=list(grid), label="Spearman's ρ", pad=0.02)
        bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
    return figure
