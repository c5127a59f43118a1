"""Which genes a cell cannot grow without, from where their reactions stand in the network."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Int
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedGroupKFold

from graph_attention.baselines.gene_features import GeneFeatures
from graph_attention.errors import MetabolicError

ESSENTIAL = 0.01
"""A gene is essential where growth without it is below this share of growth with it."""

Track = Literal["rules", "topology", "structure", "flux"]
TRACKS: dict[Track, str] = {
    "rules": "gene rules alone",
    "topology": "rules, degrees, other makers and users by the bounds in the file, distance to biomass, subsystems",
    "structure": "topology, and what a deletion cuts off by signs of S and bounds (medium, biomass); no flux, no LP",
    "flux": "structure, and the flux of the unharmed cell",
}
"""What each track sees; all but the last are free of flux."""


def essential_genes(
    without: Float[np.ndarray, " genes"], growth: float, share: float = ESSENTIAL
) -> Bool[np.ndarray, " genes"]:
    """Genes without which growth is below a share of `growth`.

    Raises:
        MetabolicError: nothing grows with all genes either.
    """
    if not growth > 0:
        raise MetabolicError(f"expected growth with all genes; got {growth} per hour: take another medium")
    return without < share * growth


@dataclass(frozen=True)
class TopologyForest:
    """A random forest over features of genes, scored on genes that share no reaction with those it learned from."""

    track: Track = "structure"
    trees: int = 300
    leaf: int = 2
    folds: int = 5

    def features(
        self, genes: GeneFeatures, flux: Float[np.ndarray, " reactions"] | None = None
    ) -> pl.DataFrame:
        """What the track sees.

        Raises:
            MetabolicError: there is no such track, or it needs a flux and none is given.
        """
        if self.track not in TRACKS:
            raise MetabolicError(f"{self.track!r} is no track; expected one of: {', '.join(TRACKS)}")
        if self.track == "rules":
            return genes.rules
        tables = [genes.topology]
        if self.track != "topology":
            tables.append(genes.structure)
        if self.track == "flux":
            if flux is None:
                raise MetabolicError("the track flux needs the flux of the unharmed cell; got none")
            tables.append(genes.flows(flux))
        return pl.concat(tables, how="horizontal")

    def held_out(
        self,
        genes: GeneFeatures,
        essential: Bool[np.ndarray, " genes"],
        flux: Float[np.ndarray, " reactions"] | None = None,
        seed: int = 0,
    ) -> Float[np.ndarray, " genes"]:
        """P(essential) of every gene, by a forest that saw neither it nor any gene linked to it.

        What the forest learns of a fold is the labels of the other folds.

        Raises:
            MetabolicError: fewer groups than folds hold an essential gene, or a gene that is not.
        """
        table, found = self.features(genes, flux).to_numpy(), np.zeros(len(essential))
        for learned, asked in self.parts(genes, essential, seed):
            forest = RandomForestClassifier(self.trees, min_samples_leaf=self.leaf, random_state=seed)
            forest.fit(table[learned], essential[learned])
            found[asked] = np.asarray(forest.predict_proba(table[asked]))[:, 1]
        return found

    def parts(
        self, genes: GeneFeatures, essential: Bool[np.ndarray, " genes"], seed: int = 0
    ) -> Iterator[tuple[Int[np.ndarray, " learned"], Int[np.ndarray, " asked"]]]:
        """Genes to learn from and genes to ask of, fold by fold.

        Folds are drawn over the groups of `linked_genes`, with essential genes spread over them.

        Raises:
            MetabolicError: fewer groups than folds hold an essential gene, or a gene that is not.
        """
        groups = genes.linked
        self._check(essential, groups)
        folds = StratifiedGroupKFold(self.folds, shuffle=True, random_state=seed)
        return folds.split(np.zeros((len(essential), 1)), essential, groups)

    def _check(self, essential: np.ndarray, groups: np.ndarray) -> None:
        for kind, name in ((essential, "essential"), (~essential, "other")):
            if (having := len(np.unique(groups[kind]))) < self.folds:
                raise MetabolicError(
                    f"{self.folds} folds need as many groups with {name} genes; got {having}: take fewer folds"
                )
