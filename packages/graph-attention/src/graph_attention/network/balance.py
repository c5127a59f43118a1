"""Formulas, and whether a reaction keeps its atoms and its charge."""

import re
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

if TYPE_CHECKING:
    from graph_attention.network.arrays import NetworkArrays

ELEMENT = re.compile(r"([A-Z][a-z]*)(\d+\.?\d*)?")
TOLERANCE = 1e-6


def elements(formula: str) -> dict[str, float] | None:
    """How many atoms of each element (or group, such as R) a formula names; None where it cannot be read."""
    if not formula or ELEMENT.sub("", formula):
        return None
    counts: dict[str, float] = {}
    for element, number in ELEMENT.findall(formula):
        counts[element] = counts.get(element, 0.0) + float(number or 1)
    return counts


def composition(graph: "NetworkArrays") -> tuple[tuple[str, ...], Float[np.ndarray, "metabolites elements"]]:
    """The elements of a network, sorted, and how many atoms of each a metabolite has; NaN where it is unknown."""
    counts = [elements(formula) for formula in graph.metabolites["formula"]]
    names = tuple(sorted({element for known in counts if known for element in known}))
    rows = [
        [np.nan] * len(names) if known is None else [known.get(name, 0.0) for name in names]
        for known in counts
    ]
    return names, np.array(rows, dtype=np.float64).reshape(len(counts), len(names))


def imbalance(graph: "NetworkArrays") -> Float[np.ndarray, " reactions"]:
    """The largest number of atoms of one element, or of charges, that a reaction makes or loses.

    NaN where a formula or a charge of a metabolite in it is unknown.
    """
    charge = graph.metabolites["charge"].cast(float).fill_null(np.nan).to_numpy()
    content = np.column_stack([composition(graph)[1], charge])
    made = graph.stoichiometry.T @ content
    return abs(made).max(axis=1, initial=0.0)


def unbalanced(graph: "NetworkArrays") -> tuple[str, ...]:
    """Ids of the reactions inside that make or lose atoms or charge; what has an unknown formula is not judged."""
    found = (imbalance(graph) > TOLERANCE) & ~graph.boundary
    return tuple(graph.reactions["id"].filter(found))
