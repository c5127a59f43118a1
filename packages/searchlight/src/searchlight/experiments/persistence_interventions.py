"""What a model of persistence does when something is taken away or changed, and what its attention is held against."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from searchlight.experiments import persistence_deletion, persistence_frames_seen, persistence_padding
from searchlight.experiments.base import Evaluation

if TYPE_CHECKING:
    from searchlight.experiments.persistence import Persistence

CONTROLS = ("untrained",)
"""What attention is held against: the same model before any step of training."""
CLIPS = ("clips", "untrained_clips")
"""A few clips as they are looked at, with the whole of their attention."""
FRAMES_SEEN = "frames_seen"
PROBES: dict[str, Callable[["Persistence", Any], Evaluation]] = {
    FRAMES_SEEN: persistence_frames_seen.evaluate,
    "deletion": persistence_deletion.evaluate,
    "padding": persistence_padding.evaluate,
}
"""What tells how soon an object is known, whether attention matters, and whether sets are answered whole."""


def possible(experiment: "Persistence") -> tuple[str, ...]:
    """The interventions that this configuration allows: without attention there is none of it to take away."""
    return (*CONTROLS, *CLIPS, *PROBES) if experiment.config.model.kind == "transformer" else (FRAMES_SEEN,)


def intervene(experiment: "Persistence", model: Any, what: str) -> list[Evaluation]:
    """Evaluations under an intervention.

    Raises:
        UsageError: this configuration does not allow it.
    """
    experiment.check_offered(what)
    if what in PROBES:
        return [PROBES[what](experiment, model)]
    untrained = experiment.model()
    if what in CLIPS:
        from searchlight.experiments import persistence_clips  # what is looked at is nobody else's

        return [persistence_clips.clip_maps(experiment, untrained if what.startswith("untrained") else model)]
    return [
        experiment.evaluate_split(untrained, each) for each in experiment.splits if each.startswith("test/")
    ]
