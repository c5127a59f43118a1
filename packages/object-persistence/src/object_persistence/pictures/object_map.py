"""Attention that each object of a clip receives, frame by frame."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from analysis import Curve, Drawing, Estimate, Interactive, arm_curves, conditions_side_by_side, heat_map
from analysis.interactive import curve_view, matrix_view
from object_persistence.pictures.seen_clip import TRAINED, Look, SeenClip, control_first

RECEIVED = "attention received, 1 = mean of the clip"
AVERAGE = "1 is what a detection of the clip receives on average, and where attention knows nothing."


def object_map(
    seen: SeenClip, received: Float[np.ndarray, " detections"]
) -> Float[np.ndarray, "objects time"]:
    """By object and frame: the mean over its detections, and NaN where it was not detected."""
    sums, counts = (np.zeros((len(seen.objects), seen.clip.time)) for _ in range(2))
    places = seen.objects.of, seen.clip.detections.frame
    np.add.at(sums, places, received)
    np.add.at(counts, places, 1)
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)


def objects_drawing(seen: SeenClip) -> Drawing:
    """The last layer on paper, trained beside untrained; every layer and the rollout in a browser."""
    maps = {who: object_map(seen, look.received[look.last]) for who, look in seen.looks.items()}
    views = {
        (who, layer): matrix_view(
            object_map(seen, look.received[layer]),
            rows=seen.objects.names,
            columns=_frames(seen),
            label="receives",
            axes=("object", "frame"),
            centre=1.0,
        )
        for who, look in seen.looks.items()
        for layer in seen.layers
    }
    return Drawing(
        "clip-objects",
        _figure(seen, maps),
        f"Attention that each object of {seen.clip.name} receives in {seen.trained.last}, frame by frame; grey where "
        f"it was not detected. The {seen.objects.lasting} that last stand on top, clutter at the bottom.",
        f"{len(seen.objects)} objects by {seen.clip.time} frames, {np.nanmin(maps[TRAINED]):.2f} to "
        f"{np.nanmax(maps[TRAINED]):.2f}.",
        AVERAGE
        + " The untrained model and the difference from it show what needs no learning." * (len(maps) > 1),
        Interactive(views, ("model", "layer")),
    )


def _figure(seen: SeenClip, maps: Mapping[str, np.ndarray]) -> Figure:
    sides = {"rows": seen.objects.names, "columns": _frames(seen), "x": "frame", "y": "object"}
    if len(maps) > 1:
        return conditions_side_by_side(control_first(maps), label=RECEIVED, **sides)
    return heat_map(maps[TRAINED], label=RECEIVED, against={"average": 1.0}, **sides)


def _frames(seen: SeenClip) -> list[str]:
    return [str(frame) for frame in range(1, seen.clip.time + 1)]


def one_object_drawing(seen: SeenClip, name: str | None = None) -> Drawing:
    """What one object receives as it is seen again, beside all others in the same frames.

    Raises:
        PersistenceError: there is no such object.
    """
    chosen = seen.objects.index(name)
    called = seen.objects.names[chosen]
    found = {layer: object_lines(seen, chosen, layer) for layer in seen.layers}
    views = {
        (layer,): curve_view(
            {line: _curve(each) for line, each in lines.items()},
            x="frame",
            y="attention received",
            chance=1.0,
        )
        for layer, lines in found.items()
    }
    return Drawing(
        "clip-object",
        arm_curves(found, label="attention received", x="frame"),
        f"Attention that {called} of {seen.clip.name} receives over time, and the mean of all other detections in the "
        "same frames. One clip: there is no interval. --object chooses another.",
        f"Lines by frame in {', '.join(found)}.",
        AVERAGE,
        Interactive(views, ("layer",)),
    )


def object_lines(seen: SeenClip, chosen: int, layer: str) -> dict[str, dict[int, Estimate]]:
    """By line and frame, counted from 1: the object and all others, as each model sees them."""
    found = {}
    for who, look in control_first(seen.looks).items():
        rows = object_map(seen, look.received[layer])[chosen]
        found[f"all others, {who}"] = _points(_others(seen, look, chosen, layer))
        found[f"this object, {who}"] = _points(rows)
    return {line: each for line, each in found.items() if each}


def _others(seen: SeenClip, look: Look, chosen: int, layer: str) -> Float[np.ndarray, " time"]:
    """The mean of the other detections in every frame that shows the object and others."""
    frames, ours = seen.clip.detections.frame, seen.objects.of == chosen
    mean = np.full(seen.clip.time, np.nan)
    for frame in np.intersect1d(frames[ours], frames[~ours]):
        mean[frame] = look.received[layer][(frames == frame) & ~ours].mean()
    return mean


def _points(values: Float[np.ndarray, " time"]) -> dict[int, Estimate]:
    return {
        int(frame) + 1: Estimate(float(values[frame]), np.nan, np.nan, 1, 1.0, "one object of one clip")
        for frame in np.flatnonzero(np.isfinite(values))
    }


def _curve(points: Mapping[int, Estimate]) -> Curve:
    unknown = np.full(len(points), np.nan)
    value = np.array([each.value for each in points.values()])
    return Curve(np.array(list(points), dtype=float), value, unknown, unknown, 1)
