"""What a model looked at, frame by frame, beside what it would have looked at for no reason."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float, Num
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec, SubplotSpec
from matplotlib.ticker import MaxNLocator
from scipy.ndimage import zoom

from analysis.errors import AnalysisError
from analysis.figures.style import FAINT, INK, PAGE, QUIET, RIGHT, SMALL, WRONG, house_style

TILE = (0.82, 1.55)
"""Least and largest width of one frame in inches; as many as fit stay on the page."""

Maps = Num[np.ndarray, "time rows columns"]


def attention_over_frames(  # noqa: PLR0913 - each is one thing drawn
    frames: Num[np.ndarray, "time height width channels"],
    maps: Maps,
    *,
    predictions: Sequence[str],
    targets: Sequence[str],
    entropy: Num[np.ndarray, " time"],
    mass: Num[np.ndarray, " time"],
    area: Num[np.ndarray, " time"],
    masks: Bool[np.ndarray, "time height width"] | None = None,
    controls: Mapping[str, Maps] | None = None,
    title: str = "",
) -> Figure:
    """Draw each frame, the attention over it, the same for every control, and the numbers beneath.

    Maps are resized bilinearly to the frame and drawn in multiples of uniform attention, on one colour scale
    for all rows. `entropy` is normalised (1 = uniform); `mass` is the attention on the object and `area` the
    object's share of the frame, which is what uniform attention would give it.

    Raises:
        AnalysisError: frames lie outside [0, 1] (integers: 0–255), or a sequence has another length.
    """
    controls = dict(controls or {})
    steps = len(frames)
    _check_lengths(steps, maps, predictions, targets, entropy, mass, area, *controls.values())
    pictures = _as_colour(frames)
    rows = {"attention": _relative(maps), **{name: _relative(found) for name, found in controls.items()}}
    scale = Normalize(0, max(found.max() for found in rows.values()))
    with house_style():
        figure, grid = _grid(steps, len(rows), title)
        for step in range(steps):
            axes = _tile(figure, grid, 0, step, pictures[step], "frame")
            _caption(axes, step, targets[step], predictions[step])
            for row, (name, found) in enumerate(rows.items(), start=1):
                axes = _tile(figure, grid, row, step, _grey(pictures[step]), name)
                _overlay(axes, resized(found[step], *frames.shape[1:3]), scale)
                _outline(axes, masks, step)
        _colour_bar(figure, grid, len(rows), scale)
        strips = grid[-1, :-1].subgridspec(2, 1, hspace=0.35)
        uniform = np.ones(steps)
        _strip(figure, strips[0], entropy, uniform, "entropy", "uniform").tick_params(labelbottom=False)
        _strip(figure, strips[1], mass, area, "share on\nthe object", "its area").set_xlabel("frame")
    return figure


def resized(
    attention: Num[np.ndarray, "rows columns"], height: int, width: int
) -> Num[np.ndarray, "height width"]:
    """Bilinear interpolation between the centres of cells, held constant beyond the outermost."""
    rows, columns = attention.shape
    factors = (height / rows, width / columns)
    return np.asarray(zoom(attention.astype(float), factors, order=1, mode="nearest", grid_mode=True))


def _relative(maps: Maps) -> Float[np.ndarray, "time rows columns"]:
    """Weights in multiples of what uniform attention gives each cell."""
    return maps.astype(float) * maps[0].size


def _as_colour(frames: np.ndarray) -> np.ndarray:
    pictures = frames / 255 if np.issubdtype(frames.dtype, np.integer) else frames.astype(float)
    if not (np.isfinite(pictures).all() and pictures.min() >= 0 and pictures.max() <= 1):
        low, high = np.nanmin(pictures), np.nanmax(pictures)
        raise AnalysisError(
            f"expected frames within [0, 1], got [{low:.3g}, {high:.3g}]; undo their normalisation"
        )
    return np.repeat(pictures, 3, axis=-1) if pictures.shape[-1] == 1 else pictures


def _grey(picture: np.ndarray) -> np.ndarray:
    """Luminance (Rec. 709) without colour, so that colour on top is attention alone."""
    return np.repeat((picture[..., :3] @ [0.2126, 0.7152, 0.0722])[..., None], 3, axis=-1)


def _grid(steps: int, rows: int, title: str) -> tuple[Figure, GridSpec]:
    left, right, top, bottom, gap = 1.0, 0.75, 0.5 + 0.3 * bool(title), 0.5, 0.07
    tile = float(np.clip((PAGE - left - right - 0.12) / steps - gap, *TILE))
    heights = [tile] * (rows + 1) + [1.3]
    width = left + steps * (tile + gap) + 0.12 + right
    height = top + sum(heights) + gap * (rows + 1) + bottom
    figure = Figure(figsize=(width, height))
    grid = figure.add_gridspec(
        rows + 2,
        steps + 1,
        width_ratios=[tile] * steps + [0.12],
        height_ratios=heights,
        left=left / width,
        right=1 - right / width,
        top=1 - top / height,
        bottom=bottom / height,
        wspace=gap * (steps + 1) / (steps * tile + 0.12),
        hspace=gap * (rows + 2) / sum(heights),
    )
    if title:
        figure.text(left / width, 1 - 0.1 / height, title, fontsize=10.5, va="top", ha="left")
    return figure, grid


def _tile(figure: Figure, grid: GridSpec, row: int, step: int, picture: np.ndarray, name: str) -> Axes:
    axes = figure.add_subplot(grid[row, step])
    axes.imshow(picture, vmin=0, vmax=1, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    if step == 0:
        axes.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=8)
    return axes


def _caption(axes: Axes, step: int, target: str, prediction: str) -> None:
    """Target above answer; the answer's colour and sign say whether it is right."""
    said, colour = ("✓ ", RIGHT) if target == prediction else ("✗ ", WRONG)
    place = {"transform": axes.transAxes, "va": "bottom", "fontsize": SMALL}
    axes.text(0, 1.24, _words(target), color=QUIET, **place)
    axes.text(0, 1.03, said + _words(prediction), color=colour, **place)
    if step == 0:
        axes.text(-0.1, 1.24, "target", ha="right", color=QUIET, **place)
        axes.text(-0.1, 1.03, "answer", ha="right", **place)


