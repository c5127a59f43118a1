"""A metabolic network as a graph of metabolites and reactions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from jaxtyping import Float, Int
from scipy import sparse

from graph_attention.network.arrays import NetworkArrays
from graph_attention.network.tables import METABOLITES, REACTIONS, check_tables, table_of

if TYPE_CHECKING:
    import networkx as nx
    from torch_geometric.data import HeteroData


@dataclass(frozen=True, eq=False)
class MetabolicGraph(NetworkArrays):
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
        """A network by hand: ids alone, or columns by name. Bounds are 0 to 1000 and objectives 0 where not given.

        Reactions without metabolites are left out and listed in `excluded`.
        """
        if not isinstance(metabolites, Mapping):
            metabolites = {"id": metabolites}
        if not isinstance(reactions, Mapping):
            reactions = {"id": reactions}
        matrix = sparse.csr_array(stoichiometry, dtype=np.float64)
        whole = cls(name, matrix, table_of(METABOLITES, metabolites), table_of(REACTIONS, reactions))
        used = np.flatnonzero(np.diff(whole.stoichiometry.tocsc().indptr))
        return (
            whole.keep_reactions(used, "without metabolites") if len(used) < len(whole.reactions) else whole
        )

    @classmethod
    def bundled(cls, name: str, cache: Path | None = None) -> "MetabolicGraph":
        """A model that comes with COBRApy: e_coli_core, iJO1366 or iYS1720 (see `bundled.bundled`)."""
        from graph_attention.network.bundled import bundled

        return bundled(name, cache)

    @classmethod
    def from_cobra(cls, model: Any) -> "MetabolicGraph":
        """The network of a `cobra.Model` (see `cobra_models.from_cobra`)."""
        from graph_attention.network.cobra_models import from_cobra

        return from_cobra(model)

    @classmethod
    def from_sbml(cls, path: Path | str) -> "MetabolicGraph":
        """The network of an SBML file, also compressed (see `cobra_models.from_file`)."""
        from graph_attention.network.cobra_models import from_file

        return from_file(Path(path), "read_sbml_model")

    @classmethod
    def from_json(cls, path: Path | str) -> "MetabolicGraph":
        """The network of a file in COBRApy's JSON (see `cobra_models.from_file`)."""
        from graph_attention.network.cobra_models import from_file

        return from_file(Path(path), "load_json_model")

    @classmethod
    def from_pyg(cls, data: "HeteroData") -> "MetabolicGraph":
        """The network of what `to_pyg` made (see `converters.from_pyg`)."""
        from graph_attention.network.converters import from_pyg

        return from_pyg(data)

    def __repr__(self) -> str:
        """Name and sizes."""
        sizes = f"{len(self.metabolites)} metabolites, {len(self.reactions)} reactions"
        return f"MetabolicGraph({self.name}: {sizes})"

    def keep_reactions(
        self, indices: Int[np.ndarray, " kept"], why: str = "not asked for"
    ) -> "MetabolicGraph":
        """Some reactions with their metabolites; `why` says in `excluded` for what the others went."""
        from graph_attention.network import transforms

        return transforms.keep_reactions(self, indices, why)

    def prune_blocked(self) -> "MetabolicGraph":
        """Leave out the reactions that no medium can give a flux (see `blocked.blocked_reactions`)."""
        from graph_attention.network import transforms

        return transforms.prune_blocked(self)

    def keep_active(self, flux: Float[np.ndarray, "media reactions"]) -> "MetabolicGraph":
        """Leave out the reactions that carry no flux in some media (see `transforms.keep_active`)."""
        from graph_attention.network import transforms

        return transforms.keep_active(self, flux)

    def drop_unbalanced(self) -> "MetabolicGraph":
        """Leave out the reactions of `unbalanced` but those that are maximised."""
        from graph_attention.network import transforms

        return transforms.drop_unbalanced(self)

    def drop_currency(self, max_degree: int = 50) -> "MetabolicGraph":
        """Leave out the metabolites of more than `max_degree` reactions (see `transforms.drop_currency`)."""
        from graph_attention.network import transforms

        return transforms.drop_currency(self, max_degree)

    def subgraph(self, subsystem: str) -> "MetabolicGraph":
        """The reactions of one subsystem with their metabolites."""
        from graph_attention.network import transforms

        return transforms.subgraph(self, subsystem)

    def replicate(self, k: int) -> "MetabolicGraph":
        """Unconnected copies, the ids followed by __1 to __k (see `transforms.replicate`)."""
        from graph_attention.network import transforms

        return transforms.replicate(self, k)

    def borrow_subsystems(self, donor: "MetabolicGraph") -> "MetabolicGraph":
        """The same network with subsystems by reaction id (see `pathways.borrow_subsystems`)."""
        from graph_attention.network.pathways import borrow_subsystems

        reactions = self.reactions.with_columns(borrow_subsystems(self, donor))
        return replace(self, reactions=reactions)

    def to_networkx(self) -> "nx.DiGraph":
        """Substrate → reaction → product (see `converters.to_networkx`)."""
        from graph_attention.network.converters import to_networkx

        return to_networkx(self)

    def to_pyg(self) -> "HeteroData":
        """Two kinds of nodes and two of edges (see `converters.to_pyg`)."""
        from graph_attention.network.converters import to_pyg

        return to_pyg(self)

    def summary(self) -> str:
        """Sizes, hubs, subsystems, and what is odd or was left out."""
        from graph_attention.network.summary import summary

        return summary(self)
