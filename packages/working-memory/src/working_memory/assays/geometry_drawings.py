"""Figures of geometry, rotation and swap: estimates of every arm beside their chance levels."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis import Estimate, Findings, Measure
from analysis.drawings.drawing import Drawing
from analysis.figures import interval_plot, procrustes_panel
from analysis.report.assay_rows import over_networks

Found = Mapping[str, Sequence[Findings]]
Intervals = dict[str, dict[str, Estimate]]
OVER = "with 95 % intervals over networks; of one network alone, over its sequences or conditions."


def intervals(found: Found, measure: Measure, **cell: Any) -> Intervals:
    """The mean over networks of a measure in each cell that has these levels, by arm and by its other levels."""
    return {arm: dict(_of_arm(networks, measure, cell)) for arm, networks in found.items()}


def _of_arm(
    networks: Sequence[Findings], measure: Measure, cell: Mapping[str, Any]
) -> Iterator[tuple[str, Estimate]]:
    cells: dict[str, dict[int, list]] = {}
    for seed, network in enumerate(networks):
        for figure in network.of(measure.name):
            if all(figure.cell.get(name) == level for name, level in cell.items()):
                cells.setdefault(_named(figure.cell, cell), {}).setdefault(seed, []).append(figure)
    return ((name, over_networks(each, measure)) for name, each in cells.items())


def _named(levels: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    told = [
        f"age {level}" if name == "age" else str(level) for name, level in levels.items() if name not in known
    ]
    return ", ".join(told)


def orthogonalizations(found: Found, measure: Measure) -> Iterator[Drawing]:
    """How symmetric the classes of each property are in either layer."""
    drawn = intervals(found, measure)
    if any(drawn.values()):
        yield Drawing(
            "geometry-orthogonalization",
            interval_plot(drawn, label="orthogonalisation, 0 noise and 1 a simplex", level="noise"),
            f"Normalised orthogonalisation of the classes of each property in either layer, {OVER}",
            f"Points with intervals by layer and property, for {', '.join(found)}.",
            "0 is what shuffled labels have. Higher is not better: it is nearer a symmetric code.",
        )


def rotations(found: Found, disparity: Measure, reconstruction: Measure) -> Iterator[Drawing]:
    """Held-out disparity and accuracy of carried decoders."""
    parts = [intervals(found, measure) for measure in (disparity, reconstruction)]
    if any(estimates for part in parts for estimates in part.values()):
        yield Drawing(
            "rotation",
            procrustes_panel(parts[0], parts[1], {}),
            f"From objects as they are shown to objects some ages later: one rotation for all conditions, {OVER}",
            f"Disparity and decoding accuracy by property and age, for {', '.join(found)}.",
            "A disparity of 1 is no alignment at all; dashed is the chance of guessing a class.",
        )


def swaps(found: Found, same_age: Measure, same_item: Measure) -> Iterator[Drawing]:
    """Accuracy with the rotation of another object at the same age, and with the object's own later one."""
    told = {"Eq. 3, same age": same_age, "Eq. 2, same item": same_item}
    drawn: Intervals = {arm: {} for arm in found}
    for title, measure in told.items():
        for arm, estimates in intervals(found, measure).items():
            drawn[arm] |= {f"{name}: {title}": estimate for name, estimate in estimates.items()}
    if any(drawn.values()):
        yield Drawing(
            "swap",
            procrustes_panel({}, {}, drawn),
            f"Decoders carried on by another object's rotation at the same age and by the object's own, {OVER}",
            f"Accuracy by property and exchanged rotation, for {', '.join(found)}.",
            "Dashed is chance. Slots would keep Eq. 2, a code of relative time keeps Eq. 3.",
        )
