"""Metabolites that join nearly everything and so tell little of a path."""

import re

import numpy as np
from jaxtyping import Bool

from graph_attention.network.graph import MetabolicGraph

CARRIERS = frozenset(
    """
    h h2o o2 co2 hco3 nh4 pi ppi so4 h2o2 fe2 fe3 na1 k mg2 cl ca2
    atp adp amp gtp gdp gmp utp udp ump ctp cdp cmp itp idp datp dadp
    nad nadh nadp nadph fad fadh2 fmn fmnh2 q8 q8h2 mqn8 mql8 2dmmq8 2dmmql8
    coa ACP acp trdox trdrd grxox grxrd gthox gthrd amet ahcys thf
    """.split()  # noqa: SIM905 - a list of words
)
"""BiGG's ids, without compartment, of water, ions, phosphates, nucleotides, redox pairs, quinones and carriers."""
MOST_REACTIONS = 100
"""What takes part in more reactions counts as well, whatever it is."""


def is_currency(
    graph: MetabolicGraph, most_reactions: int = MOST_REACTIONS
) -> Bool[np.ndarray, " metabolites"]:
    """Whether each metabolite is a cofactor by its BiGG id, or takes part in more than so many reactions."""
    base = [re.sub(r"_[a-z0-9]{1,2}$", "", name) for name in graph.metabolites["id"]]
    known = np.array([name in CARRIERS for name in base], dtype=bool)
    return known | (np.diff(graph.stoichiometry.indptr) > most_reactions)
