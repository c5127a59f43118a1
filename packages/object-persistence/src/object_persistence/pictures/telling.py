"""What the pictures show, in numbers for machines and in lines for readers, each beside what it is held against."""

from typing import Any

import numpy as np

from analysis import Estimate
from object_persistence.pictures.gallery import Gallery
from object_persistence.pictures.seen_clip import Look

DIGITS = 6


def document(gallery: Gallery) -> dict[str, Any]:
    """Everything that is drawn as plain values; what is not known is None."""
    seen = gallery.seen
    return {
        "split": gallery.split,
        "clip": {
            "name": seen.clip.name,
            "frames": seen.clip.time,
            "height": seen.clip.height,
            "width": seen.clip.width,
            "missed": seen.clip.missed,
            "merged": seen.clip.merged,
            "objects": list(seen.objects.names),
            "lasting": seen.objects.lasting,
            "detections": [_detection(gallery, row) for row in range(len(seen.clip))],
        },
        "ratios": {who: _plain(each) for who, each in gallery.ratios.items()} if gallery.attends else {},
        "performance": {
            measure.name: {who: _plain(each) for who, each in found.items()}
            for measure, found in gallery.performance.items()
        },
    }


def lines(gallery: Gallery) -> list[str]:
    """The same in a few sentences."""
    return [
        clip_line(gallery),
        *([] if gallery.attends else ["there is no attention to draw: this model attends to nothing"]),
        *(_layer_line(gallery, layer) for layer in (gallery.seen.layers if gallery.attends else ())),
        *(
            [f"{gallery.seen.clip.name}: who attends to whom was not kept of it"]
            if gallery.attends and not gallery.seen.trained.weights
            else []
        ),
    ]


def clip_line(gallery: Gallery) -> str:
    """What the clip holds, and how much of it is right, beside the commoner answer."""
    seen = gallery.seen
    share = float(seen.clip.persistent.mean())
    commoner = round(max(share, 1 - share) * len(seen.clip))
    right = "; ".join(f"{who} {int(seen.right(look).sum())}" for who, look in seen.looks.items())
    return (
        f"{seen.clip.name} of {gallery.split}: {len(seen.clip)} detections of {len(seen.objects)} objects, "
        f"{seen.objects.lasting} of which last; {seen.clip.missed} missed. "
        f"Right: {right}; the commoner answer {commoner}"
    )


def _layer_line(gallery: Gallery, layer: str) -> str:
    told = [
        f"{who} {_ratio(look, gallery, layer)} in this clip, {_over_clips(gallery.ratios[who][layer])}"
        for who, look in gallery.seen.looks.items()
    ]
    return f"{layer}, attention of what lasts over that of the rest: {'; '.join(told)}"


def _over_clips(ratio: Estimate) -> str:
    """That of all clips, beside what moved labels give."""
    if ratio.null is None:
        return f"over all clips {ratio}"
    null = f"{ratio.null.low:.2f} to {ratio.null.high:.2f} with labels moved, p = {ratio.null.p:.3g}"
    return f"{ratio.value:.2f} [{ratio.low:.2f}, {ratio.high:.2f}] over {ratio.n} ({null})"


def _ratio(look: Look, gallery: Gallery, layer: str) -> str:
    """That of one clip, which has neither interval nor null."""
    persistent, received = gallery.seen.clip.persistent, look.received[layer]
    if persistent.all() or not persistent.any():
        return "has none"
    return f"{received[persistent].mean() / received[~persistent].mean():.2f}"


def _detection(gallery: Gallery, row: int) -> dict[str, Any]:
    seen, found = gallery.seen, gallery.seen.clip.detections
    return {
        "object": seen.objects.names[seen.objects.of[row]],
        "persistent": bool(seen.clip.persistent[row]),
        "track": int(seen.clip.tracks[row]),
        "frame": int(found.frame[row]),
        **{name: _number(getattr(found, name)[row]) for name in ("y", "x", "sigma", "snr")},
        "probability": {who: _number(look.probability[row]) for who, look in seen.looks.items()},
        "received": {
            who: {layer: _number(each[row]) for layer, each in look.received.items()}
            for who, look in seen.looks.items()
        },
    }


def _plain(estimates: dict[str, Estimate]) -> dict[str, Any]:
    return {name: each.to_dict() for name, each in estimates.items()}


def _number(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
