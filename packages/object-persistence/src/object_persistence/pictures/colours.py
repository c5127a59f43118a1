"""How pictures tell a probability, attention, and the truth."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_hex
from matplotlib.figure import Figure

from object_persistence.clips.prepared import PreparedClip

COLOURS = LinearSegmentedColormap.from_list("lasting", ["#1E8FD6", "#9A9A9A", "#E66100"])
"""From passing to lasting; all of it can be seen on black and on white."""
LASTS, PASSES, NOTHING = "lasts", "passes", "clutter"
DASHES = {LASTS: "-", PASSES: (0, (2.2, 1.4)), NOTHING: (0, (0.8, 1.2))}
SYMBOLS = {LASTS: "circle", PASSES: "square", NOTHING: "diamond"}
THINNEST, THICKEST = 0.5, 6.0


def truths(clip: PreparedClip) -> list[str]:
    """What each detection is of."""
    passing = np.where(clip.clutter, NOTHING, PASSES)
    return np.where(clip.persistent, LASTS, passing).tolist()


def colour_of(probability: float) -> str:
    """That of a probability of lasting."""
    return to_hex(COLOURS(float(probability)))


def width_of(received: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Points of a line, in proportion to attention but for its ends: 1.3 where it is that of all."""
    return np.clip(1.3 * received, THINNEST, THICKEST)


def probability_bar(figure: Figure, axes: Sequence[Axes], label: str) -> None:
    """The scale of probabilities beneath some axes."""
    where = {"orientation": "horizontal", "shrink": 0.5, "aspect": 36, "pad": 0.02}
    bar = figure.colorbar(ScalarMappable(Normalize(0, 1), COLOURS), ax=list(axes), label=label, **where)
    bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
