"""Linear discriminant analysis with a shrunk covariance."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from analysis.decoding.standardised import spread
from analysis.decoding.weights import Solve, Weights, centred, class_means, weights_about
from analysis.errors import AnalysisError

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
        if isinstance(self.shrinkage, str) or 0 < self.shrinkage <= 1:
            return
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
        class_mean = class_means(self.rows, member)
        solution = self._one(class_mean, member) if len(member) == 1 else self._many(class_mean, member)
        return weights_about(self.means, solution, _offsets(class_mean, solution, member, self.equal))

    def _one(self, class_mean: np.ndarray, member: np.ndarray) -> np.ndarray:
        within = (class_mean[:, 0] * -member[0].mean(0)) @ class_mean[:, 0].mT
        within += self.total
        return np.linalg.solve(shrunk(within, self.shrinkage), class_mean[:, 0])[:, None]

    def _many(self, class_mean: np.ndarray, member: np.ndarray) -> np.ndarray:
        """Woodbury's identity in the basis U of the total covariance, which knows no labels.

        Σ = U (D − (1 − s) M Π Mᵀ) Uᵀ with D = (1 − s) Λ + s tr(S_w) / d, so that
        Σ⁻¹ M = U D⁻¹ M (I − (1 − s) Π Mᵀ D⁻¹ M)⁻¹ and each labelling inverts classes × classes.
        """
        values, basis = self._spectrum
        share, keep = member.mean(1), 1 - self.shrinkage[:, None]
        turned = basis.mT[:, None] @ class_mean
        lost = np.einsum("tldk,tldk,lk->tl", turned, turned, share)
        ridge = _above_zero(self.shrinkage[:, None] * (values.sum(-1)[:, None] - lost) / values.shape[-1])
        scaled = turned / (keep[..., None] * values[:, None] + ridge[..., None])[..., None]
        inner = keep[..., None, None] * share[:, :, None] * (turned.mT @ scaled)
        mixed = np.linalg.solve((np.eye(share.shape[-1]) - inner).mT, scaled.mT).mT
        return basis[:, None] @ mixed

    @cached_property
    def _spectrum(self) -> tuple[np.ndarray, np.ndarray]:
        values, basis = np.linalg.eigh(self.total)
        return np.maximum(values, 0.0), basis  # rounding alone makes a covariance's eigenvalue negative


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
        solution = np.linalg.solve(covariances, class_mean)
        return weights_about(self.means, solution, _offsets(class_mean, solution, member, self.equal))

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
    return np.where(ridge > 0, ridge, 1.0)


def _offsets(class_mean: np.ndarray, solution: np.ndarray, member: np.ndarray, equal: bool) -> np.ndarray:
    priors = 0.0 if equal else np.log(member.mean(1))
    return priors - 0.5 * np.einsum("tldk,tldk->tlk", class_mean, solution)
