"""Frames of a clip with what was found in them, and how it was linked."""

from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from analysis import Drawing, Interactive
from analysis.figures.style import PAGE, QUIET, house_style
from analysis.interactive import View
from object_persistence.pictures.colours import (
    DASHES,
    NOTHING,
    SYMBOLS,
    colour_of,
    probability_bar,
    truths,
)
from object_persistence.pictures.seen_clip import TRAINED, UNTRAINED, Look, SeenClip

COLUMNS = 3
SIGMAS = 2.0
"""Radius of a circle over the sigma of its blob, so that the blob can be seen in it."""
TALL = 480
"""Pixels of a frame in a browser."""


def frames_drawing(seen: SeenClip, shown: int) -> Drawing:
    """Some frames on paper, all of them in a browser."""
    clip, right = seen.clip, int(seen.right(seen.trained).sum())
    control = (
        "Beneath each frame, how many an untrained model has right."
        if UNTRAINED in seen.looks
        else "No untrained model of this kind exists; the commoner answer is in the lines above."
    )
    return Drawing(
        "clip-frames",
        frame_strip(seen, shown),
        f"Frames of {clip.name} with all detections: circles of {SIGMAS:g} sigma, coloured by the probability that the "
        "object lasts; solid where it does, dashed where it passes, dotted where there is none. Thin lines are the "
        "linked tracks so far. The whole clip is known to the model.",
        f"{len(picked(clip.time, shown))} of {clip.time} frames; {right} of {len(clip)} detections are right.",
        f"Grey is a probability of 0.5. {control}",
        Interactive(
            {
                (who, str(frame + 1)): frame_view(seen, who, frame)
                for who in seen.looks
                for frame in range(clip.time)
            },
            ("model", "frame"),
        ),
    )


def picked(time: int, shown: int) -> list[int]:
    """So many frames from the first to the last."""
    return np.unique(np.linspace(0, time - 1, min(shown, time)).round().astype(int)).tolist()


