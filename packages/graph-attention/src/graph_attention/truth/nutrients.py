"""What the exchanges of a network can bring in: formulas, and sources of an element."""

from collections.abc import Iterable

import numpy as np
import polars as pl

from graph_attention.errors import MetabolicError
from graph_attention.network.balance import elements
from graph_attention.network.graph import MetabolicGraph

ELEMENTS = ("C", "N", "P", "S")
"""The elements whose source a medium may choose."""
COMPOSITION = ("C", "H", "N", "O", "P", "S")
"""The elements that are counted in a formula."""


def nutrients(graph: MetabolicGraph) -> pl.DataFrame:
    """One row for each exchange of one metabolite, in the order of `graph.exchanges`.

    Columns: exchange, reaction (its index), metabolite (id), name, formula, sign (+1 where a positive flux brings
    the metabolite in, −1 where a negative one does), then the atoms of C, H, N, O, P, S in the formula. What moves
    several metabolites at once is no nutrient and is left out. A formula that cannot be read counts no atoms.
    """
    columns = graph.stoichiometry.tocsc()[:, graph.exchanges]
    single = np.flatnonzero(np.diff(columns.indptr) == 1)
    entry = columns.indptr[single]
    exchange, metabolite = graph.exchanges[single], columns.indices[entry]
    found = graph.metabolites[metabolite]
    counts = [elements(formula) or {} for formula in found["formula"]]
    return pl.DataFrame(
        {
            "exchange": graph.reactions["id"][exchange],
            "reaction": exchange,
            "metabolite": found["id"],
            "name": found["name"],
            "formula": found["formula"],
            "sign": np.sign(columns.data[entry]),
            **{element: [count.get(element, 0.0) for count in counts] for element in COMPOSITION},
        },
        schema_overrides=dict.fromkeys(COMPOSITION, pl.Float64),
    )


def candidates(graph: MetabolicGraph, element: str, base: Iterable[str]) -> tuple[str, ...]:
    """The exchanges, outside a base medium, of metabolites that hold an element.

    Raises:
        MetabolicError: the element is none of C, N, P and S.
    """
    if element not in ELEMENTS:
        raise MetabolicError(f"expected an element out of {', '.join(ELEMENTS)}; got {element!r}")
    rows = nutrients(graph).filter(pl.col(element) > 0, ~pl.col("exchange").is_in(list(base)))
    return tuple(rows["exchange"])


def usual_sources(graph: MetabolicGraph, element: str, base: Iterable[str]) -> tuple[str, ...]:
    """The exchanges of a base medium that bring an element other than carbon in: ammonia for N."""
    rows = nutrients(graph).filter(pl.col(element) > 0, pl.col("exchange").is_in(list(base)))
    return tuple(rows["exchange"])
