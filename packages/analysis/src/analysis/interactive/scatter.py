"""Points that tell their names."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Num

from analysis.errors import AnalysisError
from analysis.figures.style import ARMS
from analysis.interactive.labels import WIDE, worded
from analysis.interactive.views import View


def scatter_view(
    x: Num[np.ndarray, " points"],
    y: Num[np.ndarray, " points"],
    *,
    axes: tuple[str, str] = ("feature", "received attention"),
    kinds: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    title: str = "",
) -> View:
    """Points by kind; the pointer names one. `title` says the correlation in words.

    Raises:
        AnalysisError: not as many of one as of the other, or not one kind and name per point.
    """
    kinds = ["point"] * len(x) if kinds is None else list(kinds)
    names = [str(number) for number in range(len(x))] if names is None else list(names)
    if not len(x) == len(y) == len(kinds) == len(names):
        raise AnalysisError(
            f"expected as many y, kinds and names as x ({len(x)}), got {len(y)}, {len(kinds)}, {len(names)}"
        )
    across, up = (worded(name, WIDE) for name in axes)
    traces = []
    for number, kind in enumerate(dict.fromkeys(kinds)):
        chosen = [place for place, each in enumerate(kinds) if each == kind]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": worded(kind),
                "x": x[chosen],
                "y": y[chosen],
                "text": [worded(names[place]) for place in chosen],
                "marker": {"color": ARMS[(number + 1) % len(ARMS)], "size": 8, "opacity": 0.75},
                "hovertemplate": f"%{{text}}<br>{across} %{{x:.4g}}<br>{up} %{{y:.4g}}<extra></extra>",
            }
        )
    layout = {
        "xaxis": {"title": {"text": across}},
        "yaxis": {"title": {"text": up}},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        "showlegend": len(traces) > 1,
        "hovermode": "closest",
        "title": {"text": worded(title, WIDE), "font": {"size": 13}},
        "height": 440,
    }
    return View(traces, layout)
