"""How right a prediction of growth, fluxes and flux splits is: and what is known of each figure."""

import math

import numpy as np
import scipy.sparse as sp
from jaxtyping import Bool, Float, Int

from analysis import Measure
from graph_attention.errors import MetabolicError

GROWTH_Q2 = Measure("growth_q2", chance=0.0, bounds=(-math.inf, 1.0))
FLUX_Q2 = Measure("flux_q2", chance=0.0, bounds=(-math.inf, 1.0))
FLUX_R2 = Measure("flux_r2", chance=0.0, bounds=(-math.inf, 1.0))
IMBALANCE = Measure("imbalance", higher_is_better=False, bounds=(0.0, 1.0))
SPLIT_TV = Measure("split_tv", higher_is_better=False, bounds=(0.0, 1.0))
SPLIT_TV_DEPENDENT = Measure("split_tv_dependent", higher_is_better=False, bounds=(0.0, 1.0))
GROW_AUROC = Measure("grow_auroc", chance=0.5, bounds=(0.0, 1.0))
ESSENTIALITY_AUPRC = Measure("essentiality_auprc", bounds=(0.0, 1.0))
ESSENTIALITY_AUROC = Measure("essentiality_auroc", chance=0.5, bounds=(0.0, 1.0))
MEASURES = (GROWTH_Q2, FLUX_Q2, FLUX_R2, IMBALANCE, SPLIT_TV, SPLIT_TV_DEPENDENT, GROW_AUROC)
"""Of media; the first is the primary one. Those of genes are apart: their chance is the share of essential genes."""

VARIES = 1e-6
"""Reactions vary whose signed log flux has a standard deviation above this: ten times what a solver lets pass."""
DEPENDS = 0.2
"""A split depends on conditions where a producer's share has a standard deviation above this over training media."""
ACTIVE = 0.01
"""A producer is active where it makes more than this share of a metabolite."""
FEWEST = 5
"""A reaction that carries flux in fewer evaluated media has no Q²: two media would make it."""
CARRIES = 1e-6
"""Flux, mmol/gDW/h, above which a reaction is said to carry any: ten times what a solver lets pass."""


