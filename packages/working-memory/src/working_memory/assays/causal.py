"""Whether the answer follows the state when it is pushed from one class to another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from jaxtyping import Float

from analysis import (
    Assay,
    Drawing,
    Estimate,
    Finding,
    Findings,
    Measure,
    Push,
    Run,
    causal_test,
    cluster_estimate,
    dose_response,
)
from working_memory.assays.faithfulness import estimate

MATCH = 2
"""The code of the answer in the table of trials."""
DIRECTIONS = ("own", "irrelevant", "discriminant", "random")
PUSHED = {
    "chance": 0.0,
    "higher_is_better": None,
    "cells": ("property", "direction"),
    "apart": ("direction",),
}
RESPONSE = Measure("push_response", **PUSHED, bounds=(-1.0, 1.0))
SLOPE = Measure("push_slope", **PUSHED)
NO_ACTION = Measure("push_no_action", **PUSHED, bounds=(-1.0, 1.0))
SPECIFIC = Measure(
    "push_over_irrelevant", chance=0.0, higher_is_better=None, bounds=(-1.0, 1.0), cells=("property",)
)


@dataclass(frozen=True)
class CausalPush(Assay):
    """How much P of the answer that the pushed memory calls for rises one step after a push of `dose`.

    Own and irrelevant directions lead from class mean to class mean, the discriminant's is its normal; all pushes are
    of one length. The own direction's null are random directions of the states' covariance.
    """

    dose: float = 4.0

    name = "causal"
    question = "Does the answer follow the state when it is pushed from one class to another?"
    measures = (RESPONSE, SLOPE, NO_ACTION, SPECIFIC)
    controls = ("push",)

    def measure(self, run: Run, controls: Mapping[str, Run]) -> Findings:
        """By property that is asked, and by direction of the push."""
        trials = controls["push"].trials()
        figures, arrays, notes = [], {}, []
        for name in trials["property"].unique(maintain_order=True).to_list():
            pushed = Pushed.of(trials.filter(pl.col("property") == name))
            cell = {"split": pushed.split, "property": name}
            figures += [*self.responses(pushed, cell), *self.slopes(pushed, cell), *self.tested(pushed, cell)]
            arrays |= {f"{name}/{key}": each for key, each in pushed.curves().items()}
            if left_out := pushed.left_out(run.trials(), name):
                notes.append(
                    f"causal, {name}: {left_out} comparisons of a class without fitted states left out"
                )
        return Findings(tuple(figures), arrays, tuple(notes))

    def responses(self, pushed: "Pushed", cell: dict) -> Iterator[Finding]:
        """Changes of P(no action), and those of P of the called answer that are not tested."""
        tested = ("own", "irrelevant")
        asked = [(NO_ACTION, "no_action", each) for each in pushed.directions]
        asked += [(RESPONSE, "outcome", each) for each in pushed.directions if each not in tested]
        for measure, what, direction in asked:
            change = pushed.change(direction, self.dose, what).mean(0)
            found = cluster_estimate(change, pushed.groups, chance=0.0).within(*measure.bounds)
            found = replace(found, how=f"change by {self.dose:g} SD, {found.how}")
            yield Finding(measure.name, found, {**cell, "direction": direction})

    def slopes(self, pushed: "Pushed", cell: dict) -> Iterator[Finding]:
        """Slope over doses from none on; a push away from the class is none towards another."""
        for direction in pushed.directions:
            doses = np.array([0.0, *(dose for dose in pushed.doses if dose > 0)])
            responses = np.stack([pushed.response(direction, dose) for dose in doses])
            found = dose_response(doses, responses, pushed.groups)
            yield Finding(SLOPE.name, found, {**cell, "direction": direction})

    def tested(self, pushed: "Pushed", cell: dict) -> Iterator[Finding]:
        """The own direction against random ones and against the irrelevant property's."""
        if "irrelevant" not in pushed.directions:
            why = Estimate.not_estimable("the irrelevant property has one class", chance=0.0)
            yield Finding(SPECIFIC.name, why, cell)
            found = cluster_estimate(pushed.change("own", self.dose).mean(0), pushed.groups, chance=0.0)
            yield Finding(RESPONSE.name, found, {**cell, "direction": "own"})
            return
        size = pushed.sizes[self.dose]
        own, irrelevant = (
            Push(pushed.response(direction, self.dose), size) for direction in ("own", "irrelevant")
        )
        random = [Push(each, size) for each in pushed.outcome[("random", self.dose)]]
        found = causal_test(pushed.response("none", 0.0), own, irrelevant, random, pushed.groups)
        effects = {"own": found.effect, "irrelevant": found.irrelevant}
        for direction, effect in effects.items():
            yield Finding(RESPONSE.name, effect.within(*RESPONSE.bounds), {**cell, "direction": direction})
        yield Finding(SPECIFIC.name, found.over_irrelevant.within(*SPECIFIC.bounds), cell)

    def draw(self, found: Mapping[str, Sequence[Findings]]) -> Iterator[Drawing]:
        """P of the called answer by dose and direction, one panel per property."""
        from analysis.figures import dose_response_figure  # matplotlib is slow to import

        for arm, runs in found.items():
            first = next((each.arrays for each in runs if each.arrays), {})
            names = dict.fromkeys(key.partition("/")[0] for key in first)
            panels = {name: lines(first, name) for name in names}
            if panels:
                yield Drawing(
                    f"causal-{arm}",
                    dose_response_figure(
                        panels,
                        label="P of the answer\nthe push calls for",
                        x="dose, SD",
                    ),
                    f"{arm}, first network: the answer one step after the state was pushed from class to class.",
                    f"Dose-response curves of pushes for {', '.join(names)}.",
                    "Random directions of equal length, and the direction of a property that is not asked.",
                )


