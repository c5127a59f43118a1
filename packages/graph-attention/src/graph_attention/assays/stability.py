"""Whether networks that were trained from other seeds attend alike."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from jaxtyping import Float, Int

from analysis import AnalysisError, Estimate, Findings, null_of
from analysis.inference.jackknife import jackknife
from graph_attention.assays.strata import Strata, standardised

DRAWS = 999


def correlations(profiles: Float[np.ndarray, "networks nodes"]) -> Float[np.ndarray, "networks networks"]:
    """Spearman's ρ of what every two networks attend."""
    ranks = standardised(profiles)
    return ranks @ ranks.T


def stability(
    profiles: Float[np.ndarray, "networks nodes"],
    labels: Int[np.ndarray, " nodes"],
    *,
    permutations: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """Mean ρ over pairs of networks, with an interval over networks.

    The null moves the nodes of each network within strata of degree and pathway, so that networks which agree on hubs
    alone are not stable. Below three networks there is no interval.

    Raises:
        AnalysisError: there is one network only.
    """
    if len(profiles) < 2:
        raise AnalysisError(f"networks attend alike where there are two at least, got {len(profiles)}")
    ranks = standardised(profiles)
    places = np.array(list(combinations(range(len(ranks)), 2)))
    found = ranks @ ranks.T
    value = float(found[tuple(places.T)].mean())
    interval = _over_networks(found)
    drawn = np.zeros(permutations)
    moved = [each[Strata(labels, permutations, seed + number).orders] for number, each in enumerate(ranks)]
    for one, two in places:
        drawn += np.einsum("dn,dn->d", moved[one], moved[two]) / len(places)
    how = f"nodes of each network moved within degree and pathway, {permutations} draws"
    return replace(interval, null=null_of(value, drawn, how, alternative="greater"))


def profiles_of(
    networks: Sequence[Findings], score: str = "inflow"
) -> Float[np.ndarray, "networks nodes"] | None:
    """What each network of an arm gives to the nodes; None where fewer than two kept it, or of other nodes."""
    kept = [each.arrays[f"profile/{score}"] for each in networks if f"profile/{score}" in each.arrays]
    alike = len({each.size for each in kept}) == 1
    return np.stack(kept) if alike and len(kept) > 1 else None


def labels_of(networks: Sequence[Findings]) -> Int[np.ndarray, " nodes"]:
    """Which nodes are alike."""
    return next(each.arrays["strata"] for each in networks if "strata" in each.arrays)


def matrices(found: Mapping[str, Sequence[Findings]], score: str = "inflow") -> dict[str, np.ndarray]:
    """Networks × networks of each arm that has several."""
    profiles = {arm: profiles_of(networks, score) for arm, networks in found.items()}
    return {arm: correlations(each) for arm, each in profiles.items() if each is not None}


def _over_networks(found: Float[np.ndarray, "networks networks"]) -> Estimate:
    """Mean over pairs, by leaving out one network at a time."""

    def of(kept: Int[np.ndarray, " kept"]) -> float:
        return float(found[np.ix_(kept, kept)][np.triu_indices(kept.size, 1)].mean())

    count, nan = len(found), float("nan")
    if count < 3:
        return Estimate(of(np.arange(count)), nan, nan, count, 0.0, "one pair of networks")
    interval = jackknife(of, np.arange(count), blocks=count)
    return replace(interval, chance=0.0, how="mean over pairs, 95% Student t by a jackknife over networks")
