"""Figures of one network as points, and of several put together to be drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from analysis.assays.findings import Findings
from analysis.assays.measures import Measure
from analysis.estimates import Estimate
from analysis.inference.student_t import mean_estimate

Curves = dict[str, dict[str, dict[Any, Estimate]]]
"""Estimates by panel, arm and place on the axis."""


def point(value: float, units: int, measure: Measure) -> Estimate:
    """A figure without an interval of its own."""
    nan = float("nan")
    return Estimate(
        float(value), nan, nan, units, measure.chance, "one network; the interval is over networks"
    )


def over_networks(
    found: Mapping[str, Sequence[Findings]], measure: Measure, *, panel: str = "", along: str
) -> Curves:
    """Mean and interval over the networks of an arm at each level of two cells; each network's mean over the others.

    Without `panel` there is one, of the measure's name.
    """
    curves: Curves = {}
    for arm, networks in found.items():
        values: dict[tuple[str, Any], list[float]] = {}
        for network in networks:
            for key, known in _levels(network, measure, panel, along).items():
                values.setdefault(key, []).append(float(np.mean(known)))
        for (name, level), each in values.items():
            estimate = mean_estimate(each, chance=measure.chance).within(*measure.bounds)
            curves.setdefault(name, {each: {} for each in found})[arm][level] = estimate
    return curves


def _levels(
    network: Findings, measure: Measure, panel: str, along: str
) -> dict[tuple[str, Any], list[float]]:
    levels: dict[tuple[str, Any], list[float]] = {}
    for figure in network.of(measure.name):
        if np.isfinite(figure.estimate.value):
            name = str(figure.cell[panel]) if panel else measure.name
            levels.setdefault((name, figure.cell[along]), []).append(figure.estimate.value)
    return levels
