"""Reactions that no medium can give a flux."""

import numpy as np
from jaxtyping import Bool

from graph_attention.network.graph import MetabolicGraph
from graph_attention.network.steady_states import SteadyStates

TOLERANCE = 1e-6
"""A smaller flux, in mmol/gDW/h, is none."""


def blocked_reactions(graph: MetabolicGraph, seed: int = 0) -> Bool[np.ndarray, " reactions"]:
    """Whether v_r = 0 in every steady state with all exchanges open: S v = 0, lower ≤ v ≤ upper.

    Linear programmes first look for steady states in which many reactions have a flux. For the reactions that have
    none in any, a sum weighted at random is made largest and smallest. Where both are 0, it is 0 in every steady
    state, and for random weights that happens only if each of its terms is. So a dozen programmes answer as flux
    variability analysis does with two for each reaction (Burgard et al. 2004). No label enters.

    Raises:
        MetabolicError: the bounds allow no steady state.
    """
    states = SteadyStates.with_exchanges_open(graph)
    random = np.random.default_rng(seed)
    silent = np.ones(len(graph.reactions), dtype=bool)
    while silent.any():
        signs = np.where(states.both_ways, random.choice([-1.0, 1.0], len(silent)), states.direction)
        active = abs(states.spread(signs, silent)) > TOLERANCE
        if not (silent & active).any():
            weights = np.where(silent, signs * random.uniform(0.5, 1.0, len(silent)), 0.0)
            largest = np.maximum(abs(states.maximise(weights)), abs(states.maximise(-weights)))
            active = largest > TOLERANCE
        if not (silent & active).any():
            break
        silent &= ~active
    return silent
