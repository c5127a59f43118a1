"""The rotation that carries one set of points onto another."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from analysis.errors import AnalysisError


@dataclass(frozen=True)
class Rotation:
    """y ≈ s (x − a) R + b."""

    matrix: Float[np.ndarray, "dim dim"]
    scale: float
    source_center: Float[np.ndarray, " dim"]
    target_center: Float[np.ndarray, " dim"]

    def __call__(self, points: Float[np.ndarray, "points dim"]) -> Float[np.ndarray, "points dim"]:
        """Carry points of the source to the target."""
        return self.scale * (points - self.source_center) @ self.matrix + self.target_center


@dataclass(frozen=True)
class Alignment:
    """How rotations are fitted and tested.

    `components` is the size of the shared space, as large as the conditions allow where it is None. Without
    `scaled` the target must have the source's size too; without `reflection` only proper rotations count.
    """

    components: int | None = None
    scaled: bool = True
    reflection: bool = True
    folds: int = 5
    permutations: int = 1000
    seed: int = 0

    def __post_init__(self):
        if self.folds < 2 or self.permutations < 1:
            raise AnalysisError(
                f"expected at least 2 folds and 1 permutation, got {self.folds} and {self.permutations}"
            )

    def fit(
        self, source: Float[np.ndarray, "points dim"], target: Float[np.ndarray, "same_points dim"]
    ) -> Rotation:
        """The rotation with the least squared error, R = U Vᵀ of Aᵀ B = U Σ Vᵀ and s = tr Σ / ‖A‖² (Schönemann 1966).

        Raises:
            AnalysisError: other shapes, or a source whose points are all the same.
        """
        if source.shape != target.shape:
            raise AnalysisError(f"expected points in pairs, got {source.shape} and {target.shape}")
        a, b = source.mean(0), target.mean(0)
        matrix, scale = self.solve(source - a, target - b)
        return Rotation(matrix, float(scale), a, b)

    def solve(
        self, source: Float[np.ndarray, "points dim"], target: Float[np.ndarray, "*draws points dim"]
    ) -> tuple[Float[np.ndarray, "*draws dim dim"], Float[np.ndarray, "*draws"]]:
        """Rotation and scale from centred points to each of many centred targets."""
        energy = float((source**2).sum())
        if energy == 0:
            raise AnalysisError("expected source points that differ, got equal ones: any rotation would do")
        left, stretch, right = np.linalg.svd(source.T @ target)
        if not self.reflection:
            handedness = np.sign(np.linalg.det(left @ right))
            left[..., -1] *= handedness[..., None]
            stretch[..., -1] *= handedness
        scale = stretch.sum(-1) / energy if self.scaled else np.ones(stretch.shape[:-1])
        return left @ right, np.asarray(scale)

    def shuffles(self, conditions: int) -> np.ndarray:
        """Orders of the conditions that pair them at random, one row per permutation."""
        rng = np.random.default_rng(self.seed)
        return rng.permuted(np.tile(np.arange(conditions), (self.permutations, 1)), axis=1)
