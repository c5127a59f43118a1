"""What a model of persistence sees in a clip and attends to in it, and figures over all clips beside their nulls."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from analysis import Estimate
from object_persistence.clips.prepared import PreparedClip
from object_persistence.errors import PersistenceError
from object_persistence.pictures.answers import Answers
from object_persistence.pictures.clip_objects import ClipObjects
from object_persistence.pictures.gallery import Gallery
from object_persistence.pictures.seen_clip import TRAINED, UNTRAINED, Look, SeenClip
from object_persistence.pictures.telling import document, lines
from object_persistence.videos.splits import split_seeds, split_videos
from searchlight.choices import ClipChoice
from searchlight.errors import UsageError, nearest
from searchlight.experiments.base import Evaluation, Inspection
from searchlight.experiments.persistence_clips import of_split
from searchlight.experiments.persistence_interventions import CLIPS, FRAMES_SEEN

if TYPE_CHECKING:
    from searchlight.experiments.persistence import Persistence

QUESTION = (
    "Which objects does the model say last, and does it attend to them more than it would for no reason?"
)
CHOSEN = {
    "clip-object": ("condition", "clip", "object"),
    "received-ratio": ("condition",),
    "received-by-kind": ("condition",),
    "scores": ("condition",),
    "hold-outs": (),
    "frames-seen": (),
}
"""What a picture depends on of what is chosen; of the others it is the condition and the clip."""

Weights = dict[str, np.ndarray]


def inspect(
    experiment: "Persistence",
    trained: Evaluation,
    controls: Mapping[str, Evaluation],
    choice: ClipChoice,
    model: Any = None,
) -> Inspection:
    """One clip as it is seen, and what attention and answers are like over all clips of its split.

    A model that attends to nothing has only its answers drawn, and the lines say so.

    Raises:
        UsageError: there is no such hold-out, clip or object.
    """
    split = split_of(experiment, choice.condition)
    try:
        gallery = gallery_of(experiment, trained, controls, choice, split, model)
        drawings = [
            replace(each, name=f"{each.name}{suffix(each.name, choice)}") for each in gallery.drawings()
        ]
        told = lines(gallery)
        files = files_of(gallery, told, choice.suffix)
    except PersistenceError as error:
        raise UsageError(str(error)) from None
    return Inspection(drawings, figures(gallery), split, QUESTION, told, files)


def check(experiment: "Persistence", choice: ClipChoice) -> None:
    """Raise UsageError for a hold-out, clip or object that is not there; clips are made only to look for an object."""
    split = split_of(experiment, choice.condition)
    if choice.clip is not None:
        seeds = split_seeds(experiment.config.videos)[split]
        place_among([f"clip-{seed}" for seed in seeds], choice.clip, split)
    if choice.object is not None:
        clips = experiment.detected(split)
        clip = clips[place_of(clips, choice.clip, split)]
        try:
            ClipObjects.in_clip(clip).index(choice.object)
        except PersistenceError as error:
            raise UsageError(str(error)) from None


def suffix(drawing: str, choice: ClipChoice) -> str:
    """The end of a picture's name: what is chosen of that which it shows."""
    names = CHOSEN.get(drawing, ("condition", "clip"))
    return ClipChoice(**{name: getattr(choice, name) for name in names}).suffix


def split_of(experiment: "Persistence", condition: str | None) -> str:
    """The test split of a condition.

    Raises:
        UsageError: there is no such hold-out.
    """
    split = f"test/{condition or 'same'}"
    if split not in experiment.splits:
        known = [each.removeprefix("test/") for each in experiment.splits if each.startswith("test/")]
        raise UsageError(f"{condition} is not a condition.{nearest(str(condition), known)}")
    return split


def gallery_of(
    experiment: "Persistence",
    trained: Evaluation,
    controls: Mapping[str, Evaluation],
    choice: ClipChoice,
    split: str,
    model: Any = None,
) -> Gallery:
    """What is to be drawn, from the run and from the controls that there are."""
    everyone = {TRAINED: trained} | ({UNTRAINED: controls[UNTRAINED]} if UNTRAINED in controls else {})
    place = place_of(experiment.clips(split), choice.clip, split)
    clip = experiment.clips(split)[place]
    looks = {
        who: look_of(clip, split, each, whole_attention(experiment, controls, what, model, split, clip))
        for (who, each), what in zip(everyone.items(), CLIPS, strict=False)
    }
    seen = SeenClip(clip, split_videos(experiment.config.videos)[split][place].frames, **looks)
    answers = {who: Answers(each.trials, each.attention) for who, each in everyone.items()}
    cuts = controls[FRAMES_SEEN].trials if FRAMES_SEEN in controls else None
    return Gallery(split, seen, answers, cuts, choice.object, choice.frames)


