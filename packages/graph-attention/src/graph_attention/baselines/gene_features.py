"""What is known of a gene before any flux is: its rule, where its reactions stand, and what is cut off without them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
import scipy.sparse as sp
from jaxtyping import Bool, Float, Int

from graph_attention.baselines.gene_folds import linked_genes
from graph_attention.baselines.reachability import Bounds, Reachability, products, substrates
from graph_attention.network.graph import MetabolicGraph

CURRENCY = (50, 20, 8)
"""A metabolite of at least so many reactions is taken for there from the start, in turn, when a scope is computed."""
FAR = 99.0
"""Stands for the distance of what is not connected."""


@dataclass(frozen=True, eq=False)
class GeneFeatures:
    """Features of genes, in three tables that tell ever more.

    `topology`: numbers of reactions named and lost, isoenzymes and subunits from the gene rules; degrees, other
    makers and other users of the metabolites, distance to biomass and subsystem of the lost reactions.
    `structure`: what a deletion cuts off, from `Reachability` (signs of S and of the bounds, hence the medium and
    what biomass is made of): no linear program, no flux, no label.
    `flows(flux)`: the flux that the reactions carry in an unharmed cell; these alone see a solution.

    Args:
        graph: the network.
        bounds: of its reactions on the medium, as `Medium.bounds` gives them.
        genes: ids of the genes; all of the network where not given.
    """

    graph: MetabolicGraph
    bounds: Bounds
    genes: tuple[str, ...] | None = None

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The genes, one row each in every table."""
        return self.graph.genes if self.genes is None else self.genes

    @cached_property
    def lost(self) -> list[Int[np.ndarray, " _"]]:
        """For each gene the reactions that cannot run without it."""
        return [self.graph.knocked_out((gene,)) for gene in self.ids]

    @cached_property
    def named(self) -> list[Int[np.ndarray, " _"]]:
        """For each gene the reactions whose rule names it."""
        return [np.array(sorted(self.graph.reactions_of_gene[gene]), dtype=np.int64) for gene in self.ids]

    @property
    def linked(self) -> Int[np.ndarray, " genes"]:
        """A group for each gene, see `linked_genes`."""
        return linked_genes(self.named, len(self.graph.reactions))

    @property
    def topology(self) -> pl.DataFrame:
        """Rule and neighbourhood."""
        return pl.concat([self.rules, self.neighbourhoods, self.subsystems], how="horizontal")

    @property
    def rules(self) -> pl.DataFrame:
        """How much depends on each gene by the rules alone."""
        rules = [f" {rule.lower()} " for rule in self.graph.reactions["gene_rule"]]
        alternatives = np.array([rule.count(" or ") for rule in rules], dtype=float)
        subunits = np.array([rule.count(" and ") for rule in rules], dtype=float)
        return pl.DataFrame(
            {
                "named": [float(len(each)) for each in self.named],
                "lost": [float(len(each)) for each in self.lost],
                "alternatives": [_over(alternatives[each], np.mean) for each in self.named],
                "subunits": [_over(subunits[each], np.mean) for each in self.named],
            }
        )

    @property
    def neighbourhoods(self) -> pl.DataFrame:
        """Least, mean and largest of each figure over the reactions that are lost; −1 where none is."""
        tables = {
            f"{how.__name__} {name}": [_over(values[each], how) for each in self.lost]
            for name, values in self._of_reactions.items()
            for how in (np.min, np.mean, np.max)
        }
        return pl.DataFrame(tables)

    @property
    def subsystems(self) -> pl.DataFrame:
        """How many reactions are lost of each subsystem."""
        pathway, names = self.graph.pathway, self.graph.subsystems
        counts = [np.bincount(pathway[each], minlength=len(names)).astype(float) for each in self.lost]
        return pl.DataFrame(np.stack(counts), schema=[f"subsystem {name}" for name in names])

    @cached_property
    def _of_reactions(self) -> dict[str, Float[np.ndarray, " reactions"]]:
        """Figures of single reactions that need neither flux nor medium."""
        present = sp.csc_array(self.graph.stoichiometry)
        degree = np.diff(self.graph.stoichiometry.indptr).astype(float)
        makers, users = self._others
        return {
            "metabolites": np.diff(present.indptr).astype(float),
            "least degree": _per_column(present, degree, np.min),
            "mean degree": _per_column(present, degree, np.mean),
            "other makers": makers,
            "other users": users,
            "reversible": self.graph.reversible.astype(float),
            "distance to biomass": self._distance,
        }

    @property
    def _others(self) -> tuple[Float[np.ndarray, " reactions"], Float[np.ndarray, " reactions"]]:
        """For what a reaction makes the fewest other makers, and for what it uses the fewest other users."""
        network = Reachability(self.graph, (self.graph.lower, self.graph.upper))
        makes = network.made @ network.allowed.astype(float) - 1
        uses = network.used @ network.allowed.astype(float) - 1
        return (
            _per_column(products(self.graph), makes, np.min),
            _per_column(substrates(self.graph), uses, np.min),
        )

    @property
    def _distance(self) -> Float[np.ndarray, " reactions"]:
        """Steps from reaction to reaction until the biomass, over metabolites that are no currency."""
        plain = np.diff(self.graph.stoichiometry.indptr) < CURRENCY[0]
        made, used = (side(self.graph).tocsr()[plain] for side in (products, substrates))
        found = sp.csgraph.dijkstra(used.T @ made, unweighted=True, indices=self.graph.biomass)
        return np.where(np.isfinite(found), found, FAR)

    @cached_property
    def structure(self) -> pl.DataFrame:
        """What cannot run, and what biomass needs and cannot be made, without each gene."""
        distinct = {tuple(each.tolist()): each for each in self.lost}
        found = {name: self._cut_off(removed) for name, removed in distinct.items()}
        return pl.DataFrame([found[tuple(each.tolist())] for each in self.lost])

    def _cut_off(self, removed: Int[np.ndarray, " lost"]) -> dict[str, float]:
        left = self._network.runnable(removed, self._running)
        cut = {
            "biomass blocked": float(self._running[self.graph.biomass] & ~left[self.graph.biomass]),
            "directions blocked": float(self._running.sum() - left.sum()),
        }
        for degree, (seeds, reached) in self._scopes.items():
            still = self._network.reached(seeds, removed) if len(removed) else reached
            cut[f"biomass parts out of reach, {degree}"] = float((reached & ~still)[self._parts].sum())
            cut[f"metabolites out of reach, {degree}"] = float((reached & ~still).sum())
        return cut

    @cached_property
    def _network(self) -> Reachability:
        return Reachability(self.graph, self.bounds)

    @cached_property
    def _running(self) -> Bool[np.ndarray, " directed"]:
        return self._network.runnable(NOTHING)

    @cached_property
    def _scopes(self) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        """For each degree of currency the seeds and their scope in the unharmed network."""
        degree = np.diff(self.graph.stoichiometry.indptr)
        seeds = {least: degree >= least for least in CURRENCY}
        return {least: (each, self._network.reached(each, NOTHING)) for least, each in seeds.items()}

    @cached_property
    def _parts(self) -> Int[np.ndarray, " parts"]:
        """What the biomass is made of."""
        column = self.graph.stoichiometry[:, [self.graph.biomass]].toarray().ravel()
        return np.flatnonzero(column < 0)

    def flows(self, flux: Float[np.ndarray, " reactions"]) -> pl.DataFrame:
        """Largest and total |flux| of the lost reactions, and how many carry any."""
        size = np.abs(flux)
        return pl.DataFrame(
            {
                "largest flux": [float(size[each].max(initial=0.0)) for each in self.lost],
                "total flux": [float(size[each].sum()) for each in self.lost],
                "carrying": [float((size[each] > 1e-9).sum()) for each in self.lost],
            }
        )


NOTHING = np.array([], dtype=np.int64)


def _over(values: np.ndarray, how) -> float:
    """A figure over some reactions; −1 where there are none."""
    return float(how(values)) if len(values) else -1.0


def _per_column(present: sp.csc_array, values: np.ndarray, how) -> Float[np.ndarray, " columns"]:
    """A figure over the entries of each column; −1 where it has none."""
    parts = np.split(present.indices, present.indptr[1:-1])
    return np.array([_over(values[part], how) for part in parts])
