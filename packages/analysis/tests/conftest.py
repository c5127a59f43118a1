"""Archives of networks whose findings are made up."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from analysis import Archive, Estimate, Finding, Findings, Run

ENVIRONMENT = {"data_hash": "one", "budget": 1000, "parameters": 10}


@pytest.fixture
def planted_archive(tmp_path) -> Callable[..., Archive]:
    """Gives `archive(arms, cells=…, curves=…, facts=…)`: the values of one measure, `score`, by arm and network.

    A value is a number or one number per cell; NaN is not estimable. Cells are levels of `split`. `curves` are the
    validation accuracies of each network, one per 100 steps; `facts` change what an arm was made with.
    """

    def findings(values: Sequence[float]) -> Findings:
        figures = (
            Finding("score", Estimate(float(value), np.nan, np.nan, 9), {"split": f"test/{number}"})
            for number, value in enumerate(np.atleast_1d(values))
        )
        return Findings(tuple(figures))

    def archive(
        arms: Mapping[str, Sequence],
        curves: Mapping[str, Sequence[Sequence[float]]] | None = None,
        facts: Mapping[str, Mapping] | None = None,
    ) -> Archive:
        found, runs = {}, {}
        for arm, networks in arms.items():
            runs[arm] = []
            for seed, values in enumerate(networks):
                run = Run(tmp_path / arm / f"seed-{seed}")
                run.begin("system: made_up", {**ENVIRONMENT, **(facts or {}).get(arm, {})})
                for epoch, accuracy in enumerate(
                    (curves or {}).get(arm, [[]] * len(networks))[seed], start=1
                ):
                    run.append_metrics({"kind": "epoch", "step": 100 * epoch, "accuracy": accuracy})
                runs[arm].append(run)
                found[run.path] = findings(values)
        return Archive(runs, lambda run, assay: found[run.path])

    return archive