def place_of(clips: Sequence[PreparedClip], name: str | None, split: str) -> int:
    """The place of a clip by its name or its number from 0; without one, the first that shows objects of both kinds.

    Raises:
        UsageError: there is no such clip.
    """
    if name is None:
        both = (at for at, clip in enumerate(clips) if clip.persistent.any() and not clip.persistent.all())
        return next(both, next((at for at, clip in enumerate(clips) if len(clip)), 0))
    return place_among([clip.name for clip in clips], name, split)


def place_among(names: Sequence[str], name: str, split: str) -> int:
    """The place of a clip among the names of all, by its own or by its number from 0.

    Raises:
        UsageError: there is no such clip.
    """
    for at, each in enumerate(names):
        if name in (each, str(at)):
            return at
    raise UsageError(
        f"{name} is no clip of {split}; expected 0 to {len(names) - 1}, or {names[0]} to {names[-1]}"
    )


def look_of(clip: PreparedClip, split: str, found: Evaluation, weights: Weights) -> Look:
    """What was said and received of the detections of one clip, beside its whole attention.

    Raises:
        PersistenceError: the run was evaluated on other detections of this clip.
    """
    rows = rows_of(found.trials, split, clip.name)
    told = found.trials["step"].to_numpy()[rows], found.trials["object"].to_numpy()[rows]
    if not all(map(np.array_equal, told, (clip.detections.frame, clip.truth))):
        raise PersistenceError(
            f"{clip.name}: the run was evaluated on other detections than are found in it now, as what makes or "
            "detects clips has changed since; train it anew"
        )
    received = {
        name.removesuffix("/received"): each[rows].astype(float)
        for name, each in found.attention.items()
        if name.endswith("/received")
    }
    ordered = dict(sorted(received.items(), key=lambda each: (not each[0].startswith("layer"), each[0])))
    return Look(found.trials["score"].to_numpy()[rows].astype(float), ordered, weights)


def rows_of(trials: pl.DataFrame, split: str, clip: str) -> np.ndarray:
    """Rows of a clip among all, in the order of its detections."""
    return trials.with_row_index("row").filter(split=split, group=clip)["row"].to_numpy()


def whole_attention(
    experiment: "Persistence",
    controls: Mapping[str, Evaluation],
    what: str,
    model: Any,
    split: str,
    clip: PreparedClip,
) -> Weights:
    """That of one of `CLIPS`, made now of a clip that is not kept in it; nothing without that control."""
    if what not in controls:
        return {}
    kept = controls[what]
    if len(rows_of(kept.trials, split, clip.name)) != len(clip):
        network = experiment.model() if what.startswith("untrained") else model
        kept = of_split(experiment, network, split, [clip], len(clip))
    return weights_of(kept, rows_of(kept.trials, split, clip.name))


def weights_of(kept: Evaluation, rows: np.ndarray) -> Weights:
    """`[heads, queries, keys]` by layer; nothing of a clip that was not kept."""
    if not len(rows):
        return {}
    return {
        name.removesuffix("/weights"): each[rows, :, : len(rows)].astype(float).swapaxes(0, 1)
        for name, each in kept.attention.items()
        if name.endswith("/weights")
    }


def files_of(gallery: Gallery, told: list[str], suffix: str) -> dict[str, str]:
    """The document and the lines."""
    text = json.dumps(document(gallery), indent=1, sort_keys=True, allow_nan=False)
    return {f"inspection{suffix}.json": text + "\n", f"inspection{suffix}.txt": "\n".join(told) + "\n"}


def figures(gallery: Gallery) -> dict[str, Estimate]:
    """Performance on the split beside the commoner answer, then the ratio of attention by layer and model."""
    split = gallery.split
    found = {
        f"{measure.name.replace('_', ' ')} on {split}, {who}": each[split]
        for measure, by_model in gallery.performance.items()
        for who, each in by_model.items()
    }
    ratios = gallery.ratios if gallery.attends else {}
    return found | {
        f"attention of persistent over other detections on {split}, {layer}, {who}": estimate
        for who, layers in ratios.items()
        for layer, estimate in layers.items()
    }
