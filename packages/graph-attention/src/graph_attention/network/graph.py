"""A metabolic network as a graph of metabolites and reactions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int
from scipy import sparse

from graph_attention.errors import MetabolicError
from graph_attention.network.edges import MetabolicEdges
from graph_attention.network.tables import METABOLITES, REACTIONS, UNASSIGNED, check_tables, named, table_of

if TYPE_CHECKING:
    pass

OPEN = 1000.0
"""What stands for no bound, in mmol/gDW/h, as in the models of BiGG."""


@dataclass(frozen=True, eq=False)
class MetabolicGraph:
    """A network as its signed stoichiometry S, with bounds, gene rules, formulas, compartments and subsystems.

    S_mr < 0 where reaction r uses metabolite m, and > 0 where it makes it. At steady state S v = 0 for the fluxes
    v in mmol/gDW/h. The nodes are the metabolites, then the reactions. Compare networks by `fingerprint`.

    Raises:
        MetabolicError: matrix and tables do not describe one network (see `tables.check_tables`).
    """

    name: str
    stoichiometry: sparse.csr_array
    """`[metabolites, reactions]`, float64."""
    metabolites: pl.DataFrame
    """One row each: id, name, formula, charge, compartment."""
    reactions: pl.DataFrame
    """One row each: id, name, subsystem, lower, upper, objective, gene_rule."""
    excluded: tuple[str, ...] = ()
    """What was left out on the way here, a sentence with number and names for each reason."""

    def __post_init__(self):
        matrix = sparse.csr_array(self.stoichiometry, dtype=np.float64, copy=True)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        object.__setattr__(self, "stoichiometry", matrix)
        check_tables(matrix, self.metabolites, self.reactions)

    @classmethod
    def from_arrays(
        cls,
        name: str,
        stoichiometry: Any,
        metabolites: Mapping[str, Sequence[Any]] | Sequence[str],
        reactions: Mapping[str, Sequence[Any]] | Sequence[str],
    ) -> "MetabolicGraph":
        """A network by hand: ids alone, or columns by name. Bounds are 0 to 1000 and objectives 0 where not given."""
        if not isinstance(metabolites, Mapping):
            metabolites = {"id": metabolites}
        if not isinstance(reactions, Mapping):
            reactions = {"id": reactions}
        count = len(reactions["id"])
        bounds = {"lower": [0.0] * count, "upper": [OPEN] * count, "objective": [0.0] * count}
        return cls(
            name,
            sparse.csr_array(np.asarray(stoichiometry, dtype=np.float64))
            if not sparse.issparse(stoichiometry)
            else sparse.csr_array(stoichiometry),
            table_of(METABOLITES, metabolites),
            table_of(REACTIONS, {**bounds, **reactions}),
        )

    @classmethod
    def bundled(cls, name: str, cache: Path | None = None) -> "MetabolicGraph":
        """A model that comes with COBRApy: e_coli_core, iJO1366 or iYS1720 (see `sources.bundled`)."""
        from graph_attention.network.sources import bundled

        return bundled(name, cache)

    @classmethod
    def from_cobra(cls, model: Any) -> "MetabolicGraph":
        """The network of a `cobra.Model` (see `sources.from_cobra`)."""
        from graph_attention.network.sources import from_cobra

        return from_cobra(model)

    def __repr__(self) -> str:
        """Name and sizes."""
        metabolites, reactions = self.stoichiometry.shape
        return f"MetabolicGraph({self.name}: {metabolites} metabolites, {reactions} reactions)"

    @property
    def nodes(self) -> int:
        """How many metabolites and reactions there are together."""
        return sum(self.stoichiometry.shape)

    @cached_property
    def node_ids(self) -> tuple[str, ...]:
        """Ids of the metabolites, then of the reactions."""
        return (*self.metabolites["id"], *self.reactions["id"])

    @cached_property
    def node_kinds(self) -> Int[np.ndarray, " nodes"]:
        """0 for a metabolite, 1 for a reaction."""
        return np.repeat([0, 1], self.stoichiometry.shape)

    @cached_property
    def edges(self) -> MetabolicEdges:
        """One edge for each nonzero of S."""
        entries = self.stoichiometry.tocoo()
        metabolite, reaction = (index.astype(np.int64) for index in entries.coords)
        return MetabolicEdges(metabolite, reaction, entries.data, self.reversible[reaction])

    @cached_property
    def lower(self) -> Float[np.ndarray, " reactions"]:
        """Smallest flux of each reaction, mmol/gDW/h."""
        return self.reactions["lower"].to_numpy(writable=True)

    @cached_property
    def upper(self) -> Float[np.ndarray, " reactions"]:
        """Largest flux of each reaction, mmol/gDW/h."""
        return self.reactions["upper"].to_numpy(writable=True)

    @cached_property
    def objective(self) -> Float[np.ndarray, " reactions"]:
        """Weight of each reaction in what the cell is said to maximise."""
        return self.reactions["objective"].to_numpy(writable=True)

    @cached_property
    def reversible(self) -> Bool[np.ndarray, " reactions"]:
        """Whether the bounds allow both directions: lower < 0 < upper, as COBRApy has it."""
        return (self.lower < 0) & (self.upper > 0)

    @cached_property
    def biomass(self) -> int:
        """The reaction that is maximised.

        Raises:
            MetabolicError: there is none, or there are several.
        """
        found = np.flatnonzero(self.objective)
        if len(found) != 1:
            got = named([self.reactions["id"][int(index)] for index in found], 5) or "none"
            raise MetabolicError(f"{self.name}: expected one objective reaction, got {got}; see `objective`")
        return int(found[0])

    @cached_property
    def boundary(self) -> Bool[np.ndarray, " reactions"]:
        """Whether a reaction has one metabolite only: exchanges, demands and sinks."""
        return np.diff(self.stoichiometry.tocsc().indptr) == 1

    @cached_property
    def exchanges(self) -> Int[np.ndarray, " exchanges"]:
        """Boundary reactions of the outer compartment, the one with most of them: what a medium can open."""
        outside = self.stoichiometry.tocsc()[:, self.boundary].indices
        where = self.metabolites["compartment"].to_numpy()[outside]
        names, counts = np.unique(where.astype(str), return_counts=True)
        outer = names[counts.argmax()] if len(names) else ""
        return np.flatnonzero(self.boundary)[where == outer]

    @cached_property
    def genes(self) -> tuple[str, ...]:
        """Ids of all genes that the gene rules name, sorted."""
        from graph_attention.network.gene_rules import genes_of

        return tuple(sorted(set().union(*map(genes_of, self.reactions["gene_rule"]))))

    @cached_property
    def subsystems(self) -> tuple[str, ...]:
        """Names of the pathways, sorted; `unassigned` last, where a reaction has none."""
        found = set(self.reactions["subsystem"])
        return (*sorted(found - {""}), *([UNASSIGNED] if "" in found else []))

    @cached_property
    def pathway(self) -> Int[np.ndarray, " reactions"]:
        """Each reaction's place in `subsystems`."""
        place = {name: index for index, name in enumerate(self.subsystems)}
        return np.array([place[name or UNASSIGNED] for name in self.reactions["subsystem"]], dtype=np.int64)

    @cached_property
    def compartments(self) -> tuple[str, ...]:
        """Ids of the compartments, sorted."""
        return tuple(sorted(set(self.metabolites["compartment"])))

    @cached_property
    def metabolite_index(self) -> dict[str, int]:
        """Row of each metabolite by id."""
        return {name: index for index, name in enumerate(self.metabolites["id"])}

    @cached_property
    def reaction_index(self) -> dict[str, int]:
        """Column of each reaction by id."""
        return {name: index for index, name in enumerate(self.reactions["id"])}

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the matrix and both tables; name and `excluded` do not count."""
        from graph_attention.network.storage import fingerprint

        return fingerprint(self)