def signed_log(flux: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """sign(v) log(1 + |v|): fluxes of four orders of magnitude on one scale."""
    return np.sign(flux) * np.log1p(np.abs(flux))


def q2(
    target: Float[np.ndarray, " items"], predicted: Float[np.ndarray, " items"], reference: float
) -> float:
    """Q² = 1 − Σ (y − ŷ)² / Σ (y − ȳ_train)²; 0 is what the training mean reaches (Consonni 2009).

    Raises:
        MetabolicError: every item has the training mean, so that there is nothing to explain.
    """
    total = float(np.square(target - reference).sum())
    if not total > 0:
        raise MetabolicError(f"expected values other than the training mean {reference:g}; got {len(target)}")
    return 1 - float(np.square(target - predicted).sum()) / total


def flux_q2(
    target: Float[np.ndarray, "media reactions"],
    predicted: Float[np.ndarray, "media reactions"],
    reference: Float[np.ndarray, " reactions"],
) -> Float[np.ndarray, " reactions"]:
    """Q² of every reaction over media, of signed log fluxes: the median is taken over those that have one.

    NaN where the truth does not vary (`VARIES`), and where it is above `CARRIES` in fewer than `FEWEST` media. A
    reaction that varies now and never carried flux in training does count. `reference` is the mean signed log
    flux over training media.
    """
    truth = signed_log(target)
    residual = np.square(truth - signed_log(predicted)).sum(0)
    total = np.square(truth - reference).sum(0)
    varies = (truth.std(0) > VARIES) & ((np.abs(target) > CARRIES).sum(0) >= FEWEST)
    return np.where(varies, 1 - residual / np.where(varies, total, 1), np.nan)


def flux_r2(
    target: Float[np.ndarray, "media reactions"], predicted: Float[np.ndarray, "media reactions"]
) -> Float[np.ndarray, " media"]:
    """r² = 1 − Σ (s − ŝ)² / Σ (s − s̄)² over the reactions of a medium, s the signed log flux; NaN where no flux is."""
    truth = signed_log(target)
    residual = np.square(truth - signed_log(predicted)).sum(1)
    total = np.square(truth - truth.mean(1, keepdims=True)).sum(1)
    flows = total > 0
    return np.where(flows, 1 - residual / np.where(flows, total, 1), np.nan)


def imbalance(
    stoichiometry: sp.csr_array, flux: Float[np.ndarray, "media reactions"]
) -> Float[np.ndarray, " media"]:
    """‖S v‖₁ / ‖|S| |v|‖₁: the share of what reactions make and use that is left over; 0 where no flux is."""
    left = np.abs(stoichiometry @ flux.T).sum(0)
    turned = (abs(stoichiometry) @ np.abs(flux.T)).sum(0)
    return np.where(turned > 0, left / np.where(turned > 0, turned, 1), 0.0)


def total_variation(
    target: Float[np.ndarray, "media edges"],
    predicted: Float[np.ndarray, "media edges"],
    metabolite: Int[np.ndarray, " edges"],
) -> Float[np.ndarray, "media metabolites"]:
    """½ Σ_r |p_mr − p̂_mr| over the producers of each metabolite that occurs in `metabolite`, in ascending order.

    NaN where nothing is produced in truth, and where there is one producer only: no question, no answer.
    """
    gaps = per_metabolite(np.abs(target - predicted), metabolite) / 2
    single = np.bincount(metabolite)[np.unique(metabolite)] < 2
    return np.where(single, np.nan, gaps)


def condition_dependent(
    fractions: Float[np.ndarray, "media edges"], metabolite: Int[np.ndarray, " edges"]
) -> Bool[np.ndarray, " metabolites"]:
    """Metabolites whose split changes over these (training) media, in the order of `total_variation`.

    At least two producers are active (`ACTIVE`) in some medium, and the share of one has a standard deviation above
    `DEPENDS` over the media in which the metabolite is made.
    """
    made = ~np.isnan(fractions)
    count = np.maximum(made.sum(0), 1)
    shares = np.where(made, fractions, 0.0)
    mean = shares.sum(0) / count
    spread = np.sqrt(np.where(made, np.square(shares - mean), 0.0).sum(0) / count)
    active = per_metabolite(np.atleast_2d((shares > ACTIVE).max(0)).astype(float), metabolite)[0] >= 2
    moved = per_metabolite(np.atleast_2d(spread > DEPENDS).astype(float), metabolite)[0] > 0
    return active & moved


def per_metabolite(
    values: Float[np.ndarray, "media edges"], metabolite: Int[np.ndarray, " edges"]
) -> Float[np.ndarray, "media metabolites"]:
    """Sums over the edges of each metabolite that has any, in ascending order of the metabolites."""
    _, index = np.unique(metabolite, return_inverse=True)
    edges = len(index)
    members = sp.csr_array((np.ones(edges), (index, np.arange(edges))), shape=(index.max() + 1, edges))
    return (members @ values.T).T


def auroc(positive: Bool[np.ndarray, " items"], score: Float[np.ndarray, " items"]) -> float:
    """Area under the receiver operating characteristic; NaN where all items are of one kind."""
    from sklearn.metrics import roc_auc_score  # slow to import

    return float(roc_auc_score(positive, score)) if 0 < positive.sum() < len(positive) else math.nan


def auprc(positive: Bool[np.ndarray, " items"], score: Float[np.ndarray, " items"]) -> float:
    """Average precision; chance is the share of positive items. NaN where all items are of one kind."""
    from sklearn.metrics import average_precision_score  # slow to import

    return float(average_precision_score(positive, score)) if 0 < positive.sum() < len(positive) else math.nan
