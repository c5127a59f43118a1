"""How well one rotation carries the code of one state onto that of another, on conditions it has not seen."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from analysis.errors import AnalysisError
from analysis.estimates import Estimate, finite, null_of
from analysis.geometry.alignment import Alignment
from analysis.geometry.conditions import half_means, shared_space
from analysis.inference.student_t import mean_estimate
from analysis.shown import Shown
from analysis.trials import Labels, finite_array, group_parts, same_length


@dataclass(frozen=True)
class Disparity(Shown):
    """Held-out disparity, with its null of shuffled pairs, beside what noise alone costs.

    `noise_floor` is the disparity between two halves of the target's own trials: what noise leaves of a code
    that is the same up to a rotation.
    """

    disparity: Estimate
    noise_floor: Estimate
    scale: float
    components: int
    kept_variance: float

    def to_dict(self) -> dict[str, Any]:
        """Plain nested values."""
        return finite(asdict(self))


def disparity(
    source: Float[np.ndarray, "source_trials features"],
    target: Float[np.ndarray, "target_trials features"],
    conditions: Labels,
    groups: Labels,
    alignment: Alignment | None = None,
) -> Disparity:
    """How far held-out condition averages of the target lie from the rotated ones of the source.

        D = ‖s (A − a) R + b − B‖² / ‖B − b‖²   over conditions that s, R, a and b were not fitted to

    0 is a perfect alignment, 1 what the target's mean would do, more is worse; lower is better. Averages are
    projected into the space they share, those of a pair come from different trials, and the null pairs
    conditions at random (one-sided). The interval is over conditions.

    Raises:
        AnalysisError: fewer than five conditions per component, a condition with fewer than two groups,
            numbers that are not finite, or lengths that differ.
    """
    alignment = alignment or Alignment()
    source, target = (
        finite_array(name, state, "trials features")
        for name, state in (("source", source), ("target", target))
    )
    same_length(len(source), target=target)
    before, after = half_means(source, target, conditions, groups, seed=alignment.seed)
    space = shared_space([before, after], alignment.components)
    before, after = space.project(before), space.project(after)
    residual, energy = _held_out(before, after, alignment)
    floor = mean_estimate(2 * ((after[0] - after[1]) ** 2).sum(-1) / energy.mean())
    found = _estimate(residual / energy.mean(), alignment, space.components)
    shuffled = after[:, alignment.shuffles(after.shape[1])].swapaxes(0, 1)
    null = _ratio(*_held_out(before, shuffled, alignment))
    whole = alignment.fit(before.reshape(-1, space.components), after.reshape(-1, space.components))
    found = replace(
        found, null=null_of(found.value, null, "shuffled pairs of conditions", alternative="less")
    )
    return Disparity(found, floor, whole.scale, space.components, space.kept)


def _estimate(parts: np.ndarray, alignment: Alignment, components: int) -> Estimate:
    with_scale = "with" if alignment.scaled else "without"
    how = f"held-out disparity in {components} dimensions {with_scale} scale, 95% Student t over conditions"
    return replace(mean_estimate(parts), how=how)


def _ratio(residual: np.ndarray, energy: np.ndarray) -> np.ndarray:
    return residual.sum(-1) / energy.sum(-1)


def _held_out(
    before: Float[np.ndarray, "2 conditions dim"],
    after: Float[np.ndarray, "*draws 2 conditions dim"],
    alignment: Alignment,
) -> tuple[Float[np.ndarray, "*draws conditions"], Float[np.ndarray, "*draws conditions"]]:
    """Squared error and squared size of every condition while it is held out."""
    count = before.shape[1]
    if count < alignment.folds:
        raise AnalysisError(f"{count} conditions do not fill {alignment.folds} folds; use fewer folds")
    fold = group_parts(np.arange(count), np.zeros(count), alignment.folds, seed=alignment.seed)
    residual, energy = np.empty((2, *after.shape[:-3], count))
    for part in range(alignment.folds):
        test = fold == part
        guess, actual, center = _guess(before, after, test, alignment)
        residual[..., test] = ((guess - actual) ** 2).sum((-1, -3))
        energy[..., test] = ((actual - center) ** 2).sum((-1, -3))
    return residual, energy


def _guess(
    before: np.ndarray, after: np.ndarray, test: np.ndarray, alignment: Alignment
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the rotation of the other conditions puts the test conditions, where they are, and the centre."""
    fitted, aim = before[:, ~test], after[..., ~test, :]
    a, b = fitted.mean((0, 1)), aim.mean((-3, -2), keepdims=True)
    flat = aim.reshape(*aim.shape[:-3], -1, aim.shape[-1])
    matrix, scale = alignment.solve((fitted - a).reshape(-1, a.size), flat - b[..., 0, :, :])
    turned = (before[:, test] - a) @ matrix[..., None, :, :]
    return scale[..., None, None, None] * turned + b, after[..., test, :], b
