"""What a model of persistence attends to: figures beside their nulls."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from analysis import Estimate, cluster_estimate
from searchlight.choices import ClipChoice
from searchlight.errors import UsageError, nearest
from searchlight.experiments.base import Evaluation, Inspection

if TYPE_CHECKING:
    from searchlight.experiments.persistence import Persistence

QUESTION = "Do the detections attend to what lasts, and would they attend to it for no reason?"


def inspect(
    experiment: "Persistence", trained: Evaluation, controls: Mapping[str, Evaluation], choice: ClipChoice
) -> Inspection:
    """Attention that persistent detections receive, trained and untrained.

    Raises:
        UsageError: the model attends to nothing, or there is no such hold-out.
    """
    if not trained.attention:
        raise UsageError(
            f"this model attends to nothing: it is a {experiment.config.model.kind}. "
            "Train persistence/tracks, see docs/troubleshooting.md#no-attention-maps."
        )
    split = f"test/{choice.condition or 'same'}"
    if split not in experiment.splits:
        known = [each.removeprefix("test/") for each in experiment.splits if each.startswith("test/")]
        raise UsageError(f"{choice.condition} is not a condition.{nearest(str(choice.condition), known)}")
    figures = {
        f"{name}, persistent detections on {split}, {who}": estimate
        for who, evaluation in {"trained": trained, **controls}.items()
        for name, estimate in figures_of(evaluation, split).items()
    }
    return Inspection((), figures, split, QUESTION)


def figures_of(evaluation: Evaluation, split: str) -> dict[str, Estimate]:
    """Received attention of persistent detections, 1 where it is that of all, with an interval over clips."""
    rows = evaluation.trials.with_row_index("row").filter(split=split, target=1)
    chosen, clips = rows["row"].to_numpy(), rows["group"].to_numpy()
    return {
        name.replace("/", " "): cluster_estimate(values[chosen].astype(float), clips, chance=1.0)
        for name, values in evaluation.attention.items()
        if name.endswith("/received")
    }
