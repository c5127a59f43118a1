"""A video with what was found in it: what lasts in one colour, what does not in another."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from analysis import Estimate
from object_persistence.clips.prepared import PreparedClip
from object_persistence.detection.frames import grey
from object_persistence.metrics import Bin

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 8
"""Frames of a strip."""
COLUMNS = 4
TENTHS = np.arange(0, 11, 2) / 10
WIDTH = 2.1
"""Radius of a ring, in sigmas of its blob."""
PAUSE = 150
"""Milliseconds that each frame of a GIF is shown."""
ENLARGED = 256
"""Pixels that the shorter side of an annotated frame has at least."""


def shown_frames(time: int, most: int = MOST) -> Int[np.ndarray, " frames"]:
    """Frames evenly over a video, the first and the last among them."""
    return np.unique(np.linspace(0, time - 1, min(time, most)).round().astype(np.int64))


def strip(frames: np.ndarray, video: PreparedClip, persistent: Bool[np.ndarray, " detections"]) -> "Figure":
    """Some frames side by side, a ring around every detection: orange lasts, blue and dotted does not."""
    from matplotlib.figure import Figure  # slow to import

    from analysis.figures.style import PAGE, SMALL, house_style

    chosen = shown_frames(video.time)
    columns = min(COLUMNS, len(chosen))
    rows = -(-len(chosen) // columns)
    height = PAGE / columns * video.height / video.width + 0.25
    with house_style():
        figure = Figure(figsize=(PAGE, rows * height), layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, number in zip(panels, chosen.tolist(), strict=False):
            picture = stretched(grey(frames[number : number + 1])[0])
            axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            axes.set_title(f"frame {number}", fontsize=SMALL)
            _rings(axes, video, persistent, number)
        for axes in panels:
            axes.set_axis_off()
    return figure


def _rings(
    axes: "Axes", video: PreparedClip, persistent: Bool[np.ndarray, " detections"], number: int
) -> None:
    from matplotlib.patches import Circle

    from object_persistence.pictures.colours import colour_of

    for row in np.flatnonzero(video.detections.frame == number).tolist():
        place = (float(video.detections.x[row]), float(video.detections.y[row]))
        colour, line = (colour_of(1.0), "-") if persistent[row] else (colour_of(0.0), ":")
        axes.add_patch(
            Circle(place, radius(video, row), fill=False, linewidth=1.1, color=colour, linestyle=line)
        )


def reliability_plot(bins: Sequence[Bin]) -> "Figure":
    """Draw the share that lasts against the mean probability of each bin, beside perfect calibration."""
    from analysis.figures import arm_curves  # matplotlib is slow to import

    exact = {each: Estimate(each, each, each, 0, None, "by definition") for each in (0.0, 1.0)}
    shares = {each.probability: each.share for each in bins}
    figure = arm_curves(
        {"validation clips": {"calibrated": exact, "measured": shares}},
        label="share that lasts",
        x="probability of persistence",
    )
    for axes in figure.axes:
        axes.set_xticks(TENTHS, [f"{each:.1f}" for each in TENTHS])
    return figure


def radius(video: PreparedClip, row: int) -> float:
    """Of the ring around a detection, in pixels."""
    sigma = float(video.detections.sigma[row])
    return WIDTH * sigma if np.isfinite(sigma) else video.patches.shape[2] / 2


def annotated(
    frame: np.ndarray, video: PreparedClip, persistent: Bool[np.ndarray, " detections"], number: int
) -> UInt8[np.ndarray, "height width 3"]:
    """One frame in colour, enlarged by a whole number where it is small, with its rings."""
    from matplotlib.colors import to_rgb
    from skimage.draw import circle_perimeter

    from object_persistence.pictures.colours import colour_of

    passes, lasts = (
        np.round(255 * np.array(to_rgb(colour_of(each)))).astype(np.uint8) for each in (0.0, 1.0)
    )
    scale = max(1, -(-ENLARGED // min(video.height, video.width)))
    light = (255 * stretched(grey(frame[None])[0])).astype(np.uint8)
    picture = np.repeat(light.repeat(scale, 0).repeat(scale, 1)[..., None], 3, axis=2)
    for row in np.flatnonzero(video.detections.frame == number).tolist():
        y, x = (int(scale * (at[row] + 0.5)) for at in (video.detections.y, video.detections.x))
        ring = circle_perimeter(y, x, max(2, round(scale * radius(video, row))), shape=picture.shape[:2])
        picture[ring] = lasts if persistent[row] else passes
    return picture


def stretched(frame: Float[np.ndarray, "height width"]) -> Float[np.ndarray, "height width"]:
    """Brightness from the 1 % to the 99.8 % quantile as 0 to 1, so that faint things are seen."""
    low, high = np.quantile(frame, (0.01, 0.998))
    return np.clip((frame - low) / max(high - low, 1e-6), 0, 1)


def save_annotated(
    path: Path,
    form: str,
    frames: np.ndarray,
    video: PreparedClip,
    persistent: Bool[np.ndarray, " detections"],
) -> None:
    """Write every annotated frame: a GIF ("gif"), made in memory, or pages of a TIFF ("tif"), one at a time."""
    pictures = (annotated(frames[number], video, persistent, number) for number in range(video.time))
    if form == "gif":
        import imageio.v3 as imageio

        imageio.imwrite(path, list(pictures), plugin="pillow", extension=".gif", duration=PAUSE, loop=0)
        return
    import tifffile

    with tifffile.TiffWriter(path) as file:
        for picture in pictures:
            file.write(picture, photometric="rgb", contiguous=True)