@dataclass(frozen=True)
class Pushed:
    """P of the called answer, and of no action, of every comparison by direction and dose; one row per draw.

    The called answer is the one that is wrong: a pushed memory turns a match into a non-match and the reverse.
    """

    split: str
    items: np.ndarray
    groups: np.ndarray
    outcome: Mapping[tuple[str, float], Float[np.ndarray, "draws comparisons"]]
    no_action: Mapping[tuple[str, float], Float[np.ndarray, "draws comparisons"]]
    sizes: Mapping[float, float]

    @classmethod
    def of(cls, trials: pl.DataFrame) -> "Pushed":
        """From the rows that the experiment stored; every push has the same comparisons."""
        called = pl.when(pl.col("target") == MATCH).then("p_non_match").otherwise("p_match")
        trials = trials.with_columns(called=called).sort("draw", "item")
        untouched = trials.filter(pl.col("direction") == "none")
        outcome, no_action, sizes = {}, {}, {}
        for (direction, dose), part in trials.group_by("direction", "dose", maintain_order=True):
            key, shape = (str(direction), float(dose)), (-1, len(untouched))  # pyright: ignore[reportArgumentType]
            outcome[key] = part["called"].to_numpy().reshape(shape)
            no_action[key] = part["p_no_action"].to_numpy().reshape(shape)
            sizes[key[1]] = float(part["size"][0])
        items, groups = untouched["item"].to_numpy(), untouched["group"].to_numpy()
        return cls(untouched["split"][0], items, groups, outcome, no_action, sizes)

    @property
    def directions(self) -> list[str]:
        """Those that were pushed along."""
        return [name for name in DIRECTIONS if any(key[0] == name for key in self.outcome)]

    @property
    def doses(self) -> list[float]:
        """Those that were given, ascending."""
        return sorted({dose for direction, dose in self.outcome if direction != "none"})

    def response(self, direction: str, dose: float) -> Float[np.ndarray, " comparisons"]:
        """P of the called answer, averaged over draws; no push at dose 0."""
        return self.outcome[(direction, dose) if dose else ("none", 0.0)].mean(0)

    def change(
        self, direction: str, dose: float, what: str = "outcome"
    ) -> Float[np.ndarray, "draws comparisons"]:
        """How much a probability rises by a push."""
        every = getattr(self, what)
        return every[(direction, dose)] - every[("none", 0.0)]

    def left_out(self, trials: pl.DataFrame, name: str) -> int:
        """How many comparisons of the same task were not pushed."""
        asked = trials.filter("scored", pl.col("split") == self.split, pl.col("feature") == name)
        least = trials["n"].min()
        return asked.filter(pl.col("n") == least).height - len(self.items)

    def curves(self) -> dict[str, np.ndarray]:
        """Mean, interval and n of P of the called answer by dose, 0 among them."""
        doses = sorted({0.0, *self.doses})
        found = {"doses": np.array(doses)}
        for direction in self.directions:
            each = [cluster_estimate(self.response(direction, dose), self.groups) for dose in doses]
            found[direction] = np.array([(one.value, one.low, one.high, one.n) for one in each])
        return found


def lines(arrays: Mapping[str, np.ndarray], name: str) -> dict[str, dict[float, Estimate]]:
    """The stored curves of a property as estimates by direction and dose."""
    return {
        direction: {
            float(dose): estimate(row)
            for dose, row in zip(arrays[f"{name}/doses"], arrays[f"{name}/{direction}"], strict=True)
        }
        for direction in DIRECTIONS
        if f"{name}/{direction}" in arrays
    }
