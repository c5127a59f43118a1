"""What follows from the matrix and the tables of a network, found when first asked and kept."""

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int
from scipy import sparse

from graph_attention.errors import MetabolicError
from graph_attention.network.balance import unbalanced
from graph_attention.network.edges import MetabolicEdges
from graph_attention.network.gene_rules import GeneRule, parse
from graph_attention.network.storage import fingerprint
from graph_attention.network.tables import UNASSIGNED, listed, named, unknown

OUTER = "e"


class NetworkArrays:
    """The properties of a `MetabolicGraph`."""

    name: str
    stoichiometry: sparse.csr_array
    metabolites: pl.DataFrame
    reactions: pl.DataFrame

    @property
    def nodes(self) -> int:
        """How many metabolites and reactions there are together."""
        return len(self.metabolites) + len(self.reactions)

    @cached_property
    def node_ids(self) -> tuple[str, ...]:
        """Ids of the metabolites, then of the reactions."""
        return (*self.metabolites["id"], *self.reactions["id"])

    @cached_property
    def node_kinds(self) -> Int[np.ndarray, " nodes"]:
        """0 for a metabolite, 1 for a reaction."""
        return np.repeat([0, 1], [len(self.metabolites), len(self.reactions)])

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
        """Boundary reactions of the outer compartment: what a medium can open.

        It is the compartment e, or where there is none the one with most boundary reactions.
        """
        outside = self.stoichiometry.tocsc()[:, self.boundary].indices
        where = self.metabolites["compartment"].to_numpy()[outside]
        names, counts = np.unique(where.astype(str), return_counts=True)
        outer = OUTER if OUTER in names or not len(names) else names[counts.argmax()]
        return np.flatnonzero(self.boundary)[where == outer]

    @cached_property
    def gene_rules(self) -> tuple[GeneRule | None, ...]:
        """The rule of each reaction as a tree; None where it needs no gene."""
        return tuple(map(parse, self.reactions["gene_rule"]))

    @cached_property
    def reactions_of_gene(self) -> dict[str, tuple[int, ...]]:
        """The reactions whose rule names a gene, for every gene, sorted by id."""
        found: dict[str, list[int]] = {}
        for index, rule in enumerate(self.gene_rules):
            for gene in rule.genes if rule else ():
                found.setdefault(gene, []).append(index)
        return {gene: tuple(found[gene]) for gene in sorted(found)}

    @property
    def genes(self) -> tuple[str, ...]:
        """Ids of all genes that the gene rules name, sorted."""
        return tuple(self.reactions_of_gene)

    def knocked_out(self, genes: Iterable[str]) -> Int[np.ndarray, " lost"]:
        """The reactions whose rules no longer hold without these genes.

        Raises:
            MetabolicError: a gene is in no rule.
        """
        lost = frozenset(listed("gene", tuple(genes) if not isinstance(genes, str) else genes))
        if missing := sorted(lost - self.reactions_of_gene.keys()):
            raise unknown("gene", missing[0], self.genes, others=missing[1:])
        named_by = sorted({index for gene in lost for index in self.reactions_of_gene[gene]})
        dead = [index for index in named_by if (rule := self.gene_rules[index]) and not rule.works(lost)]
        return np.array(dead, dtype=np.int64)

    @cached_property
    def subsystems(self) -> tuple[str, ...]:
        """Names of the pathways, sorted; `unassigned` last, where a reaction has none."""
        found = set(self.reactions["subsystem"])
        without = {"", UNASSIGNED}
        return (*sorted(found - without, key=str.casefold), *([UNASSIGNED] if found & without else []))

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
    def isolated(self) -> tuple[str, ...]:
        """Ids of the nodes without an edge."""
        degrees = (np.diff(self.stoichiometry.indptr), np.diff(self.stoichiometry.tocsc().indptr))
        return tuple(self.node_ids[int(index)] for index in np.flatnonzero(np.concatenate(degrees) == 0))

    @cached_property
    def unbalanced(self) -> tuple[str, ...]:
        """Ids of the reactions inside that make or lose atoms or charge; those of unknown formulas are not judged."""
        return unbalanced(self)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the matrix and both tables; name and `excluded` do not count."""
        return fingerprint(self)
