"""Estimates with their intervals, by arm."""

import math
from collections.abc import Mapping
from typing import Any

from analysis.errors import AnalysisError
from analysis.estimates import Estimate
from analysis.figures.intervals import ByArm
from analysis.figures.style import QUIET, arm_colours
from analysis.interactive.labels import WIDE, worded
from analysis.interactive.views import View
from analysis.report.wording import interval

ROOM = 0.6
"""The part of a row that the arms share."""


def interval_view(found: ByArm, *, label: str) -> View:
    """Estimates of several arms by name, with chance (a bar) and null (grey) beside each.

    What is not estimable is told by the pointer, at the edge of its row.

    Raises:
        AnalysisError: there is nothing to draw.
    """
    names = list(dict.fromkeys(name for arm in found.values() for name in arm))
    if not names:
        raise AnalysisError("expected estimates to draw, got none")
    traces = [
        trace
        for name, place in _heights(found).items()
        for trace in _arm(name, found[name], names, place, arm_colours(found)[name])
    ]
    marks = _chance(found, names)
    layout = {
        "yaxis": {
            "tickmode": "array",
            "tickvals": list(range(len(names))),
            "ticktext": [worded(name) for name in names],
            "range": [len(names) - 0.5, -0.5],
            "zeroline": False,
            "showgrid": False,
        },
        "xaxis": {"title": {"text": worded(label, WIDE)}, "zeroline": False, "range": _range(found)},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        "hovermode": "closest",
        "height": 150 + len(names) * (26 + 14 * len(found)),
        "shapes": marks,
    }
    return View(traces, layout)


def _heights(found: ByArm) -> dict[str, float]:
    """Where in its row an arm lies."""
    return {arm: ROOM * ((lane + 0.5) / len(found) - 0.5) for lane, arm in enumerate(found)}


def _arm(
    arm: str, known: Mapping[str, Estimate], names: list[str], place: float, colour: str
) -> list[dict[str, Any]]:
    shown = {name: each for name, each in known.items() if math.isfinite(each.value)}
    nulls = {name: each.null for name, each in shown.items() if each.null is not None}
    trace = {
        "type": "scatter",
        "mode": "markers",
        "name": worded(arm),
        "legendgroup": arm,
        "x": [each.value for each in shown.values()],
        "y": [names.index(name) + place for name in shown],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [_length(each.high - each.value) for each in shown.values()],
            "arrayminus": [_length(each.value - each.low) for each in shown.values()],
            "color": colour,
            "thickness": 2.5,
            "width": 0,
        },
        "marker": {"color": colour, "size": 9},
        "text": [_told(arm, name, each) for name, each in shown.items()],
        "hovertemplate": "%{text}<extra></extra>",
    }
    band = {
        "type": "scatter",
        "mode": "lines",
        "legendgroup": arm,
        "showlegend": False,
        "x": [bound for null in nulls.values() for bound in (null.low, null.high, None)],
        "y": [names.index(name) + place for name in nulls for _ in range(3)],
        "line": {"color": "rgba(127,127,127,0.35)", "width": 9},
        "hoverinfo": "skip",
    }
    return [band, trace] if nulls else [trace]


def _chance(found: ByArm, names: list[str]) -> list[dict[str, Any]]:
    """A dashed mark at each row's chance level."""
    levels = {
        (name, each.chance) for arm in found.values() for name, each in arm.items() if each.chance is not None
    }
    return [
        {
            "type": "line",
            "x0": chance,
            "x1": chance,
            "y0": names.index(name) - 0.45,
            "y1": names.index(name) + 0.45,
            "line": {"color": QUIET, "width": 1.5, "dash": "dash"},
            "layer": "below",
        }
        for name, chance in sorted(levels)
    ]


def _range(found: ByArm) -> list[float]:
    """Room for every estimate, interval, chance level and null, and some more."""
    known = [each for arm in found.values() for each in arm.values()]
    marks = [mark for each in known for mark in (each.value, each.low, each.high, each.chance)]
    marks += [bound for each in known if each.null for bound in (each.null.low, each.null.high)]
    finite = [mark for mark in marks if mark is not None and math.isfinite(mark)] or [0.0, 1.0]
    room = 0.04 * (max(finite) - min(finite)) or 0.05
    return [min(finite) - room, max(finite) + room]


def _length(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _told(arm: str, name: str, each: Estimate) -> str:
    chance = "" if each.chance is None else f"<br>chance {each.chance:.3f}"
    null = "" if each.null is None else f"<br>null {each.null.value:.3f}, p = {each.null.p:.3g}"
    return f"{worded(arm)}<br>{worded(name)}<br>{interval(each)}<br>n = {each.n}{chance}{null}"
