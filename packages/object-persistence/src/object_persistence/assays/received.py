"""What the detections of each clip receive of attention, clip by clip."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int, Shaped

RECEIVED, ENTROPY = "received", "entropy"
ROLLOUT = "rollout"
"""What all layers attend to together."""


@dataclass(frozen=True, eq=False)
class Received:
    """One layer's attention on one split, a row per clip; what is padded receives nothing and is in no group."""

    clips: Shaped[np.ndarray, " clips"]
    mass: Float[np.ndarray, "clips most"]
    """1 is what a detection of the clip receives on average."""
    persistent: Bool[np.ndarray, "clips most"]
    transient: Bool[np.ndarray, "clips most"]
    """All that is not persistent, clutter too."""
    clutter: Bool[np.ndarray, "clips most"]
    seen: Int[np.ndarray, "clips most"]
    """Sightings so far; 0 where padded."""

    @classmethod
    def of(cls, part: pl.DataFrame, received: Float[np.ndarray, " rows"]) -> "Received":
        """From the rows of a split and what each of them receives."""
        clips, clip = np.unique(part["group"].to_numpy(), return_inverse=True)
        order = np.argsort(clip, kind="stable")
        counts = np.bincount(clip)
        place = np.arange(counts.max()) < counts[:, None]

        def spread(values: np.ndarray) -> np.ndarray:
            padded = np.zeros(place.shape, values.dtype)
            padded[place] = values[order]
            return padded

        persistent = part["target"].to_numpy() == 1
        there = {
            "clutter": part["clutter"].to_numpy() if "clutter" in part.columns else np.zeros(len(clip), bool),
            "seen": part["seen"].cast(pl.Int64).to_numpy()
            if "seen" in part.columns
            else np.ones(len(clip), int),
        }
        return cls(
            clips,
            spread(received.astype(float)),
            spread(persistent),
            spread(~persistent),
            **{name: spread(values) for name, values in there.items()},
        )


def layers(arrays: Mapping[str, np.ndarray], what: str = RECEIVED) -> list[str]:
    """The layers of which something was stored, in order, and the rollout at the end."""
    names = sorted(name.removesuffix(f"/{what}") for name in arrays if name.endswith(f"/{what}"))
    return sorted(names, key=lambda name: name == ROLLOUT)


def by_layer(part: pl.DataFrame, arrays: Mapping[str, np.ndarray]) -> Iterator[tuple[str, Received]]:
    """Every layer on the rows of a split, which know their place among all by the column `row`."""
    rows = part["row"].cast(pl.Int64).to_numpy()
    for layer in layers(arrays):
        yield layer, Received.of(part, arrays[f"{layer}/{RECEIVED}"][rows])
