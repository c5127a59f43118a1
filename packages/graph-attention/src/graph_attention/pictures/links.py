"""How links and nodes of a drawn network look in one medium, for paper and for a browser alike."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from matplotlib.colors import LinearSegmentedColormap, to_hex

from graph_attention.pictures.attended import AttendedNetwork
from graph_attention.pictures.drawn_network import DrawnNetwork

KINDS = {"metabolite": ("#D62728", "o", "circle"), "reaction": ("#1F77B4", "s", "square")}
"""Colour, and shape in matplotlib and in plotly."""
COLOURS = LinearSegmentedColormap.from_list(
    "attention", ["#3f2277", "#8a76bd", "#bdbdbd", "#e8962e", "#a04a00"]
)
"""From less than uniform, over the grey of uniform, to more; to be told apart by everybody, and from red and blue."""
WIDEST, NARROWEST = 4.2, 0.7
REACHES = (0.25, 0.5, 1.0, 2.0)
"""Where colours may end, as log2 of multiples of uniform: the first that holds nearly all."""
HELD = 0.98
SMALLEST = 2.0**-9
NOTHING = 1e-6
"""Fluxes of this size are rounding, mmol/gDW/h."""


@dataclass(frozen=True, eq=False)
class Look:
    """One medium: attention and flow of each drawn link, and what each drawn node receives."""

    multiples: Float[np.ndarray, " links"]
    """Mean of both directions, in multiples of uniform."""
    weights: Float[np.ndarray, " links"]
    carried: Float[np.ndarray, " links"]
    """What the reaction makes of the metabolite, S v; negative where it uses it, mmol/gDW/h."""
    received: Float[np.ndarray, " nodes"]

    @classmethod
    def of(
        cls,
        drawn: DrawnNetwork,
        seen: AttendedNetwork,
        medium: str,
        layer: str | None = None,
        head: int | None = None,
    ) -> "Look":
        """What is seen of a drawn network in one medium; the mean over layers and heads that are not named."""
        row, link = seen.medium(medium), drawn.links["link"].to_numpy()
        carried = (seen.flux[row][seen.graph.edges.reaction] * seen.graph.edges.coefficient)[link]
        return cls(
            seen.links(layer, head)[row, link],
            seen.link_weights(layer, head)[row, link],
            np.where(np.abs(carried) > NOTHING, carried, 0.0),
            seen.received(layer, head)[row, node_index(drawn)],
        )


def node_index(drawn: DrawnNetwork) -> np.ndarray:
    """The node of the whole network behind each drawn one."""
    reaction = (drawn.nodes["kind"] == "reaction").to_numpy()
    return drawn.nodes["index"].to_numpy() + reaction * len(drawn.graph.metabolites)


def width_of(carried: float, most: float) -> float:
    """Points across a line, growing with the square root of the flux."""
    return NARROWEST + (WIDEST - NARROWEST) * float(np.sqrt(abs(carried) / most)) if most > 0 else NARROWEST


def reach_of(*multiples: Float[np.ndarray, " links"]) -> float:
    """Where a scale ends that nearly all multiples of uniform lie on, as log2; a quarter and four times at most."""
    known = np.concatenate([each[np.isfinite(each)] for each in multiples])
    far = np.abs(np.log2(np.maximum(known, SMALLEST)))
    needed = float(np.quantile(far, HELD)) if far.size else 0.0
    return next((reach for reach in REACHES if needed <= reach), REACHES[-1])


def colour_place(multiple: float, reach: float) -> float:
    """Where on a scale from 0 to 1 a multiple of uniform lies, 0.5 being uniform."""
    if not np.isfinite(multiple):
        return 0.5
    return float(np.clip(np.log2(max(multiple, SMALLEST)) / (2 * reach) + 0.5, 0.0, 1.0))


def colour_of(multiple: float, reach: float) -> str:
    """The colour of a multiple of uniform."""
    return to_hex(COLOURS(colour_place(multiple, reach)))


def ticks_of(reach: float) -> tuple[list[float], list[str]]:
    """Places on the scale, and the multiples that stand there."""
    places = [-reach, -reach / 2, 0.0, reach / 2, reach]
    return places, [f"{2.0**place:.2g}" for place in places]