def _overlay(axes: Axes, weights: np.ndarray, scale: Normalize) -> None:
    """The more attention, the more colour: what is not attended shows the frame."""
    axes.imshow(weights, cmap="inferno", norm=scale, alpha=0.25 + 0.6 * np.clip(scale(weights), 0, 1))


def _outline(axes: Axes, masks: np.ndarray | None, step: int) -> None:
    if masks is not None and masks[step].any():
        axes.contour(masks[step].astype(float), levels=[0.5], colors="white", linewidths=0.9)


def _colour_bar(figure: Figure, grid: GridSpec, rows: int, scale: Normalize) -> None:
    axes = figure.add_subplot(grid[1 : rows + 1, -1])
    bar = figure.colorbar(ScalarMappable(scale, "inferno"), cax=axes)
    bar.outline.set_visible(False)
    bar.set_label("attention, multiples of uniform")


def _strip(
    figure: Figure, place: SubplotSpec, values: np.ndarray, reference: np.ndarray, name: str, beside: str
) -> Axes:
    """One number per frame, each under its frame, and dashed what uniform attention would give; axes fit both."""
    axes, steps = figure.add_subplot(place), np.arange(1, len(values) + 1)
    low, high = _range(values, reference)
    axes.set(xlim=(0.5, len(values) + 0.5), ylim=(low, high), xticks=steps)
    axes.yaxis.set_major_locator(MaxNLocator(2, steps=[1, 2, 5, 10]))
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.grid(axis="y", color=FAINT, linewidth=0.8)
    axes.plot(steps, values, "o-", color=INK, linewidth=1.2, markersize=4, clip_on=False)
    axes.plot(steps, reference, color=QUIET, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=8)
    text = {"transform": axes.get_yaxis_transform(), "va": "center", "fontsize": SMALL}
    axes.text(1.01, reference[-1], beside, color=QUIET, **text)
    return axes


def _range(*values: np.ndarray) -> tuple[float, float]:
    """Limits that hold all values with some room, and at least a hundredth, so that noise looks small."""
    low, high = min(map(np.min, values)), max(map(np.max, values))
    room = max(0.15 * (high - low), 0.005)
    return float(low - room), float(high + room)


def _check_lengths(steps: int, *sequences) -> None:
    if wrong := [len(sequence) for sequence in sequences if len(sequence) != steps]:
        raise AnalysisError(f"expected one entry per frame ({steps}) everywhere, got {wrong[0]}")


def _words(name: str) -> str:
    return str(name).replace("_", " ")
