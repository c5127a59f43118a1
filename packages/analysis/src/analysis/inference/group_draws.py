"""Which items belong to which group, and groups drawn again."""

from collections.abc import Sequence

import numpy as np

from analysis.errors import AnalysisError

Labels = Sequence | np.ndarray


def positions(items: np.ndarray, *labels: Labels) -> list[np.ndarray]:
    """Positions of the items of each label, in the order of the first labels' names."""
    if wrong := [len(names) for names in labels if len(names) != len(items)]:
        raise AnalysisError(f"expected one label per value ({len(items)}), got {wrong[0]}")
    _, index = np.unique(np.asarray(labels[0]), return_inverse=True)
    order = np.argsort(index, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(index[order])) + 1)


def table(parts: list[np.ndarray]) -> list[np.ndarray] | np.ndarray:
    """Parts of one length as the rows of one array, which is faster to draw from."""
    return np.stack(parts) if len({part.size for part in parts}) == 1 else parts


def drawn_again(parts: list[np.ndarray] | np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Positions of the items of as many parts as there are, drawn with replacement."""
    drawn = rng.integers(len(parts), size=len(parts))
    return (
        parts[drawn].ravel() if isinstance(parts, np.ndarray) else np.concatenate([parts[i] for i in drawn])
    )
