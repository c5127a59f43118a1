"""What is known of every node before any medium or label is seen. Imports no torch."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from graph_attention.network.balance import elements
from graph_attention.truth.nutrients import COMPOSITION, nutrients

if TYPE_CHECKING:
    from graph_attention.network.graph import MetabolicGraph

COMPARTMENTS = ("c", "p", "e")
METABOLITE_FEATURES = (*COMPOSITION, "other elements", "charge", "reactions", *COMPARTMENTS, "elsewhere")
REACTION_FEATURES = (
    "substrates",
    "products",
    "total coefficient",
    "forward",
    "backward",
    "boundary",
    "objective",
    "must run",
    "has a gene",
)
NODE_FEATURES = (*METABOLITE_FEATURES, *REACTION_FEATURES)
KIND_FEATURES = ("is a metabolite", "is a reaction")
PLENTY = 20.0
"""An uptake above this, in mmol/gDW/h, counts as this much of each element: such nutrients do not limit growth."""


def node_features(graph: "MetabolicGraph") -> Float[np.ndarray, "nodes features"]:
    """`NODE_FEATURES` of metabolites, then reactions; each kind has zeros in the columns of the other."""
    metabolites, reactions = _metabolites(graph), _reactions(graph)
    right = np.zeros((len(metabolites), reactions.shape[1]))
    left = np.zeros((len(reactions), metabolites.shape[1]))
    return np.block([[metabolites, right], [left, reactions]])


def medium_composition(graph: "MetabolicGraph") -> Float[np.ndarray, "exchanges elements"]:
    """Atoms of each of `COMPOSITION` in what an exchange brings in, in the order of `graph.exchanges`."""
    return nutrients(graph).select(COMPOSITION).to_numpy()


def _metabolites(graph: "MetabolicGraph") -> np.ndarray:
    counts = [elements(formula) or {} for formula in graph.metabolites["formula"]]
    known = np.array([[count.get(name, 0.0) for name in COMPOSITION] for count in counts])
    other = np.array([[sum(n for name, n in count.items() if name not in COMPOSITION)] for count in counts])
    charge = graph.metabolites["charge"].fill_null(0).to_numpy()[:, None] / 4.0
    degree = np.diff(graph.stoichiometry.indptr)[:, None]
    where = graph.metabolites["compartment"].to_numpy()[:, None]
    inside = (where == np.array(COMPARTMENTS)[None]).astype(float)
    elsewhere = 1 - inside.sum(1, keepdims=True)
    sizes = np.log1p(np.concatenate([known.reshape(len(counts), -1), other, degree], 1))
    return np.concatenate([sizes[:, :-1], charge, sizes[:, -1:], inside, elsewhere], 1)


def _reactions(graph: "MetabolicGraph") -> np.ndarray:
    matrix = graph.stoichiometry
    made, used = (np.asarray(np.sum(sign * matrix.toarray() > 0, axis=0), dtype=float) for sign in (1, -1))
    total = np.asarray(abs(matrix).sum(0))
    flags = (
        graph.upper > 0,
        graph.lower < 0,
        graph.boundary,
        graph.objective != 0,
        (graph.lower > 0) | (graph.upper < 0),
        graph.reactions["gene_rule"].to_numpy() != "",
    )
    return np.stack([*map(np.log1p, (used, made, total)), *map(np.asarray, flags)], 1).astype(float)
