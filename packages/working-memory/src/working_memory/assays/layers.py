"""States of a run by sequence and object, with what was shown and what was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from jaxtyping import Bool, Float, Shaped

from analysis import Assay, Run
from working_memory.errors import WorkingMemoryError

LAYERS = {"cnn": "backbone/pooled", "rnn": "cognition/hidden"}
"""Where the states of a layer are kept."""

PROPERTIES = ("location", "category", "identity")

KNOWN_OBJECTS = ("validation/familiar", "validation/novel_view", "test/familiar", "test/novel_view")
"""Splits that show the same identities. No network was trained on any of them."""


@dataclass(frozen=True)
class Sequences:
    """Rows of trials.parquet, sequence by sequence, and states of the same rows; blank frames are left out."""

    trials: pl.DataFrame
    states: Mapping[str, Float[np.ndarray, "sequences objects units"]]
    objects: int

    def labels(self, name: str) -> Shaped[np.ndarray, "sequences objects"]:
        """A column of the trials, as text: what was shown at each place."""
        return self.trials[name].cast(pl.String).to_numpy().astype(str).reshape(-1, self.objects)

    @property
    def asked(self) -> Shaped[np.ndarray, " sequences"]:
        """The feature that each sequence's task asks for."""
        return self.labels("feature")[:, 0]

    @property
    def splits(self) -> Shaped[np.ndarray, " sequences"]:
        """The split of each sequence."""
        return self.labels("split")[:, 0]

    def chosen(self, these: Bool[np.ndarray, " sequences"]) -> "Sequences":
        """Some of the sequences."""
        rows = np.repeat(these, self.objects)
        states = {name: state[these] for name, state in self.states.items()}
        return Sequences(self.trials.filter(pl.Series(rows)), states, self.objects)


def sequences_of(run: Run, splits: Sequence[str], layers: Sequence[str] = tuple(LAYERS)) -> Sequences:
    """Those splits of a run that it has; a control may have fewer.

    Raises:
        WorkingMemoryError: the run has none of the splits, or its sequences show unlike numbers of objects.
    """
    table = run.trials().with_row_index("row")
    table = table.filter(pl.col("split").is_in(list(splits)), pl.col("position").is_not_null())
    table = table.sort("split", "group", "step")
    shown = table.group_by("split", "group").len()["len"].unique()
    if len(shown) != 1:
        got = "has none of them" if shown.is_empty() else f"shows {shown.sort().to_list()} objects"
        raise WorkingMemoryError(f"{run.path}: expected sequences of one length in {splits}; the run {got}")
    objects, stored = int(shown[0]), run.states()
    states = {name: _by_sequence(stored[LAYERS[name]], table["row"].to_numpy(), objects) for name in layers}
    return Sequences(table, states, objects)


@dataclass(frozen=True)
class AssayOfLayers(Assay):
    """An assay that is asked of the states of some layers."""

    layers: ClassVar[tuple[str, ...]] = ("rnn",)

    def missing(self, run: Run) -> str:
        """States of a layer, where the run kept none."""
        stored = run.states()
        gone = [LAYERS[name] for name in self.layers if LAYERS[name] not in stored]
        return f"it kept no states of {', '.join(gone)}" if gone else ""


def _by_sequence(states: np.ndarray, rows: np.ndarray, objects: int) -> np.ndarray:
    return states[rows].reshape(len(rows) // objects, objects, -1)
