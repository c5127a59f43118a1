"""Linear discriminant analysis with a shrunk covariance."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from analysis.decoding.positive import solve_positive
from analysis.decoding.standardised import spread
from analysis.decoding.weights import (
    Solve,
    SolveSums,
    Weights,
    centred,
    class_means,
    single,
    weights_about,
)
from analysis.errors import AnalysisError
from analysis.words import one_of

Shrinkage = float | Literal["total", "auto"]


@dataclass(frozen=True)
class LDA:
    """Shrinkage LDA: the pooled covariance of the classes, shrunk towards a multiple of the identity.

        W = Σ⁻¹ M,   Σ = (1 − s) S_w + s tr(S_w) / d · I,   b_k = −½ m_kᵀ Σ⁻¹ m_k + log π_k

    Means M are about the grand mean. The shrinkage s is a number; "total", the intensity of Ledoit & Wolf (2004) for
    the training rows regardless of their labels; or "auto", one intensity per class, as in scikit-learn, which has no
    closed form for many labelings and is slow there. Equal to scikit-learn's LinearDiscriminantAnalysis ("lsqr"), with
    "equal" priors after its log π is taken out of the intercepts.
    """

    shrinkage: Shrinkage = "total"
    priors: Literal["equal", "empirical"] = "equal"

    def __post_init__(self):
        one_of("priors", self.priors, ("equal", "empirical"))
        if isinstance(self.shrinkage, str):
            one_of("shrinkage", self.shrinkage, ("total", "auto"))
        elif not 0 < self.shrinkage <= 1:
            raise AnalysisError(f"shrinkage must be above 0 and at most 1, got {self.shrinkage}")

    def prepare(self, features: Float[np.ndarray, "times rows features"]) -> Solve:
        """Centre, and find the shrinkage, of each time."""
        rows, means = centred(features)
        if self.shrinkage == "auto":
            return _EachClass(rows, means, self.priors == "equal")
        total = covariance(rows)
        estimated = self.shrinkage == "total"
        intensity = ledoit_wolf(rows, total) if estimated else np.full(len(rows), float(self.shrinkage))
        return _Pooled(rows, means, total, intensity, self.priors == "equal")


@dataclass(frozen=True)
class _Pooled:
    """One intensity for all classes: one labelling by one solve, many by one spectral factorisation."""

    rows: Float[np.ndarray, "times rows features"]
    means: Float[np.ndarray, "times features"]
    total: Float[np.ndarray, "times features features"]
    shrinkage: Float[np.ndarray, " times"]
    equal: bool

    def __call__(self, member: Bool[np.ndarray, "labelings rows classes"]) -> Weights:
        """Solve for one labelling or for many."""
        class_mean, share = class_means(self.rows, member), member.mean(1)
        if len(member) > 1:
            return self._spectral.about(self.means, class_mean, share)
        found = self._one(class_mean[:, 0], share[0])
        return weights_about(self.means, found, _offsets(class_mean, found, share, self.equal))

    def of_sums(self, shift: Float[np.ndarray, " features"]) -> SolveSums:
        """Solve for the sums of many labelings."""
        values, basis, shrinkage, means = single(
            self._spectral.values, self._spectral.basis, self.shrinkage, self.means - shift
        )
        spectral = _Spectral(values, basis, shrinkage, self.equal)

        def solve(sums: np.ndarray, counts: np.ndarray) -> Weights:
            class_mean = sums / counts[:, :, None] - means[:, None, None]
            return spectral.about(means, class_mean, counts / counts.sum(1, keepdims=True))

        return solve

    def _one(self, class_mean: np.ndarray, share: np.ndarray) -> np.ndarray:
        within = (class_mean.mT * -share) @ class_mean
        within += self.total
        return solve_positive(shrunk(within, self.shrinkage), class_mean)[:, None]

    @cached_property
    def _spectral(self) -> "_Spectral":
        values, basis = np.linalg.eigh(self.total)  # rounding alone makes a covariance's eigenvalue negative
        return _Spectral(np.maximum(values, 0.0), basis, self.shrinkage, self.equal)


@dataclass(frozen=True)
class _Spectral:
    """Woodbury's identity in the basis U of the total covariance, which knows no labels.

    Σ = U (D − (1 − s) M Π Mᵀ) Uᵀ with D = (1 − s) Λ + s tr(S_w) / d, so that
    Σ⁻¹ M = U D⁻¹ M (I − (1 − s) Π Mᵀ D⁻¹ M)⁻¹ and each labelling inverts classes × classes.
    """

    values: Float[np.ndarray, "times features"]
    basis: Float[np.ndarray, "times features features"]
    shrinkage: Float[np.ndarray, " times"]
    equal: bool

    def about(
        self,
        means: Float[np.ndarray, "times features"],
        class_mean: Float[np.ndarray, "times labelings classes features"],
        share: Float[np.ndarray, "labelings classes"],
    ) -> Weights:
        """Weights from the means of the classes about the grand mean, and the share of each class."""
        shape = class_mean.shape
        lines = (shape[0], shape[1] * shape[2], shape[3])
        turned = (class_mean.reshape(lines) @ self.basis).reshape(shape)
        mixed = self._mixed(turned, share).reshape(lines)
        found = (mixed @ self.basis.mT).reshape(shape)
        return weights_about(means, found, _offsets(class_mean, found, share, self.equal))

    def _mixed(self, turned: np.ndarray, share: np.ndarray) -> np.ndarray:
        keep = 1 - self.shrinkage[:, None]
        lost = (np.einsum("tlkd,tlkd->tlk", turned, turned) * share).sum(-1)
        within = self.values.sum(-1)[:, None] - lost
        ridge = _above_zero(self.shrinkage[:, None] * within / self.values.shape[-1])
        scaled = turned / (keep[..., None] * self.values[:, None] + ridge[..., None])[:, :, None]
        inner = keep[..., None, None] * share[:, :, None] * (turned @ scaled.mT)
        mixing = np.linalg.inv(
            np.eye(share.shape[-1], dtype=inner.dtype) - inner
        )  # well conditioned, and small
        return mixing.mT @ scaled


@dataclass(frozen=True)
class _EachClass:
    """One intensity per class, of its standardised rows, solved labelling by labelling."""

    rows: Float[np.ndarray, "times rows features"]
    means: Float[np.ndarray, "times features"]
    equal: bool

    def __call__(self, member: Bool[np.ndarray, "labelings rows classes"]) -> Weights:
        """Solve one labelling after the other."""
        class_mean = class_means(self.rows, member)
        covariances = np.stack([self._covariance(each) for each in member], 1)
        found = np.linalg.solve(covariances, class_mean.mT).mT
        return weights_about(self.means, found, _offsets(class_mean, found, member.mean(1), self.equal))

    def of_sums(self, shift: Float[np.ndarray, " features"]) -> None:
        """Each class needs its own covariance, which sums do not tell."""

    def _covariance(self, member: np.ndarray) -> np.ndarray:
        parts = [part.mean() * _class_covariance(self.rows[:, part]) for part in member.T]
        return np.sum(parts, axis=0)


def _class_covariance(rows: np.ndarray) -> np.ndarray:
    """Shrink the covariance of the standardised rows, then give it back its scale."""
    means = rows.mean(1)
    scales = spread(rows - means[:, None], means)
    standard = (rows - means[:, None]) / scales[:, None]
    plain = covariance(standard)
    return scales[:, :, None] * shrunk(plain, ledoit_wolf(standard, plain)) * scales[:, None]


def covariance(
    centred_rows: Float[np.ndarray, "times rows features"],
) -> Float[np.ndarray, "times features features"]:
    """XᵀX / rows."""
    products = centred_rows.mT @ centred_rows
    products /= centred_rows.shape[1]
    return products


def shrunk(
    plain: Float[np.ndarray, "times features features"], shrinkage: Float[np.ndarray, " times"]
) -> Float[np.ndarray, "times features features"]:
    """(1 − s) S + s tr(S) / d · I, in the place of S."""
    size = plain.shape[-1]
    ridge = _above_zero(shrinkage * np.trace(plain, axis1=1, axis2=2) / size)
    plain *= (1 - shrinkage)[:, None, None]
    plain[:, *np.diag_indices(size)] += ridge[:, None]
    return plain


def ledoit_wolf(
    centred_rows: Float[np.ndarray, "times rows features"],
    plain: Float[np.ndarray, "times features features"],
) -> Float[np.ndarray, " times"]:
    """Intensity of shrinkage that is best for large samples (Ledoit & Wolf 2004), at each time."""
    _, rows, size = centred_rows.shape
    squares = np.einsum("tnd,tnd->tn", centred_rows, centred_rows)
    power, trace = np.einsum("tij,tij->t", plain, plain), squares.sum(1) / rows
    noise = (np.square(squares).sum(1) / rows - power) / (size * rows)
    dispersion = (power - trace**2 / size) / size
    noise = np.minimum(noise, dispersion)
    return np.divide(noise, dispersion, out=np.zeros_like(noise), where=noise > 0)


def _above_zero(ridge: np.ndarray) -> np.ndarray:
    """Give features that never vary within a class the identity for a covariance: the nearest mean decides."""
    return np.where(ridge > 0, ridge, np.ones_like(ridge))


def _offsets(class_mean: np.ndarray, found: np.ndarray, share: np.ndarray, equal: bool) -> np.ndarray:
    priors = 0.0 if equal else np.log(share)
    return priors - 0.5 * np.einsum("tlkd,tlkd->tlk", class_mean, found)
