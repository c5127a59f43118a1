"""Reactions that no medium can give a flux."""

import numpy as np
from jaxtyping import Bool, Float
from scipy.optimize import linprog

from graph_attention.errors import MetabolicError
from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.tables import OPEN

TOLERANCE = 1e-6
"""A smaller flux, in mmol/gDW/h, is none."""


def blocked_reactions(graph: MetabolicGraph, seed: int = 0) -> Bool[np.ndarray, " reactions"]:
    """Whether v_r = 0 in every steady state with all exchanges open, S v = 0, lower ≤ v ≤ upper.

    The reactions not yet seen with a flux are weighted at random, and their sum is made largest and smallest. A
    reaction with a flux in either solution is not blocked. Once none is left that has, both optima are 0: the
    weighted sum is then 0 in every steady state, which for weights drawn at random happens only if each of its
    terms is. A few dozen linear programmes thus answer as flux variability analysis would with two for each
    reaction. No label enters.

    Raises:
        MetabolicError: the bounds allow no steady state.
    """
    lower, upper = _opened(graph)
    weights = np.random.default_rng(seed)
    silent = ~((lower > 0) | (upper < 0))
    while silent.any():
        weight = np.where(silent, weights.uniform(0.5, 1.0, len(silent)), 0.0)
        weight *= weights.choice([-1.0, 1.0], len(silent))
        largest = np.maximum(*(abs(_optimum(graph, sign * weight, lower, upper)) for sign in (1, -1)))
        active = silent & (largest > TOLERANCE)
        if not active.any():
            break
        silent &= ~active
    return silent


def _opened(graph: MetabolicGraph) -> tuple[Float[np.ndarray, " reactions"], Float[np.ndarray, " reactions"]]:
    lower, upper = graph.lower.copy(), graph.upper.copy()
    lower[graph.exchanges] = np.minimum(lower[graph.exchanges], -OPEN)
    upper[graph.exchanges] = np.maximum(upper[graph.exchanges], OPEN)
    return np.clip(lower, -OPEN, None), np.clip(upper, None, OPEN)


def _optimum(
    graph: MetabolicGraph,
    cost: Float[np.ndarray, " reactions"],
    lower: Float[np.ndarray, " reactions"],
    upper: Float[np.ndarray, " reactions"],
) -> Float[np.ndarray, " reactions"]:
    balance = np.zeros(graph.stoichiometry.shape[0])
    solved = linprog(
        cost, A_eq=graph.stoichiometry, b_eq=balance, bounds=np.column_stack([lower, upper]), method="highs"
    )
    if not solved.success:
        raise MetabolicError(f"{graph.name}: no steady state with every exchange open: {solved.message}")
    return solved.x
