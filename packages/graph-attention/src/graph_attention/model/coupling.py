"""Reactions whose fluxes keep one ratio at every steady state. Imports no torch."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csr_array

NEGLIGIBLE = 1e-9
"""A coefficient that falls below this share of what it is the difference of has cancelled."""


@dataclass(frozen=True)
class CoupledReactions:
    """Groups of reactions that run together: v_r = ratio_r u_group(r) whenever S v = 0.

    A metabolite that only two reactions touch ties them; one that a single reaction touches stops it. Both are
    taken out until none is left, which loses nothing: S v = 0 where and only where `stoichiometry` u = 0
    (enzyme subsets, Pfeiffer et al. 1999, as far as single metabolites show them).
    """

    group: Int[np.ndarray, " reactions"]
    """Index of each reaction's group; −1 where no flux can pass."""
    ratio: Float[np.ndarray, " reactions"]
    """Flux of the reaction for a flux of 1 of its group; 0 where no flux can pass."""
    stoichiometry: csr_array
    """`[metabolites, groups]`, of the metabolites that are left."""

    @classmethod
    def of(cls, stoichiometry: csr_array) -> "CoupledReactions":
        """The groups that a matrix `[metabolites, reactions]` ties together."""
        return _Merging(stoichiometry).finished()


class _Merging:
    """S as rows and columns that can be merged."""

    def __init__(self, stoichiometry: csr_array):
        dense = stoichiometry.toarray()
        self.metabolites, self.reactions = dense.shape
        self.rows: dict[int, dict[int, float]] = defaultdict(dict)
        self.columns: dict[int, set[int]] = {column: set() for column in range(self.reactions)}
        self.members: dict[int, dict[int, float]] = {column: {column: 1.0} for column in self.columns}
        for row, column in np.argwhere(dense).tolist():
            self.rows[row][column] = float(dense[row, column])
            self.columns[column].add(row)
        self.waiting = sorted(self.rows)

    def finished(self) -> CoupledReactions:
        while self.waiting:
            row = self.waiting.pop()
            touching = self.rows.get(row, {})
            if len(touching) == 1:
                self._stop(next(iter(touching)))
            elif len(touching) == 2:
                kept, joined = sorted(touching, key=lambda column: (-len(self.columns[column]), column))
                self._tie(kept, joined, row)
        return self._coupled()

    def _stop(self, column: int) -> None:
        for row in self.columns.pop(column):
            del self.rows[row][column]
            self.waiting.append(row)
        del self.members[column]

    def _tie(self, kept: int, joined: int, row: int) -> None:
        """One group in place of two: S_row u = 0 leaves u_joined = ratio u_kept."""
        ratio = -self.rows[row][kept] / self.rows[row][joined]
        for met in self.columns.pop(joined):
            self._add(met, kept, ratio * self.rows[met].pop(joined))
            self.waiting.append(met)
        for member, share in self.members.pop(joined).items():
            self.members[kept][member] = ratio * share

    def _add(self, row: int, column: int, value: float) -> None:
        before = self.rows[row].get(column, 0.0)
        after = before + value
        if abs(after) <= NEGLIGIBLE * max(abs(before), abs(value)):
            self.rows[row].pop(column, None)
            self.columns[column].discard(row)
        else:
            self.rows[row][column] = after
            self.columns[column].add(row)

    def _coupled(self) -> CoupledReactions:
        group, ratio = np.full(self.reactions, -1), np.zeros(self.reactions)
        place = {column: number for number, column in enumerate(sorted(self.columns))}
        for column, members in self.members.items():
            for reaction, share in members.items():
                group[reaction], ratio[reaction] = place[column], share
        left = [row for row in range(self.metabolites) if self.rows.get(row)]
        entries = [(n, place[c], value) for n, row in enumerate(left) for c, value in self.rows[row].items()]
        index = np.array([entry[:2] for entry in entries], dtype=np.int64).reshape(-1, 2)
        values = np.array([entry[2] for entry in entries], dtype=np.float64)
        shape = (len(left), len(place))
        return CoupledReactions(group, ratio, csr_array((values, (index[:, 0], index[:, 1])), shape=shape))