def frame_strip(seen: SeenClip, shown: int) -> Figure:
    """Draw some frames with detections and tracks."""
    chosen = picked(seen.clip.time, shown)
    rows = -(-len(chosen) // COLUMNS)
    height, width = seen.frames.shape[1:3]
    with house_style():
        tall = PAGE / COLUMNS * height / width
        figure = Figure(figsize=(PAGE, rows * (tall + 0.4) + 0.9), layout="constrained")
        grid = figure.subplots(rows, COLUMNS, squeeze=False)
        for axes in grid.flat[len(chosen) :]:
            axes.set_visible(False)
        for axes, frame in zip(grid.flat, chosen, strict=False):
            _tile(axes, seen, frame)
        probability_bar(figure, grid.ravel().tolist(), "probability that it lasts")
        kinds = [Line2D([], [], color=QUIET, linestyle=dashes, label=name) for name, dashes in DASHES.items()]
        track = Line2D([], [], color=QUIET, linewidth=0.6, label="linked track so far")
        figure.legend(handles=[*kinds, track], loc="outside upper left", ncols=4, handlelength=2.2)
    return figure


def told(seen: SeenClip, frame: int) -> str:
    """How many detections of a frame each model has right."""
    now = seen.clip.detections.frame == frame
    right = {who: int(seen.right(look)[now].sum()) for who, look in seen.looks.items()}
    first = f"frame {frame + 1}: {right[TRAINED]} of {int(now.sum())} right"
    return first if UNTRAINED not in right else f"{first}\nuntrained: {right[UNTRAINED]}"


def tail(seen: SeenClip, row: int) -> np.ndarray:
    """Rows of the linked track of a detection, up to it."""
    tracks, frames = seen.clip.tracks, seen.clip.detections.frame
    return np.flatnonzero((tracks == tracks[row]) & (frames <= frames[row]))


def _tile(axes: Axes, seen: SeenClip, frame: int) -> None:
    clip, found = seen.clip, seen.clip.detections
    limits: dict[str, Any] = {"vmin": float(seen.frames.min()), "vmax": float(seen.frames.max())}
    picture = seen.frames[frame]
    axes.imshow(picture.squeeze(-1) if picture.shape[-1] == 1 else picture, cmap="gray", **limits)
    kinds = truths(clip)
    for row in np.flatnonzero(found.frame == frame).tolist():
        colour = colour_of(seen.trained.probability[row])
        past = tail(seen, row)
        axes.plot(found.x[past], found.y[past], color=colour, linewidth=0.6)
        look: dict[str, Any] = {"edgecolor": colour, "linestyle": DASHES[kinds[row]], "linewidth": 1.3}
        axes.add_patch(Circle((found.x[row], found.y[row]), _radius(found.sigma[row]), fill=False, **look))
    axes.set(xlim=(-0.5, picture.shape[1] - 0.5), ylim=(picture.shape[0] - 0.5, -0.5), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.set_title(told(seen, frame), fontsize=9)


def _radius(sigma: float) -> float:
    """In pixels; of a blob whose size nobody measured, that of one pixel."""
    return SIGMAS * (float(sigma) if np.isfinite(sigma) else 1.0)


def frame_view(seen: SeenClip, who: str, frame: int) -> View:
    """One frame for a browser; the pointer tells of a detection."""
    found, look, kinds = seen.clip.detections, seen.looks[who], truths(seen.clip)
    rows = np.flatnonzero(found.frame == frame).tolist()
    scale = TALL / seen.frames.shape[1]
    traces = [_picture(seen.frames[frame], seen.frames), *(_tail(seen, row, look) for row in rows)]
    for kind, symbol in SYMBOLS.items():
        chosen = [row for row in rows if kinds[row] == kind]
        sizes = [2 * scale * _radius(found.sigma[row]) for row in chosen]
        marker = {"symbol": f"{symbol}-open", "size": sizes, "line": {"width": 2}}
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "clutter" if kind == NOTHING else f"it {kind}",
                "x": found.x[chosen],
                "y": found.y[chosen],
                "marker": {**marker, "color": [colour_of(look.probability[row]) for row in chosen]},
                "text": [words(seen, look, row) for row in chosen],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    bare = {"visible": False, "constrain": "domain"}
    layout = {
        "xaxis": {**bare, "range": [-0.5, seen.frames.shape[2] - 0.5]},
        "yaxis": {**bare, "range": [seen.frames.shape[1] - 0.5, -0.5], "scaleanchor": "x"},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        "hovermode": "closest",
        "height": TALL + 80,
    }
    return View(traces, layout)


def words(seen: SeenClip, look: Look, row: int) -> str:
    """All that is known of a detection."""
    clip, found = seen.clip, seen.clip.detections
    lines = [
        seen.names[row],
        f"linked track {clip.tracks[row]}, sighting {clip.seen[row]}",
        f"y {found.y[row]:.2f}, x {found.x[row]:.2f}, sigma {found.sigma[row]:.2f}, SNR {found.snr[row]:.1f}",
        f"probability that it lasts {look.probability[row]:.3f}",
        *(f"{name} receives {each[row]:.2f}" for name, each in look.received.items()),
    ]
    return "<br>".join(lines)


def _picture(
    frame: Float[np.ndarray, "height width *channels"], frames: Float[np.ndarray, "..."]
) -> dict[str, Any]:
    """In 255 steps of the clip's range, which is as much as a screen shows."""
    low, high = float(frames.min()), float(frames.max())
    grey = frame if frame.ndim == 2 else frame.mean(-1)
    steps = np.rint(255 * (grey - low) / ((high - low) or 1.0)).astype(int)
    fixed = {"zmin": 0, "zmax": 255, "colorscale": [[0, "#000000"], [1, "#ffffff"]]}
    return {"type": "heatmap", "z": steps, "showscale": False, "hoverinfo": "skip", **fixed}


def _tail(seen: SeenClip, row: int, look: Look) -> dict[str, Any]:
    found, past = seen.clip.detections, tail(seen, row)
    line = {"width": 1, "color": colour_of(look.probability[row])}
    plain = {"type": "scatter", "mode": "lines", "showlegend": False, "hoverinfo": "skip"}
    return {**plain, "x": found.x[past], "y": found.y[past], "line": line}
