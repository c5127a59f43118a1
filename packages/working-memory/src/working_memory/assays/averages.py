"""Findings of several networks, put together to be drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from analysis import Estimate, Findings, Measure, mean_estimate

Curves = dict[str, dict[str, dict[Any, Estimate]]]
"""Estimates by panel, arm and place on the axis."""


def over_networks(
    found: Mapping[str, Sequence[Findings]], measure: Measure, *, panel: str, along: str
) -> Curves:
    """Mean and interval over the networks of an arm at each level of two cells; each network's mean over the others.

    An arm that knows none stands there empty, so that colours belong to arms.
    """
    curves: Curves = {}
    for arm, networks in found.items():
        values: dict[tuple[str, Any], list[float]] = {}
        for network in networks:
            for key, known in _of_network(network, measure, panel, along).items():
                values.setdefault(key, []).append(float(np.mean(known)))
        for (name, level), each in values.items():
            estimate = mean_estimate(each, chance=measure.chance).within(*measure.bounds)
            curves.setdefault(name, {each: {} for each in found})[arm][level] = estimate
    return curves


def _of_network(
    network: Findings, measure: Measure, panel: str, along: str
) -> dict[tuple[str, Any], list[float]]:
    cells: dict[tuple[str, Any], list[float]] = {}
    for figure in network.of(measure.name):
        if np.isfinite(figure.estimate.value):
            key = str(figure.cell[panel]), figure.cell[along]
            cells.setdefault(key, []).append(figure.estimate.value)
    return cells
