"""How alike the states of unlike classes are."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float, Shaped

from analysis import AnalysisError, Estimate, condition_means
from analysis.inference.jackknife import jackknife_each
from analysis.trials import finite_array

WHAT = ("frames of different classes", "frames of one class minus frames of different ones")


def class_cosines(
    states: Float[np.ndarray, "frames units"],
    labels: Shaped[np.ndarray, " frames"],
    groups: Shaped[np.ndarray, " frames"],
    *,
    seed: int = 0,
) -> tuple[Estimate, Estimate]:
    """Mean cosine of two frames of different classes, and how far two frames of one class lie above it.

        cos(x_i − μ, x_j − μ),   μ the mean of all frames, classes weighing the same

    It is of frames and not of class averages: these add up to zero about their centre, so that their mean cosine is
    near −1 / (C − 1) whatever the code. That of frames goes there only as nothing but the class is left in a state.

    Raises:
        AnalysisError: numbers that are not finite, states that are all alike, or no class with two frames.
    """
    states = finite_array("states", states, "frames units")
    found = jackknife_each(lambda kept: _cosines(states[kept], labels[kept]), groups, seed=seed)
    named = zip(found, WHAT, strict=True)
    first, second = (
        replace(each, chance=0.0, how=f"mean cosine of {what}, {each.how}") for each, what in named
    )
    return first, second


def _cosines(states: np.ndarray, labels: np.ndarray) -> np.ndarray:
    centred = states - states.mean(0)
    sizes = np.linalg.norm(centred, axis=1, keepdims=True)
    _, counts = np.unique(labels, return_counts=True)
    if not (sizes > 0).all() or counts.size < 2 or counts.max() < 2:
        raise AnalysisError("expected states that differ, of two classes or more with several frames")
    means = condition_means(centred / sizes, labels)
    alike = means @ means.T
    different = (alike.sum() - np.trace(alike)) / (counts.size * (counts.size - 1))
    several = counts > 1
    # The mean over pairs of one class holds each frame's cosine with itself, which is 1.
    own = (counts * np.diag(alike) - 1)[several] / (counts - 1)[several]
    return np.array([different, own.mean() - different])
