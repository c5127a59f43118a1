"""What a model of persistence attends to: figures beside their nulls."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from analysis import Estimate, cluster_estimate
from searchlight.errors import UsageError
from searchlight.experiments.base import Evaluation, Inspection

if TYPE_CHECKING:
    from searchlight.experiments.persistence import Persistence

QUESTION = "Do the detections attend to what lasts, and would they attend to it for no reason?"
SPLIT = "test/same"


def inspect(
    experiment: "Persistence", trained: Evaluation, controls: Mapping[str, Evaluation], choice: Any
) -> Inspection:
    """Attention that persistent detections receive, trained and untrained.

    Raises:
        UsageError: the model attends to nothing.
    """
    if not trained.attention:
        raise UsageError(
            f"this model attends to nothing: it is a {experiment.config.model.kind}. "
            "Train persistence/tracks, see docs/troubleshooting.md#no-attention-maps."
        )
    figures = {
        f"{name}, persistent detections on {SPLIT}, {who}": estimate
        for who, evaluation in {"trained": trained, **controls}.items()
        for name, estimate in figures_of(evaluation).items()
    }
    return Inspection((), figures, SPLIT, QUESTION)


def figures_of(evaluation: Evaluation) -> dict[str, Estimate]:
    """Received attention of persistent detections, 1 where it is that of all, with an interval over clips."""
    rows = evaluation.trials.with_row_index("row").filter(split=SPLIT, target=1)
    chosen, clips = rows["row"].to_numpy(), rows["group"].to_numpy()
    return {
        name.replace("/", " "): cluster_estimate(values[chosen].astype(float), clips, chance=1.0)
        for name, values in evaluation.attention.items()
        if name.endswith("/received")
    }
