"""Curves with their bands, by arm."""

from collections.abc import Mapping
from typing import Any

from analysis.errors import AnalysisError
from analysis.estimates import Curve
from analysis.figures.style import QUIET, arm_colours
from analysis.interactive.labels import WIDE, worded
from analysis.interactive.views import View


def curve_view(curves: Mapping[str, Curve], *, x: str, y: str, chance: float | None = None) -> View:
    """One line per arm with its interval as a band; the pointer reads all arms at one place.

    Raises:
        AnalysisError: there is no curve.
    """
    if not curves:
        raise AnalysisError("expected curves to draw, got none")
    colours = arm_colours(curves)
    traces = [trace for arm, curve in curves.items() for trace in _arm(arm, curve, colours[arm])]
    layout = {
        "xaxis": {"title": {"text": worded(x, WIDE)}},
        "yaxis": {"title": {"text": worded(y, WIDE)}},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        "hovermode": "x unified",
        "hoverlabel": {"namelength": -1},
        "height": 420,
        "shapes": [] if chance is None else [_level(chance)],
    }
    return View(traces, layout)


def _arm(arm: str, curve: Curve, colour: str) -> list[dict[str, Any]]:
    shared = {"type": "scatter", "mode": "lines", "x": curve.at, "legendgroup": arm}
    edge = {**shared, "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
    line = {
        **shared,
        "y": curve.value,
        "name": f"{worded(arm)} (n = {curve.n})",
        "line": {"color": colour, "width": 2.5},
        "hovertemplate": "%{y:.3f}",
    }
    band = {**edge, "y": curve.high, "fill": "tonexty", "fillcolor": _faint(colour)}
    return [{**edge, "y": curve.low}, band, line]


def _level(chance: float) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": chance,
        "y1": chance,
        "line": {"color": QUIET, "width": 1, "dash": "dash"},
        "label": {"text": "chance", "textposition": "end"},
    }


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"
